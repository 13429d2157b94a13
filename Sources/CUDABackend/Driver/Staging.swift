import CCUDA
import Dispatch
import Memory
import Synchronization

/// Locked host memory in slots, through which bytes pass on their way between files or ordinary memory and the device.
///
/// A slot is taken again when the copy out of it has been made: the one that was sent first is waited for, by the thread that needs it. While
/// other threads hold all of them, a thread waits for one.
final class Staging: Sendable {
    let slotByteCount: Int
    private let context: CUDAContext
    private let memory: PinnedMemory
    private let events: [CUDAEvent]
    private let slots: Mutex<Slots>
    /// Counts the slots that no thread holds.
    private let available: DispatchSemaphore

    private struct Slots {
        var free: [Int]
        /// In the order they were sent.
        var sent: [Int] = []
    }

    init(slotByteCount: Int, slotCount: Int, in context: CUDAContext) throws {
        self.slotByteCount = slotByteCount
        self.context = context
        memory = try PinnedMemory(byteCount: slotByteCount * slotCount, in: context)
        var events: [CUDAEvent] = []
        for _ in 0..<slotCount { events.append(try CUDAEvent(context.calls)) }
        self.events = events
        slots = Mutex(Slots(free: Array(0..<slotCount)))
        available = DispatchSemaphore(value: slotCount)
    }

    /// Fills a slot and puts the copy from there into a queue.
    /// - Throws: what `fill` throws, or the device's failure.
    func send(
        _ byteCount: Int, to target: CUDAAddress, on stream: CUDAStream,
        fill: (UnsafeMutableRawPointer) throws(StreamError) -> Void
    ) throws(StreamError) {
        precondition(byteCount <= slotByteCount, "more than a slot holds")
        let slot = try take()
        let address = memory.address + slot * slotByteCount
        do throws(StreamError) { try fill(address) } catch {
            giveBack(slot)
            throw error
        }
        do throws(CUDAError) {
            try stream.copy(from: UnsafeRawPointer(address), to: target, byteCount: byteCount)
            try stream.record(events[slot])
        } catch {
            giveBack(slot)
            throw error.streamError
        }
        giveBack(slot, isSent: true)
    }

    /// Copies from the device into a slot, waits, and hands the bytes to `body`.
    func receive(
        _ byteCount: Int, from source: CUDAAddress, on stream: CUDAStream, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StreamError) {
        precondition(byteCount <= slotByteCount, "more than a slot holds")
        let slot = try take()
        defer { giveBack(slot) }
        let address = memory.address + slot * slotByteCount
        do throws(CUDAError) {
            try stream.copy(from: source, to: address, byteCount: byteCount)
            try stream.synchronize()
        } catch { throw error.streamError }
        body(UnsafeRawBufferPointer(start: address, count: byteCount))
    }

    /// A slot for a thread, for whose calls the device is made the current one.
    private func take() throws(StreamError) -> Int {
        available.wait()
        let (slot, isSent) = slots.withLock { slots in
            if let free = slots.free.popLast() { return (free, false) }
            return (slots.sent.removeFirst(), true)
        }
        do throws(CUDAError) {
            try context.makeCurrent()
            if isSent { try events[slot].synchronize() }
        } catch {
            giveBack(slot, isSent: isSent)
            throw error.streamError
        }
        return slot
    }

    private func giveBack(_ slot: Int, isSent: Bool = false) {
        slots.withLock { if isSent { $0.sent.append(slot) } else { $0.free.append(slot) } }
        available.signal()
    }
}
