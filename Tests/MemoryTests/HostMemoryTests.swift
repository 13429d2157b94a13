import Glibc
import Testing

@testable import Memory

/// Fake files of the kernel below a folder of their own.
private final class FakeKernel {
    let root: String
    private var made: [String] = []

    init(_ files: [String: String]) throws {
        var template = Array("/tmp/sluice-kernel-XXXXXX".utf8CString)
        root = try #require(mkdtemp(&template).map { String(cString: $0) })
        for (path, text) in files {
            var folder = root
            for part in path.split(separator: "/").dropLast() {
                folder += "/\(part)"
                if mkdir(folder, 0o700) == 0 { made.append(folder) }
            }
            let file = try #require(fopen("\(root)/\(path)", "w"))
            fputs(text, file)
            fclose(file)
            made.append("\(root)/\(path)")
        }
    }

    deinit {
        for path in made.reversed() + [root] { remove(path) }
    }

    var available: Int { HostMemory.availableByteCount(root: root) }
}

struct HostMemoryTests {
    private static let meminfo = "MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable:    8000 kB\n"
    private static let mount2 = "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n"
    private static let mount1 = """
        31 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
        32 23 0:29 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory

        """

    @Test func `without control groups it is what the machine has available`() throws {
        #expect(try FakeKernel(["proc/meminfo": Self.meminfo]).available == 8000 << 10)
        #expect(try FakeKernel(["proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/a\n"]).available == 8000 << 10)
    }

    @Test func `where the kernel does not say it is all of memory`() throws {
        #expect(try FakeKernel([:]).available == HostMemory.physicalByteCount && HostMemory.physicalByteCount > 1 << 20)
    }

    @Test func `a limit counts less what is used, and cached files do not count as used, but shared memory does`() throws {
        let kernel = try FakeKernel([
            "proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/box\n", "proc/self/mountinfo": Self.mount2,
            "sys/fs/cgroup/box/memory.max": "5000000\n", "sys/fs/cgroup/box/memory.current": "4900000\n",
            "sys/fs/cgroup/box/memory.stat": "anon 1000000\nfile 3900000\nshmem 400000\n",
        ])
        #expect(kernel.available == 5_000_000 - (4_900_000 - 3_500_000))
    }

    @Test func `the tightest ancestor binds, and max is no limit`() throws {
        var files = [
            "proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/a/b/c\n", "proc/self/mountinfo": Self.mount2,
            "sys/fs/cgroup/a/b/c/memory.max": "max\n", "sys/fs/cgroup/a/b/c/memory.current": "1\n",
            "sys/fs/cgroup/a/b/memory.max": "6000000\n", "sys/fs/cgroup/a/b/memory.current": "1000000\n",
            "sys/fs/cgroup/a/memory.max": "7000000\n", "sys/fs/cgroup/a/memory.current": "3000000\n",
        ]
        #expect(try FakeKernel(files).available == 4_000_000)
        files["sys/fs/cgroup/a/memory.current"] = "8000000\n"
        #expect(try FakeKernel(files).available == 0)
        files["sys/fs/cgroup/a/memory.max"] = "max\n"
        #expect(try FakeKernel(files).available == 5_000_000)
        files["sys/fs/cgroup/a/b/memory.max"] = nil
        #expect(try FakeKernel(files).available == 8000 << 10)
    }

    @Test func `version 1 counts the same way, beside an empty version 2`() throws {
        let kernel = try FakeKernel([
            "proc/meminfo": Self.meminfo, "proc/self/cgroup": "5:cpu:/x\n4:memory:/docker/box\n0::/\n",
            "proc/self/mountinfo": Self.mount1 + Self.mount2,
            "sys/fs/cgroup/memory/docker/box/memory.limit_in_bytes": "3000000\n",
            "sys/fs/cgroup/memory/docker/box/memory.usage_in_bytes": "2500000\n",
            "sys/fs/cgroup/memory/docker/box/memory.stat": "cache 5\ntotal_cache 600000\ntotal_shmem 100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "8000000\n",
        ])
        #expect(kernel.available == 1_000_000)
    }

    @Test func `a container that sees only its own part of the tree is read at the mount`() throws {
        let limits = ["sys/fs/cgroup/memory.max": "2000000\n", "sys/fs/cgroup/memory.current": "500000\n"]
        let inside = limits.merging(
            ["proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/docker/box\n"]) { $1 }
        let bound = Self.mount2.replacing("0:28 /", with: "0:28 /docker/box")
        #expect(try FakeKernel(inside.merging(["proc/self/mountinfo": bound]) { $1 }).available == 1_500_000)
        let other = Self.mount2.replacing("0:28 /", with: "0:28 /elsewhere")
        #expect(try FakeKernel(inside.merging(["proc/self/mountinfo": other]) { $1 }).available == 1_500_000)
    }

    @Test func `this machine has memory, and this process has used some`() {
        #expect(HostMemory.availableByteCount > 1 << 20)
        #expect(HostMemory.peakResidentByteCount > 1 << 20)
    }
}
