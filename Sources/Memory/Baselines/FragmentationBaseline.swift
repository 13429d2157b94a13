/// How much memory allocators of three kinds map for fifty pictures, against what is held at the worst moment.
public struct FragmentationBaseline: Equatable, Sendable {
    /// Which pictures.
    public let sequence: PictureSequence
    /// Which kernels draw them.
    public let kernels: FluxTrace.Kernels
    /// Most bytes held at once, sizes rounded to 512 bytes: no allocator can map less.
    public let maxLiveByteCount: Int
    /// What a caching allocator maps.
    public let cachingByteCount: Int
    /// What one expandable segment with best fit maps.
    public let expandableByteCount: Int
    /// What an arena maps that is planned for each picture.
    public let plannedByteCount: Int

    /// Replays the pictures: text encoder, two steps of the transformer, autoencoder. The arena is planned for one step.
    public init(sequence: PictureSequence, kernels: FluxTrace.Kernels) {
        self.sequence = sequence
        self.kernels = kernels
        var caching = CachingAllocator()
        var expandable = ExpandableAllocator()
        var maxLive = 0
        var planned: [String: Int] = [:]
        for (width, height) in sequence.sizes {
            let trace = FluxTrace.picture(width: width, height: height, kernels: kernels, steps: 2)
            caching.replay(trace)
            expandable.replay(trace)
            maxLive = max(maxLive, trace.peakByteCount)
            let size = "\(width)x\(height)"
            if planned[size] == nil {
                planned[size] = ArenaPlan(FluxTrace.picture(width: width, height: height, kernels: kernels, steps: 1).lifetimes).byteCount
            }
        }
        maxLiveByteCount = maxLive
        cachingByteCount = caching.mappedByteCount
        expandableByteCount = expandable.mappedByteCount
        plannedByteCount = planned.values.reduce(0, max)
    }

    /// f_peak = 1 − most held ÷ most mapped.
    public func fragmentation(mapped byteCount: Int) -> Double { 1 - Double(maxLiveByteCount) / Double(byteCount) }

    /// All sequences with all kernels.
    public static func all() -> [FragmentationBaseline] {
        PictureSequence.allCases.flatMap { sequence in
            FluxTrace.Kernels.allCases.map { FragmentationBaseline(sequence: sequence, kernels: $0) }
        }
    }
}
