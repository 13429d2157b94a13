extension DeviceProfile {
    /// Cards by name. As their maker publishes them: memory, link, and the dense peak of bf16 products with f32 sums; none was measured
    /// here, and a profile file with measured figures is better. Assumed: 65 % of
    /// that peak, 79 % of the link's line rate, 3.5 GB/s of disk, 0.75 GB of context and 32 MiB of workspace.
    public static let builtIn = [
        // NVIDIA Ada GPU architecture white paper, appendix A: 165.2 TFLOP/s, 24 GB, PCIe 4.0 ×16.
        card("rtx4090", gibibytes: 24, generation: 4, lanes: 16, peakTeraFLOPS: 165.2),
        // NVIDIA's product page: 1177 TOPS of sparse 8-bit products, of which dense bf16 with f32 sums is an eighth.
        card("rtx4090d", gibibytes: 24, generation: 4, lanes: 16, peakTeraFLOPS: 147.1),
        // NVIDIA Ampere GA102 white paper, appendix A: 71 TFLOP/s, 24 GB, PCIe 4.0 ×16.
        card("rtx3090", gibibytes: 24, generation: 4, lanes: 16, peakTeraFLOPS: 71),
        // NVIDIA's product page: 353 TOPS of sparse 8-bit products, an eighth of it; 16 GB, PCIe 4.0 ×8.
        card("rtx4060ti16", gibibytes: 16, generation: 4, lanes: 8, peakTeraFLOPS: 44.1),
        // NVIDIA's product page: 102 TOPS of sparse f16 products, a quarter of it; 12 GB, PCIe 4.0 ×16.
        card("rtx3060", gibibytes: 12, generation: 4, lanes: 16, peakTeraFLOPS: 25.5),
        // NVIDIA H100 data sheet, SXM5: 1979 TFLOP/s sparse, half of it dense; 80 GB, PCIe 5.0 ×16.
        card("h100", gibibytes: 80, generation: 5, lanes: 16, peakTeraFLOPS: 989.4),
        // NVIDIA H200 data sheet, SXM5: as H100 with 141 GB, of which its driver reports 140.4 GiB.
        card("h200", gibibytes: 140, generation: 5, lanes: 16, peakTeraFLOPS: 989.4),
    ]

    private static func card(_ name: String, gibibytes: Int, generation: Int, lanes: Int, peakTeraFLOPS: Double) -> DeviceProfile {
        // PCIe 3 carries 0.985 GB/s a lane, and each generation twice as much as the one before: ×16 gives 25 GB/s in generation 4.
        let perLane = 12.5e9 / 16 * Double(1 << (generation - 3))
        return DeviceProfile(
            name: name, memoryBytes: gibibytes << 30, linkBytesPerSecond: perLane * Double(lanes), diskBytesPerSecond: 3.5e9,
            floatingPointOperationsPerSecond: 0.65 * peakTeraFLOPS * 1e12, contextBytes: 750_000_000, workspaceBytes: 32 << 20)
    }
}
