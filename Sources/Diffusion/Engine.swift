import FluxModels
import Memory
public import SystemPackage
public import Tensors
import Weights

/// Draws pictures with one model on one backend, one at a time, on a thread of its own.
///
/// ```swift
/// let engine = Engine(model: folder, computeType: .bf16, on: backend)
/// for try await event in engine.generate(request) { … }
/// ```
public actor Engine {
    public nonisolated let modelFolder: FilePath
    public nonisolated let computeType: ElementType
    public nonisolated let backend: any Backend
    private let retainedByteCount: Int
    private let thread = ThreadExecutor(name: "sluice.engine")
    private var model: FluxModel?
    private var lastEncoding: (prompt: String, maximumSequenceLength: Int, encoding: PromptEncoding)?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - model: A folder in the diffusers layout; read when the first picture is asked for.
    ///   - computeType: What everything is computed in; the backend's preferred type if absent.
    ///   - retainedByteCount: Components whose weights, converted to the compute type, fit in this are converted once and kept.
    public init(model: FilePath, computeType: ElementType? = nil, retainedByteCount: Int = 1 << 30, on backend: any Backend) {
        modelFolder = model
        self.computeType = computeType ?? backend.computeTypes[0]
        self.retainedByteCount = retainedByteCount
        self.backend = backend
    }

    /// Draws a picture; the stream ends after `.finished`, or throws what went wrong. Cancelling its consumer stops the run between sub-layers.
    public nonisolated func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let image = try await self.run(request) { continuation.yield($0) }
                    continuation.yield(.finished(image))
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// The model's small files, read if they have not been.
    public func folder() throws -> FluxFolder { try loaded { _ in }.folder }

    private func run(_ request: GenerationRequest, _ send: @escaping @Sendable (GenerationEvent) -> Void) throws -> GeneratedImage {
        let observer = RunObserver(send)
        let pass = ForwardPass(on: backend) { try observer.enter($0) }
        backend.device.ledger.resetPeak()
        try observer.begin(.load)
        let model = try loaded(send)
        try request.validate(sideMultiple: model.folder.sideMultiple)
        if !model.folder.transformer.guidanceEmbeds { observer.notice(.guidanceUnused) }
        let encoding = try encoding(of: request, model, pass, observer)
        let drawn = try TextToImage(model: model, request: request, pass: pass, observer: observer).draw(encoding)
        return GeneratedImage(
            request: request, pixels: drawn.pixels, latents: drawn.latents,
            latentLayout: model.folder.latentLayout(width: request.width, height: request.height), timeline: observer.finish(),
            peakByteCount: backend.device.ledger.reading.peakByteCount)
    }

    private func loaded(_ send: (GenerationEvent) -> Void) throws -> FluxModel {
        if let model { return model }
        let model = try FluxModel(modelFolder, computeType: computeType, retainedByteCount: retainedByteCount, on: backend)
        for store in model.stores where store.storedTypes != [computeType] {
            let stored = store.storedTypes.map(\.rawValue).sorted().joined(separator: ", ")
            send(.notice(.weightsConverted(component: store.component, from: stored, to: computeType.rawValue)))
        }
        self.model = model
        return model
    }

    /// The same prompt as last time, as with several pictures of one, is not encoded again.
    private func encoding(
        of request: GenerationRequest, _ model: FluxModel, _ pass: ForwardPass, _ observer: RunObserver
    ) throws -> PromptEncoding {
        if let lastEncoding, lastEncoding.prompt == request.prompt, lastEncoding.maximumSequenceLength == request.maximumSequenceLength {
            return lastEncoding.encoding
        }
        lastEncoding = nil
        let encoding = try model.encode(request.prompt, maximumSequenceLength: request.maximumSequenceLength, pass, observer)
        lastEncoding = (request.prompt, request.maximumSequenceLength, encoding)
        return encoding
    }
}
