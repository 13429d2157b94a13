import Memory
import Testing

struct FragmentationBaselineTests {
    private func mebibytes(_ byteCount: Int) -> Int { Int((Double(byteCount) / Double(1 << 20)).rounded()) }

    @Test(
        arguments: [
            (PictureSequence.buckets, FluxTrace.Kernels.eager, [1536, 4856, 1800, 1536]), (.buckets, .fused, [1280, 3170, 1280, 1280]),
            (.random, .eager, [2280, 11082, 2660, 2280]), (.random, .fused, [1900, 7274, 1900, 1900]),
            (.growing, .eager, [1536, 30160, 1800, 1536]), (.growing, .fused, [1280, 20060, 1280, 1280]),
        ])
    func `fifty pictures map what three allocators are known to map`(
        sequence: PictureSequence, kernels: FluxTrace.Kernels, expected: [Int]
    ) {
        let row = FragmentationBaseline(sequence: sequence, kernels: kernels)
        let found = [row.maxLiveByteCount, row.cachingByteCount, row.expandableByteCount, row.plannedByteCount].map(mebibytes)
        #expect(found == expected)
        #expect(row.fragmentation(mapped: row.plannedByteCount) < 0.01)
    }

    @Test func `a step takes the number of buffers its kernels need, and a picture gives all back`() {
        #expect(FluxTrace.transformerStep(width: 512, height: 512, kernels: .fused).count == 294)
        #expect(FluxTrace.transformerStep(width: 512, height: 512, kernels: .eager).count == 1187)
        let trace = FluxTrace.picture(width: 512, height: 512, kernels: .eager, steps: 2)
        #expect(trace.events.count == 2 * trace.count)
    }
}
