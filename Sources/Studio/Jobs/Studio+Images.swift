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
                await events.publish("image", try HistoryImage(image))
                await publish(job)
            case .alreadyThere: break
            case .refused: await stop(run.attempt, .ended)
            }
        } catch {
            logger.error("job \(staged.job): picture \(staged.ordinal) cannot be kept: \(error)")
            await fail(run.attempt, error)
        }
    }

    /// Removes a file that nobody wants. Its name is made here, so that nothing that the engine says reaches another file.
    private func discard(_ staged: StagedImage) {
        let attempt = Attempt(job: staged.job, worker: configuration.workerName, number: staged.attempt)
        unlink(folder.stagingPath.appending(DataFolder.stagedName(attempt, ordinal: staged.ordinal)).string)
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
