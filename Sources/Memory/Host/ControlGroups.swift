/// The control groups that limit the memory of this process, versions 1 and 2.
///
/// A group's limit holds for everything below it, so each ancestor counts. Files as in the kernel's documentation,
/// admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
struct ControlGroups {
    /// One kind of hierarchy: how its files are called.
    private struct Version {
        let limit: String
        let usage: String
        /// Files in memory, which the kernel drops when memory is short.
        let files: String
        /// The part of `files` that has nowhere to be dropped to.
        let shared: String

        static let v1 = Version(
            limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", files: "total_cache", shared: "total_shmem")
        static let v2 = Version(limit: "memory.max", usage: "memory.current", files: "file", shared: "shmem")
    }

    /// Bytes left in each group with a limit, innermost first.
    let headrooms: [Int]

    /// Reads `/proc/self/cgroup`, `/proc/self/mountinfo` and the mounted groups below `root`.
    init(root: String) {
        let memberships = KernelFile(root + "/proc/self/cgroup").text.split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }
        var headrooms: [Int] = []
        for words in KernelFile(root + "/proc/self/mountinfo").lines {
            // "36 35 0:33 /root /mount/point rw,relatime … - type source options"
            guard words.count > 5, let dash = words.firstIndex(of: "-"), dash + 3 < words.count else { continue }
            let isVersion2 = words[dash + 1] == "cgroup2"
            guard isVersion2 || words[dash + 1] == "cgroup" && words[dash + 3].split(separator: ",").contains("memory") else { continue }
            let member = memberships.first {
                $0.count == 3 && (isVersion2 ? $0[0] == "0" && $0[1].isEmpty : $0[1].split(separator: ",").contains("memory"))
            }
            guard let member else { continue }
            headrooms += Self.headrooms(
                of: Self.relative(member[2], to: words[3]), below: root + String(words[4]), isVersion2 ? .v2 : .v1)
        }
        self.headrooms = headrooms
    }

    /// A group's path below the mount; empty where the mount shows another part of the tree, as in a container.
    private static func relative(_ path: Substring, to mountRoot: Substring) -> [Substring] {
        let path = path.split(separator: "/")
        let root = mountRoot.split(separator: "/")
        return path.starts(with: root) ? Array(path.dropFirst(root.count)) : []
    }

    private static func headrooms(of path: [Substring], below mount: String, _ version: Version) -> [Int] {
        (0...path.count).reversed().compactMap { depth in
            let folder = ([mount] + path.prefix(depth).map(String.init)).joined(separator: "/")
            guard let limit = KernelFile("\(folder)/\(version.limit)").number, let usage = KernelFile("\(folder)/\(version.usage)").number
            else { return nil }
            let statistics = KernelFile("\(folder)/memory.stat")
            let droppable = (statistics.field(version.files) ?? 0) - (statistics.field(version.shared) ?? 0)
            return max(0, limit - (usage - max(0, droppable)))
        }
    }
}
