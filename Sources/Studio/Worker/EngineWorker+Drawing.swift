import Diffusion
import FoundationEssentials
import Gallery
import Glibc
import History
import Logging
import Memory
import SystemPackage
import Tensors

extension EngineWorker {
    /// Draws the pictures of an order that are still missing, and says how it ended.
    func draw(_ order: RunOrder) async {
        let end: WorkerMessage
        do {
            end = try await drawPictures(of: order) ? .done(order.run) : .drained(order.run)
        } catch is CancellationError { end = .cancelled(order.run) } catch {
            end = .failed(.init(order.run, StudioError(engine: error)))
        }
        tracker = nil
        drawing = nil
        send(.memory(memory.reading(engine)))
        send(end)
    }

    /// - Returns: Whether all are drawn; not if it was asked to stop after one.
    private func drawPictures(of order: RunOrder) async throws -> Bool {
        guard let planner else { preconditionFailure("orders come after the hello") }
        let work = try await planner.work(of: order.request)
        for (index, ordinal) in order.ordinals.enumerated() {
            if drains { return false }
            tracker = ProgressTracker(
                order.run, image: ordinal, of: order.request.count, steps: order.request.steps, work: work)
            let image = try await generate(planner.generation(order.request, ordinal: ordinal))
            try await finish(image, ordinal, of: order)
            if drains, index + 1 < order.ordinals.count { return false }
        }
        return true
    }

    private func generate(_ request: GenerationRequest) async throws -> GeneratedImage {
        let clock = Task { await self.tellRegularly() }
        defer { clock.cancel() }
        var image: GeneratedImage?
        for try await event in engine.generate(request, tellsOutlook: true) {
            let isUrgent = tracker?.observe(event, &pace) ?? false
            if isUrgent { tell(atOnce: true) }
            answerPing()
            switch event {
            case .outlook(let step, let latents, let layout): try tellPreview(latents, layout, step)
            case .finished(let finished): image = finished
            case .phaseBegan, .promptFound, .position, .stepEnded, .notice: break
            }
        }
        // A cancelled stream ends at once; the engine goes on to the end of its sub-layer.
        guard let image, !Task.isCancelled else {
            await engine.waitUntilIdle()
            throw CancellationError()
        }
        return image
    }

    private func tellRegularly() async {
        while !Task.isCancelled {
            tell(atOnce: false)
            try? await Task.sleep(for: ProgressTracker.interval)
        }
    }

    private func tell(atOnce: Bool) {
        let live = engine.liveRun
        if let progress = tracker?.take(live?.traffic, pace, atOnce: atOnce) {
            send(.progress(progress))
            if let reading = memory.take(engine, live) { send(.memory(reading)) }
        }
    }

    /// What measuring or encoding takes on a slow machine.
    private static let secondsPerPixel = 1e-6

    private func tellPreview(_ latents: [Float], _ layout: LatentLayout, _ step: Int) throws {
        guard let order = drawing?.order, let image = tracker?.image, let picture = try projection.picture(latents, layout) else { return }
        let data = Data(try PNGFile.bytes(of: picture)).base64EncodedString()
        send(.preview(Preview(job: order.job, attempt: order.attempt, image: image, step: step, dataURL: "data:image/png;base64,\(data)")))
    }

    /// Measures the picture and leaves its file.
    private func finish(_ image: GeneratedImage, _ ordinal: Int, of order: RunOrder) async throws {
        let seconds = Double(image.request.width * image.request.height) * Self.secondsPerPixel
        enter("measure", seconds)
        let picture = try Picture(width: image.request.width, height: image.request.height, pixels: image.pixels)
        projection.learn(image.latents, image.latentLayout, picture)
        keepProjection()
        let metrics = try await Self.measured(picture)
        try Task.checkCancellation()
        enter("save", seconds)
        let name = DataFolder.stagedName(Attempt(job: order.job, worker: "", number: order.attempt), ordinal: ordinal)
        var record = PictureRecord(
            metadata: metadata(image), origin: origin(image, ordinal, of: order), request: try JSONText(encoding: order.request))
        record.metrics = metrics
        record.report = try report(image, FilePath(name))
        let file = FilePath(order.staging).appending(name)
        let (digest, byteCount) = try await Self.write(picture, record, to: file)
        if Task.isCancelled {
            unlink(file.string)
            unlink(StagedImage.thumbnail(of: file).string)
            throw CancellationError()
        }
        // Whoever sees the picture finds what is held now, not what the last interval told.
        send(.memory(memory.reading(engine)))
        send(
            .image(StagedImage(job: order.job, attempt: order.attempt, ordinal: ordinal, file: name, sha256: digest, byteCount: byteCount)))
    }

    /// Once: what later pictures add to it is little.
    private func keepProjection() {
        guard let file = previewFile else { return }
        previewFile = nil
        do { try file.write(projection) } catch { logger.warning("previews begin later after the next start: \(error)") }
    }

    private func enter(_ phase: String, _ seconds: Double) {
        tracker?.enter(phase, unitSeconds: seconds)
        tell(atOnce: true)
    }

    @concurrent
    private static func measured(_ picture: Picture) async throws -> JSONText {
        try JSONText(encoding: PictureMeasurements(picture))
    }

    /// - Returns: The file's digest in hexadecimal, and its size.
    @concurrent
    private static func write(_ picture: Picture, _ record: PictureRecord, to file: FilePath) async throws -> (String, Int) {
        try AtomicFile(StagedImage.thumbnail(of: file)).write(try Thumbnail.jpeg(picture))
        try PNGFile.write(picture, texts: try record.texts, to: file)
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: file.string)))
        return (SHA256.hexadecimal(of: bytes), bytes.count)
    }

    private func metadata(_ image: GeneratedImage) -> PictureMetadata {
        let request = image.request
        return PictureMetadata(
            prompt: request.prompt, width: request.width, height: request.height, steps: request.steps,
            guidance: Double(request.guidance), seed: request.seed, model: capabilities?.model.name ?? "",
            modelHash: capabilities?.model.digest, dtype: engine.computeType.rawValue, maximumSequenceLength: request.maximumSequenceLength,
            vaeTiling: image.tiling.map { VAETiling(tile: $0.side, overlap: $0.overlap) }, version: "sluice \(description.version)")
    }

    private func origin(_ image: GeneratedImage, _ ordinal: Int, of order: RunOrder) -> PictureOrigin {
        PictureOrigin(
            database: order.database, job: order.job, ordinal: ordinal, imageCount: order.request.count, attempt: order.attempt,
            owner: order.owner, queuedAt: order.queuedAt, parentSHA256: order.parentSHA256, device: engine.backend.device.name,
            budgetBytes: capabilities?.budgetBytes, trueGuidance: order.request.trueGuidance, seconds: image.timeline.seconds,
            peakBytes: image.peakByteCount)
    }
}
