import CCUDA
import SIMTEmulator
import Testing

/// The emulator must see what these kernels do wrong, or its silence about the others means nothing.
struct FaultTests {
    private static let threads = 64

    /// Runs a kernel on x = 0, 1, 2, … and returns the output, or the fault.
    private func run(
        _ kernel: String, threads: Int = threads, sharedByteCount: Int = threads * 4
    ) -> (values: [Float], fault: String?) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: (2 * Self.threads + 4) * 4, alignment: 16)
        defer { memory.deallocate() }
        let x = memory.bindMemory(to: Float.self, capacity: 2 * Self.threads + 4)
        // Not one after the other, so that there is something beyond each.
        let y = x + Self.threads + 4
        for i in 0..<Self.threads { (x[i], y[i]) = (Float(i), -1) }
        let (input, output) = (UInt64(UInt(bitPattern: x)), UInt64(UInt(bitPattern: y)))
        simt_register(input, Self.threads * 4)
        simt_register(output, Self.threads * 4)
        defer {
            simt_unregister(input)
            simt_unregister(output)
        }
        var arguments = CUDAElementwise()
        (arguments.x.address, arguments.output.address) = (input, output)
        var error = [CChar](repeating: 0, count: 512)
        let block = simt_dim(x: UInt32(threads), y: 1, z: 1)
        let code = withUnsafeBytes(of: arguments) { bytes in
            simt_launch(
                kernel, simt_dim(x: 1, y: 1, z: 1), block, sharedByteCount, bytes.baseAddress, bytes.count, &error, error.count)
        }
        let fault = String(decoding: error.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return (Array(UnsafeBufferPointer(start: y, count: Self.threads)), code == 0 ? nil : fault)
    }

    @Test
    func `a correct kernel runs`() {
        let (values, fault) = run("reverse")
        #expect(fault == nil)
        #expect(values == (0..<Self.threads).reversed().map(Float.init))
    }

    @Test(arguments: [
        ("reverseWithoutBarrier", "no barrier between"), ("overwriteWithoutBarrier", "no barrier between"),
        ("readBeyondBuffer", "beyond a buffer of 256"), ("writeBeyondBuffer", "beyond a buffer"),
        ("readBeyondShared", "of 256 bytes of shared memory"), ("misaligned", "misaligned write of 16 bytes"),
        ("barrierInBranch", "waits at a barrier"), ("shuffleInBranch", "waits at a shuffle"),
        ("differentCollectives", "another collective operation"),
    ])
    func `a fault is found and named`(kernel: String, words: String) throws {
        let fault = try #require(run(kernel).fault)
        #expect(fault.contains(words), "\(fault)")
        #expect(fault.hasPrefix(kernel))
    }

    @Test
    func `a copy that nobody waits for brings no values`() {
        let (values, fault) = run("copyWithoutWait")
        #expect(fault != nil || values.allSatisfy(\.isNaN))
    }

    @Test
    func `a tile that the copy engine brings is there when it was waited for`() {
        let (values, fault) = run("tile", sharedByteCount: 1024)
        #expect(fault == nil)
        #expect(values == (0..<Self.threads).map(Float.init))
    }

    @Test(arguments: [
        ("tileWithoutWait", "no barrier between"), ("tileWhereAnotherWarpWrites", "no barrier between"),
        ("tileNotAnnounced", "no barrier between"), ("waitOfOneLane", "no barrier between"),
        ("tileOfAnotherPhase", "waits for phase 1 while phase 0"), ("tileShorterThanAnnounced", "waits at the end of a phase"),
    ])
    func `a fault around the copy engine is found and named`(kernel: String, words: String) throws {
        let fault = try #require(run(kernel, sharedByteCount: 1024).fault)
        #expect(fault.contains(words), "\(fault)")
    }

    @Test
    func `a warpgroup's product is there when it was waited for, and not before`() {
        let sharedByteCount = (64 + 128) * 128
        let (values, fault) = run("product", threads: 128, sharedByteCount: sharedByteCount)
        #expect(fault == nil)
        #expect(values.allSatisfy { $0 == 16 })
        #expect(run("productReadEarly", threads: 128, sharedByteCount: sharedByteCount).values.allSatisfy { $0 == -1 })
    }

    @Test(arguments: [
        ("productNotBegun", "a warpgroup's product that was not begun"),
        ("productOfOverwrittenFactor", "no barrier between"),
    ])
    func `a fault around a warpgroup's product is found and named`(kernel: String, words: String) throws {
        let fault = try #require(run(kernel, threads: 128, sharedByteCount: (64 + 128) * 128).fault)
        #expect(fault.contains(words), "\(fault)")
    }

    @Test
    func `launches that no device takes are refused`() {
        #expect(run("noSuchKernel").fault == "noSuchKernel: there is no kernel noSuchKernel")
        #expect(run("reverse", sharedByteCount: 100 << 10).fault == "reverse: 102400 bytes of shared memory")
    }
}
