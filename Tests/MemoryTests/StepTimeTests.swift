import Memory
import Testing

struct StepTimeTests {
    @Test func `a step takes the longest of its terms, and names it`() {
        let byLink = StepTime(computeSeconds: 0.236, streamedByteCount: 10_400_000_000, linkBytesPerSecond: 25e9)
        #expect(byLink.bound == .link && abs(byLink.seconds - 0.416) < 1e-9)
        let byCompute = StepTime(computeSeconds: 0.817, streamedByteCount: 10_400_000_000, linkBytesPerSecond: 25e9)
        #expect(byCompute.bound == .compute && byCompute.seconds == 0.817)
        let byDisk = StepTime(
            computeSeconds: 0.817, streamedByteCount: 10_400_000_000, linkBytesPerSecond: 25e9, diskByteCount: 6_000_000_000,
            diskBytesPerSecond: 3e9)
        #expect(byDisk.bound == .disk && byDisk.seconds == 2)
    }

    @Test func `without a link only computing and the disk count`() {
        let time = StepTime(
            computeSeconds: 3, streamedByteCount: 4_000_000_000, linkBytesPerSecond: nil, diskByteCount: 4_000_000_000,
            diskBytesPerSecond: 1e9)
        #expect(time.bound == .disk && time.seconds == 4 && time.linkSeconds == 0)
        #expect(StepTime(computeSeconds: 0, streamedByteCount: 0, linkBytesPerSecond: nil).bound == .compute)
    }
}
