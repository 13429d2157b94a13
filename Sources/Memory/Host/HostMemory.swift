import Glibc

/// What the kernel says about memory.
public enum HostMemory {
    /// Bytes that this process can take now without pushing others out or being stopped: the least of `MemAvailable` and what
    /// each control group the process is in has left. Own use is already taken off. All of memory where the kernel does not say.
    public static var availableByteCount: Int { availableByteCount(root: "/") }

    /// Most bytes of this process that were resident at once (`VmHWM`), 0 where the kernel does not say.
    public static var peakResidentByteCount: Int { KernelFile("/proc/self/status").field("VmHWM:").map { $0 * 1024 } ?? 0 }

    /// Bytes of this process that are resident now and belong to no file (`RssAnon` and `RssShmem`), 0 where the kernel does not say.
    public static var residentByteCount: Int {
        ["RssAnon:", "RssShmem:"].reduce(0) { $0 + (KernelFile("/proc/self/status").field($1) ?? 0) * 1024 }
    }

    /// As `availableByteCount`, with the kernel's files below another folder.
    static func availableByteCount(root: String) -> Int {
        let available = KernelFile(root + "/proc/meminfo").field("MemAvailable:").map { $0 * 1024 } ?? physicalByteCount
        return ControlGroups(root: root).headrooms.reduce(available, min)
    }

    /// All of the machine's memory.
    static var physicalByteCount: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }
}
