import FoundationEssentials
import Glibc
import History
import Logging
import SystemPackage

/// Finished pictures.
extension Studio {
    /// Puts a picture into the history, unless its attempt no longer counts or was told to stop.
    func keep(_ staged: StagedImage) async {
        guard let run, run.id == staged.run, run.stop == nil else { return discard(staged) }
        do {
            let insertion = try await folder.adopt(
                staged: staged.file, attempt: run.attempt, sha256: staged.sha256, byteCount: staged.byteCount, into: store)
            switch insertion {
            case .stored(let image, let job):
                keepThumbnail(staged, sha256: image.sha256)
                await events.publish("image", try HistoryImage(image))
                await publish(job)
            case .alreadyThere: discard(staged)
            case .refused:
                discard(staged)
                await stop(run.attempt, .ended)
            }
        } catch {
            discard(staged)
            logger.error("job \(staged.job): picture \(staged.ordinal) cannot be kept: \(error)")
            await fail(run.attempt, error)
        }
    }

    /// Names are made here, so that nothing that the engine says reaches another file.
    private func file(_ staged: StagedImage) -> FilePath {
        let attempt = Attempt(job: staged.job, worker: configuration.workerName, number: staged.attempt)
        return folder.stagingPath.appending(DataFolder.stagedName(attempt, ordinal: staged.ordinal))
    }

    /// Removes files that nobody wants.
    private func discard(_ staged: StagedImage) {
        unlink(file(staged).string)
        unlink(StagedImage.thumbnail(of: file(staged)).string)
    }

    /// Removes what an engine that is gone left unfinished. Everything that it finished was taken before its end was told.
    func emptyStaging() {
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.stagingPath.string) {
                if let name = FilePath.Component(name) { unlink(folder.stagingPath.appending(name).string) }
            }
        } catch { logger.error("staging cannot be read: \(error)") }
    }

    /// A picture without is made one when somebody looks at it.
    private func keepThumbnail(_ staged: StagedImage, sha256: String) {
        let thumbnail = StagedImage.thumbnail(of: file(staged)).string
        guard let bytes = try? Data(contentsOf: URL(filePath: thumbnail)) else { return }
        do { try folder.storeThumbnail([UInt8](bytes), sha256: sha256) } catch { logger.error("a thumbnail cannot be kept: \(error)") }
        unlink(thumbnail)
    }

    private func fail(_ attempt: Attempt, _ error: any Error) async {
        if case HistoryError.wrongFile? = error as? HistoryError {
            // An engine whose files are not what it says is not to be trusted with the next one.
            return await engine.end("it left a file that is not what it said")
        }
        let told =
            (error as? HistoryError).flatMap { StudioError($0) }
            ?? StudioError(.deviceFault, "the picture could not be stored; the server's log says why")
        do { await publish(try await store.fail(attempt, told.jobError)) } catch {
            logger.error("job \(attempt.job): its end cannot be written: \(error)")
        }
        await stop(attempt, .ended)
    }
}
