/// The engine as the studio talks to it: a process that can be lost and is started again.
public protocol EngineProcess: Sendable {
    /// Keeps an engine running until the task is cancelled, and hands on what it says and what becomes of it, in order.
    func run(_ receive: @escaping @Sendable (EngineSignal) async -> Void) async

    /// - Returns: Whether an engine is there to take the order.
    func send(_ order: WorkerOrder) async -> Bool

    /// Ends the engine that runs now, whatever it does: it is reported as lost, and another one is started.
    func end(_ reason: String) async
}

public enum EngineSignal: Sendable {
    /// An engine is being started; the times that one was before.
    case starting(restarts: Int)
    case message(WorkerMessage)
    /// No engine runs any more; nothing of it will arrive after this.
    case ended(reason: String)
}
