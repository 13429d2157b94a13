/// What the kernel says about memory.
public enum HostMemory {
    /// Bytes that this process can take now without pushing others out or being stopped: the least of `MemAvailable` and what
    /// each control group the process is in has left. Own use is already taken off.
    public static var availableByteCount: Int { availableByteCount(root: "/") }

    /// Most bytes of this process that were resident at once (`VmHWM`), 0 where the kernel does not say.
    public static var peakResidentByteCount: Int { KernelFile("/proc/self/status").field("VmHWM:").map { $0 * 1024 } ?? 0 }

    /// As `availableByteCount`, with the kernel's files below another folder.
    static func availableByteCount(root: String) -> Int {
        // Where the kernel does not tell, nothing can be promised.
        let available = KernelFile(root + "/proc/meminfo").field("MemAvailable:").map { $0 * 1024 } ?? 0
        return ControlGroups(root: root).headrooms.reduce(available, min)
    }
}
