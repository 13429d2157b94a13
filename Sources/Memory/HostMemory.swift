import Glibc

/// What the kernel says about memory.
public enum HostMemory {
    /// Bytes that can be taken without pushing others out (`MemAvailable`); all of memory where the kernel does not say.
    public static var availableByteCount: Int {
        field("MemAvailable:", in: "/proc/meminfo") ?? sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Most bytes of this process that were resident at once (`VmHWM`), 0 where the kernel does not say.
    public static var peakResidentByteCount: Int { field("VmHWM:", in: "/proc/self/status") ?? 0 }

    /// A line "Name:   123 kB" in bytes.
    private static func field(_ name: String, in path: String) -> Int? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
                whereSeparator: \.isWhitespace)
            if words.first.map(String.init) == name, words.count > 1, let kibibytes = Int(words[1]) { return kibibytes * 1024 }
        }
        return nil
    }
}
