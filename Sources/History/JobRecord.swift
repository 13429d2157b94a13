/// Where a job stands. `done`, `failed` and `cancelled` are its ends.
public enum JobStatus: String, Codable, Sendable, CaseIterable {
    case queued, running, done, failed, cancelled

    public var isEnd: Bool { self == .done || self == .failed || self == .cancelled }
}

/// A worker's hold on a job. Its number only grows, so what an older attempt still sends is told from what counts: a fencing token.
public struct Attempt: Hashable, Codable, Sendable {
    public let job: Int64
    public let worker: String
    /// From 1.
    public let number: Int

    public init(job: Int64, worker: String, number: Int) {
        self.job = job
        self.worker = worker
        self.number = number
    }
}

/// What a caller asks to have drawn.
public struct NewJob: Sendable {
    /// The request as it will be handed to a worker, its seed settled.
    public var request: JSONText
    /// Pictures that the request asks for.
    public var imageCount: Int
    public var idempotencyKey: String?
    /// What the key stands for: the caller's body as it was sent, before a seed was drawn for it. The request if `nil`.
    public var body: JSONText?
    public var owner: String
    /// Goes before everything that waits.
    public var front: Bool

    public init(
        request: JSONText, imageCount: Int = 1, idempotencyKey: String? = nil, body: JSONText? = nil, owner: String = "",
        front: Bool = false
    ) {
        precondition(imageCount > 0)
        self.request = request
        self.imageCount = imageCount
        self.idempotencyKey = idempotencyKey
        self.body = body
        self.owner = owner
        self.front = front
    }
}

/// A row of the table `job`, with the pictures that it has so far.
public struct JobRecord: Equatable, Sendable, Identifiable {
    public let id: Int64
    public var owner: String
    public var status: JobStatus
    public var priority: Int
    public var request: JSONText
    public var imageCount: Int
    /// Times that the job was claimed.
    public var attempt: Int
    /// Attempts that ended with a crash, a kill or a dead server.
    public var lost: Int
    /// The lost attempt at which the job fails.
    public var maxLost: Int
    public var worker: String?
    public var leaseUntil: Timestamp?
    public var cancelRequested: Bool
    public var error: JobError?
    public var createdAt: Timestamp
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// Of a queued job: 1 for the one that is claimed next.
    public var position: Int?
    /// By ordinal.
    public var images: [Image]

    /// A picture of a job.
    public struct Image: Equatable, Codable, Sendable {
        public let id: Int64
        public let ordinal: Int

        public init(id: Int64, ordinal: Int) {
            self.id = id
            self.ordinal = ordinal
        }
    }

    /// What is left to draw.
    public var missingOrdinals: [Int] {
        let there = Set(images.map(\.ordinal))
        return (0..<imageCount).filter { !there.contains($0) }
    }

    /// The hold of the worker that runs the job.
    public var currentAttempt: Attempt? {
        worker.map { Attempt(job: id, worker: $0, number: attempt) }
    }
}

/// Why a job failed, as sent to clients.
public struct JobError: Error, Equatable, Codable, Sendable {
    public var code: String
    public var message: String
    public var facts: [String: Fact]?

    /// A number or a word that explains an error.
    public enum Fact: Equatable, Codable, Sendable {
        case integer(Int)
        case number(Double)
        case text(String)

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let integer = try? container.decode(Int.self) {
                self = .integer(integer)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .integer(let integer): try container.encode(integer)
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }

    public init(code: String, message: String, facts: [String: Fact]? = nil) {
        self.code = code
        self.message = message
        self.facts = facts
    }

    static func workerLost(_ count: Int) -> JobError {
        JobError(code: "worker_lost", message: "the engine was lost \(count) times while it drew this", facts: ["lost": .integer(count)])
    }
}
