public import History

/// Why the studio cannot do what it was asked to, in a form that goes over the wire and into the history.
public struct StudioError: Error, Codable, Equatable, Sendable {
    public enum Code: String, Codable, Sendable {
        case invalidRequest = "invalid_request"
        case doesNotFit = "does_not_fit"
        case modelUnusable = "model_unusable"
        case queueFull = "queue_full"
        case diskFull = "disk_full"
        case workerLost = "worker_lost"
        case deviceFault = "device_fault"
        case cancelled
        case notFound = "not_found"
        /// The same idempotency key came with another body.
        case conflict
    }

    public let code: Code
    public let message: String
    /// The key of the request that is wrong.
    public var field: String?
    /// Numbers and words that explain it, such as the smallest budget that works.
    public var facts: [String: JobError.Fact]?

    public init(_ code: Code, _ message: String, field: String? = nil, facts: [String: JobError.Fact]? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.facts = facts
    }
}

extension StudioError: CustomStringConvertible {
    public var description: String { message }
}

extension StudioError {
    /// What a job's row says about its end.
    var jobError: JobError { JobError(code: code.rawValue, message: message, facts: facts) }

    /// The history's refusals in the studio's words; what is neither the caller's fault nor the disk's is thrown as it is.
    init?(_ error: HistoryError) {
        switch error {
        case .jobNotFound, .imageNotFound, .imageFileMissing: self.init(.notFound, "\(error)")
        case .idempotencyConflict, .wrongStatus: self.init(.conflict, "\(error)")
        case .diskFull(let free, let minimum):
            var facts: [String: JobError.Fact] = [:]
            facts["freeBytes"] = free.map { .integer($0) }
            facts["minimumFreeBytes"] = minimum.map { .integer($0) }
            self.init(.diskFull, "\(error)", facts: facts)
        case .locked, .databaseMissing, .damaged, .tooNew, .wrongFile, .invalidName, .file, .database: return nil
        }
    }
}
