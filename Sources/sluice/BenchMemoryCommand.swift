import ArgumentParser
import Memory

struct BenchMemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory", abstract: "Compares what allocators map for fifty FLUX.1 pictures of mixed sizes.",
        discussion: """
            The buffers of each picture (text encoder, two steps, autoencoder) are replayed on paper through a caching allocator, one \
            expandable segment with best fit, and an arena planned for each picture. Fragmentation is 1 − most held ÷ most mapped.
            """)

    @Flag(help: "One JSON object in place of a table.") var json = false

    func run() throws {
        let baselines = FragmentationBaseline.all()
        if json {
            try print(JSONFile.text(["rows": baselines.map(Row.init)]))
            return
        }
        print("MiB for 50 pictures, and fragmentation at the peak")
        print(Self.line("sizes", "kernels", ["most held", "caching allocator", "expandable segment", "planned arena"]))
        for row in baselines {
            let mapped = [row.cachingByteCount, row.expandableByteCount, row.plannedByteCount].map { byteCount in
                Self.mebibytes(byteCount) + Self.percent(row.fragmentation(mapped: byteCount)).rightAligned(9)
            }
            print(Self.line(row.sequence.rawValue, row.kernels.rawValue, [Self.mebibytes(row.maxLiveByteCount)] + mapped))
        }
    }

    private struct Row: Encodable {
        let sizes, kernels: String
        let maxLiveBytes: Int
        let caching, expandable, planned: Allocator

        struct Allocator: Encodable {
            let mappedBytes: Int
            let fragmentationPeak: Double
        }

        init(_ row: FragmentationBaseline) {
            func allocator(_ byteCount: Int) -> Allocator {
                Allocator(mappedBytes: byteCount, fragmentationPeak: row.fragmentation(mapped: byteCount))
            }
            sizes = row.sequence.rawValue
            kernels = row.kernels.rawValue
            maxLiveBytes = row.maxLiveByteCount
            caching = allocator(row.cachingByteCount)
            expandable = allocator(row.expandableByteCount)
            planned = allocator(row.plannedByteCount)
        }
    }

    private static func line(_ sizes: String, _ kernels: String, _ columns: [String]) -> String {
        sizes.leftAligned(9) + kernels.leftAligned(9) + columns.enumerated().map { $1.rightAligned($0 == 0 ? 9 : 20) }.joined()
    }

    private static func mebibytes(_ byteCount: Int) -> String { String(Int((Double(byteCount) / 0x1p20).rounded())) }

    private static func percent(_ share: Double) -> String { "\((100 * share).fixed(2)) %" }
}
