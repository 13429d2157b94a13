import Glibc

/// Milliseconds since 1970 in UTC, as stored and as sent.
public typealias Timestamp = Int64

extension Timestamp {
    /// The time of the wall clock.
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Year and month in UTC, as in "2026/11".
    var yearAndMonth: String {
        var seconds = time_t(self / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let month = parts.tm_mon + 1
        return "\(parts.tm_year + 1900)/\(month < 10 ? "0" : "")\(month)"
    }

    /// The date in UTC, as in "2026-11-23".
    var date: String {
        var seconds = time_t(self / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return yearAndMonth.replacing("/", with: "-") + "-\(parts.tm_mday < 10 ? "0" : "")\(parts.tm_mday)"
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
