import CCUDA
public import Memory

/// The memory of an engine's device.
public struct CUDADevice: MemoryDevice {
    public let ledger: Ledger
    public let engine: CUDAEngine
    public var name: String { "cuda:\(engine.properties.ordinal)" }
    /// Room for code that libraries load when they first need it, and for parts of pages that small buffers leave unused.
    private static let reserveByteCount = 192 << 20

    /// A device with an account of its own, without a limit.
    public init(_ engine: CUDAEngine) {
        self.init(engine, ledger: Ledger(device: "cuda:\(engine.properties.ordinal)"))
    }

    /// Buffers beside what else is booked on `ledger`.
    public init(_ engine: CUDAEngine, ledger: Ledger) {
        self.engine = engine
        self.ledger = ledger
    }

    public func allocate(byteCount: Int, for owner: MemoryOwner) throws(MemoryError) -> Storage {
        try ledger.book(byteCount, for: owner)
        let calls = engine.context.calls
        var address: CUDAAddress = 0
        do throws(CUDAError) {
            try engine.context.makeCurrent()
            try calls.check("cuMemAlloc", calls.table.pointee.cuMemAlloc_v2(&address, max(byteCount, 1)))
        } catch {
            ledger.release(byteCount, for: owner)
            throw error.memoryError(byteCount: byteCount).of(owner, on: name)
        }
        let given = address
        return Storage(address: UnsafeMutableRawPointer(bitPattern: UInt(given)), byteCount: byteCount) { [engine, ledger] in
            // The driver waits for what uses it. What it does not take back is still held, and so it stays booked.
            guard (try? engine.context.makeCurrent()) != nil, calls.table.pointee.cuMemFree_v2(given) == 0 else { return }
            ledger.release(byteCount, for: owner)
        }
    }

    /// Copies the bytes, so `keeper` may go.
    public func place(
        _ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable, for owner: MemoryOwner
    ) throws(MemoryError) -> Storage {
        let storage = try allocate(byteCount: bytes.count, for: owner)
        do throws(StreamError) { try engine.upload(bytes, to: storage.deviceAddress) } catch { throw error.memoryError(bytes.count) }
        return storage
    }

    public func placeTable(_ bytes: UnsafeRawBufferPointer, keeping keeper: any AnyObject & Sendable) throws(MemoryError) -> Storage {
        Storage(address: UnsafeMutableRawPointer(mutating: bytes.baseAddress), byteCount: bytes.count, isOffDevice: true) { _ = keeper }
    }
}

extension CUDADevice: PagedDevice {
    /// All that is in use on the device now, by whomever, less what this account holds; and room for what libraries still load.
    /// All of the device when it cannot say.
    public var contextByteCount: Int {
        let used = (try? engine.context.usedByteCount()) ?? engine.properties.totalByteCount
        return used - ledger.reading.liveByteCount + Self.reserveByteCount
    }

    public var totalByteCount: Int? { engine.properties.totalByteCount }

    /// The whole device, less 2 GiB for others.
    public var defaultBudgetByteCount: Int { max(1, engine.properties.totalByteCount - (2 << 30)) }

    /// The host's memory is not what the budget is about, and files in it are read faster.
    public var fileCaching: StreamFile.Caching { .kept }

    public func booking(on ledger: Ledger) -> any PagedDevice { CUDADevice(engine, ledger: ledger) }

    public func makeVirtualMemory() throws(MemoryError) -> any VirtualMemoryBackend { try CUDAVirtualMemory(engine.context) }

    public func makeStreamer(
        _ schedule: RingSchedule, _ chunks: [StreamChunk], ring: Storage
    ) throws -> RingStreamer {
        let held = try engine.held.chunks(chunks, of: schedule)
        let link = try CUDARing(schedule, ring: ring.deviceAddress, held: held, engine: engine)
        return RingStreamer(
            schedule: schedule, chunks: chunks, link: link, readerCount: engine.readerCount,
            pieceByteCount: engine.staging.slotByteCount)
    }

    /// Reads and sends by several threads, as a run of one use.
    public func load(_ chunk: StreamChunk, into storage: Storage) throws {
        let schedule = try RingSchedule(chunkByteCounts: [chunk.slotByteCount], uses: [[0]], ringByteCount: storage.byteCount)
        let streamer = try makeStreamer(schedule, [chunk], ring: storage)
        try streamer.start()
        defer { streamer.stop() }
        try streamer.withUse(0) {}
    }

    public func settle() throws(MemoryError) {
        do throws(CUDAError) { try engine.settle() } catch { throw error.memoryError(byteCount: 0) }
    }
}

extension Storage {
    /// Where it begins, as the driver counts addresses.
    var deviceAddress: CUDAAddress { CUDAAddress(UInt(bitPattern: address)) }
}

extension StreamError {
    fileprivate func memoryError(_ byteCount: Int) -> MemoryError {
        guard case .deviceFailed(let call, let code) = self else { return .callFailed(call: "\(self)", byteCount: byteCount, code: 0) }
        return .callFailed(call: call, byteCount: byteCount, code: code)
    }
}

extension MemoryError {
    /// The same error about the buffer that the memory was for.
    fileprivate func of(_ owner: MemoryOwner, on device: String) -> MemoryError {
        guard case .deviceExhausted(_, _, let byteCount, let code) = self else { return self }
        return .deviceExhausted(device: device, owner: owner, requestedByteCount: byteCount, code: code)
    }
}
