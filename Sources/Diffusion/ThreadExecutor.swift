import Dispatch
import Synchronization

/// Runs an actor's jobs on one thread, always the same: numeric libraries keep their worker threads per calling thread.
final class ThreadExecutor: SerialExecutor {
    /// A job, and the executor, which lives at least until the job has run even if that drops the last actor on it.
    private struct Entry: Sendable {
        let job: UnownedJob
        let executor: ThreadExecutor
    }

    /// Shared with the thread, which must not keep an idle executor alive.
    private final class Queue: Sendable {
        let entries = Mutex<(pending: [Entry], isStopped: Bool)>(([], false))
        let available = DispatchSemaphore(value: 0)
    }

    private let queue = Queue()

    init(name: String) {
        DispatchQueue(label: name).async { [queue] in
            while true {
                queue.available.wait()
                let (entry, isStopped) = queue.entries.withLock { entries in
                    (entries.pending.isEmpty ? nil : entries.pending.removeFirst(), entries.isStopped)
                }
                if let entry { entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor()) } else if isStopped { return }
            }
        }
    }

    deinit {
        queue.entries.withLock { $0.isStopped = true }
        queue.available.signal()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let entry = Entry(job: UnownedJob(job), executor: self)
        queue.entries.withLock { $0.pending.append(entry) }
        queue.available.signal()
    }
}
