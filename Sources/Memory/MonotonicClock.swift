import Glibc

/// The clock that times of reads and of page calls are noted on.
public enum MonotonicClock {
    /// Nanoseconds since an arbitrary moment.
    public static var nanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
