import Dispatch
import Synchronization

/// Runs an actor's jobs on one thread, always the same: numeric libraries keep their worker threads per calling thread.
final class ThreadExecutor: SerialExecutor {
    /// Shared with the thread, which must not keep the executor alive.
    private final class Queue: Sendable {
        let jobs = Mutex<(pending: [UnownedJob], isStopped: Bool)>(([], false))
        let available = DispatchSemaphore(value: 0)
    }

    private let queue = Queue()

    init(name: String) {
        let executor = UnownedReference(self)
        DispatchQueue(label: name).async { [queue] in
            while true {
                queue.available.wait()
                let (job, isStopped) = queue.jobs.withLock { jobs in
                    (jobs.pending.isEmpty ? nil : jobs.pending.removeFirst(), jobs.isStopped)
                }
                if let job { job.runSynchronously(on: executor.serial) } else if isStopped { return }
            }
        }
    }

    /// The executor outlives its jobs, so naming it without holding it is enough.
    private struct UnownedReference: Sendable {
        let serial: UnownedSerialExecutor
        init(_ executor: ThreadExecutor) { serial = executor.asUnownedSerialExecutor() }
    }

    deinit {
        queue.jobs.withLock { $0.isStopped = true }
        queue.available.signal()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.jobs.withLock { $0.pending.append(job) }
        queue.available.signal()
    }
}
