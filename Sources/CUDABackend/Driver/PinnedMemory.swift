import CCUDA
import Glibc
import Memory

/// Host memory that the device copies from and to by itself, locked at exactly its size.
///
/// SAFETY: address and size never change; whoever writes the bytes orders that against the device's copies by events.
final class PinnedMemory: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let byteCount: Int
    private let context: CUDAContext

    /// Takes memory, all of it touched by several threads at once, and locks it.
    /// - Throws: `MemoryError.overBudget` when the host's budget has no room, `.callFailed`.
    init(byteCount: Int, in context: CUDAContext) throws(MemoryError) {
        precondition(byteCount > 0 && byteCount % 4096 == 0, "memory is locked in whole pages")
        try context.host.book(byteCount, for: .pinned)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), base != MAP_FAILED else {
            context.host.release(byteCount, for: .pinned)
            throw .callFailed(call: "mmap", byteCount: byteCount, code: errno)
        }
        HostTouch.touch(base, byteCount: byteCount)
        do throws(CUDAError) {
            try context.makeCurrent()
            let code = context.calls.table.pointee.cuMemHostRegister_v2(base, byteCount, UInt32(CUDAHostRegisterPortable))
            try context.calls.check("cuMemHostRegister", code)
        } catch {
            munmap(base, byteCount)
            context.host.release(byteCount, for: .pinned)
            throw error.memoryError(byteCount: byteCount)
        }
        address = base
        self.byteCount = byteCount
        self.context = context
    }

    /// The device's last copy has been made.
    deinit {
        // What the driver will not unlock stays mapped: its pages may still be the target of a copy.
        guard (try? context.makeCurrent()) != nil, context.calls.table.pointee.cuMemHostUnregister(address) == 0 else { return }
        munmap(address, byteCount)
        context.host.release(byteCount, for: .pinned)
    }
}

/// The first touch of memory, which is when the kernel finds and clears its pages: by one thread it takes longer than locking them.
private enum HostTouch {
    private static let advice: Int32 = 23  // MADV_POPULATE_WRITE, Linux 5.14
    private static let threadCount = max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    private final class Span {
        let address: UnsafeMutableRawPointer
        let byteCount: Int

        init(_ address: UnsafeMutableRawPointer, _ byteCount: Int) {
            (self.address, self.byteCount) = (address, byteCount)
        }
    }

    /// Kernels that do not know the advice touch pages when they are locked, which is slower and nothing else.
    static func touch(_ address: UnsafeMutableRawPointer, byteCount: Int) {
        let part = max(64 << 20, (byteCount / threadCount + 4095) / 4096 * 4096)
        var threads: [pthread_t] = []
        for start in stride(from: 0, to: byteCount, by: part) {
            let context = Unmanaged.passRetained(Span(address + start, min(part, byteCount - start)))
            var thread = pthread_t()
            if pthread_create(&thread, nil, body, context.toOpaque()) == 0 { threads.append(thread) } else { context.release() }
        }
        for thread in threads { pthread_join(thread, nil) }
    }

    private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        let span = Unmanaged<Span>.fromOpaque(context).takeRetainedValue()
        madvise(span.address, span.byteCount, advice)
        return nil
    }
}

extension CUDAError {
    /// The same error as the memory layer puts it.
    func memoryError(byteCount: Int) -> MemoryError {
        guard case .callFailed(let call, let code, _, _) = self else {
            return .callFailed(call: "\(self)", byteCount: byteCount, code: 0)
        }
        if code == Int32(CUDAErrorOutOfMemory) {
            return .deviceExhausted(device: "cuda", owner: .freePool, requestedByteCount: byteCount, code: code)
        }
        return .callFailed(call: call, byteCount: byteCount, code: code)
    }

    /// The same error as the streaming layer puts it.
    var streamError: StreamError {
        guard case .callFailed(let call, let code, _, _) = self else { return .deviceFailed(call: "\(self)", code: 0) }
        return .deviceFailed(call: call, code: code)
    }
}
