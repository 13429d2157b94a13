/// How long a step takes when reading weights and computing go on at the same time, and which of them it waits for.
public struct StepTime: Equatable, Sendable {
    /// What a step's time is the time of.
    public enum Bound: String, Sendable {
        /// The computation itself.
        case compute
        /// The link between host and device.
        case link
        /// The disk.
        case disk
    }

    /// Time of the computation alone, seconds.
    public let computeSeconds: Double
    /// Time of all streamed bytes over the link, seconds.
    public let linkSeconds: Double
    /// Time of the bytes that come from disk, seconds.
    public let diskSeconds: Double

    /// step = max(C, F/bw_link, F_disk/bw_disk).
    /// - Parameters:
    ///   - computeSeconds: C.
    ///   - streamedByteCount: F, bytes that stream in every step.
    ///   - linkBytesPerSecond: bandwidth of the link; `nil` where device and host share their memory.
    ///   - diskByteCount: F_disk, the part of F that comes from disk.
    ///   - diskBytesPerSecond: bandwidth of the disk.
    public init(
        computeSeconds: Double, streamedByteCount: Int, linkBytesPerSecond: Double?, diskByteCount: Int = 0,
        diskBytesPerSecond: Double = .infinity
    ) {
        precondition(diskByteCount <= streamedByteCount, "what comes from disk is a part of what streams")
        self.computeSeconds = computeSeconds
        linkSeconds = linkBytesPerSecond.map { Double(streamedByteCount) / $0 } ?? 0
        diskSeconds = Double(diskByteCount) / diskBytesPerSecond
    }

    /// Time of a step, seconds.
    public var seconds: Double { max(computeSeconds, linkSeconds, diskSeconds) }

    /// The term that is the maximum; of equal ones the first of compute, link, disk.
    public var bound: Bound {
        switch seconds {
        case computeSeconds: .compute
        case linkSeconds: .link
        default: .disk
        }
    }
}
