import SystemPackage

/// What the engine's process tells the server.
public enum WorkerMessage: Codable, Equatable, Sendable {
    /// First of all, or `unusable` where the model cannot be.
    case hello(Hello)
    case unusable(StudioError)
    case accepted(RunID)
    case progress(Progress)
    case memory(MemoryReading)
    case preview(Preview)
    case image(StagedImage)
    case done(RunID)
    /// Stopped after a picture because it was asked to.
    case drained(RunID)
    case cancelled(RunID)
    case failed(Failure)
    case pong(Int)
    case planned(PlanAnswer)

    public struct Failure: Codable, Equatable, Sendable {
        public var job: Int64
        public var attempt: Int
        public var error: StudioError

        public init(_ run: RunID, _ error: StudioError) {
            (job, attempt) = (run.job, run.attempt)
            self.error = error
        }

        public var run: RunID { RunID(job: job, attempt: attempt) }
    }
}

public struct Hello: Codable, Equatable, Sendable {
    /// Version of these messages.
    public var `protocol`: Int
    public var capabilities: Capabilities

    public static let currentProtocol = 1

    public init(_ capabilities: Capabilities, protocol number: Int = currentProtocol) {
        self.protocol = number
        self.capabilities = capabilities
    }
}

/// Where a run is. Indices count from 0; seconds are of the current picture.
public struct Progress: Codable, Equatable, Sendable {
    public var job: Int64
    public var attempt: Int
    /// Which of the run's pictures, and how many it draws.
    public var image: Int
    public var images: Int
    /// A phase of the engine, "measure" or "save".
    public var phase: String
    public var step: Int?
    public var steps: Int
    public var block: Int?
    public var blocks: Int?
    public var stream: String?
    public var layer: String?
    /// Weights read so far.
    public var bytesDone: Int?
    public var elapsed: Double
    /// Estimated; `nil` while nothing has been measured.
    public var remaining: Double?
    public var time: TimeClasses
    /// How long what is being computed now was planned to take.
    public var unitSeconds: Double?
}

/// Where the time of a picture went: `wait`, `compute` and `copy` add up to all of it.
public struct TimeClasses: Codable, Equatable, Sendable {
    /// Neither computing nor reading.
    public var wait: Double
    public var compute: Double
    /// Computing waited for weights.
    public var copy: Double
    /// Weights were read while computing went on.
    public var hiddenCopy: Double
}

/// What the engine holds, by its own ledger.
public struct MemoryReading: Codable, Equatable, Sendable {
    public enum Rung: String, Codable, Sendable {
        /// All weights stay.
        case resident
        /// Some stay, the others pass through the ring.
        case streaming
        /// All pass through the ring.
        case ringMinimum
        /// Some make room for a phase that needs it.
        case evicting
    }

    public struct Owners: Codable, Equatable, Sendable {
        public var context, resident, ring, arena, kept: Int
        /// The part of the arena in use.
        public var arenaHeld: Int?
    }

    public var now: Int
    public var peak: Int
    public var predicted: Int?
    public var budget: Int?
    /// What others leave free.
    public var freeOutside: Int?
    public var rung: Rung?
    public var owners: Owners
    public var source = "ledger"
    public var streamedBytes: Int
    public var hiddenShare: Double?
}

/// What the latents look like so far.
public struct Preview: Codable, Equatable, Sendable {
    public var job: Int64
    public var attempt: Int
    public var image: Int
    public var step: Int
    /// A small PNG.
    public var dataURL: String
}

/// A finished picture's file, flushed to the disk. How it came about is in its texts.
public struct StagedImage: Codable, Equatable, Sendable {
    public var job: Int64
    public var attempt: Int
    public var ordinal: Int
    /// Name in the staging folder.
    public var file: String
    public var sha256: String
    public var byteCount: Int

    public var run: RunID { RunID(job: job, attempt: attempt) }

    /// Beside the picture's file.
    static func thumbnail(of file: FilePath) -> FilePath {
        var thumbnail = file
        thumbnail.extension = "jpg"
        return thumbnail
    }
}

public struct PlanAnswer: Codable, Equatable, Sendable {
    public var number: Int
    /// One of both.
    public var plan: RequestPlan?
    public var error: StudioError?
}

/// What a request would take.
public struct RequestPlan: Codable, Equatable, Sendable {
    public struct Phase: Codable, Equatable, Sendable {
        public var name: String
        public var predictedPeakBytes: Int
    }

    public var fits = true
    public var predictedPeakBytes: Int
    public var budgetBytes: Int
    public var offload: String
    public var streamedBytesPerStep: Int
    public var phases: [Phase]
    /// From what this engine measured; absent before its first picture.
    public var stepSeconds: Double?
    /// What a step waits for, where the device's rates are known.
    public var bound: String?
}
