#include "Block.hpp"

#include <algorithm>
#include <cstring>

namespace simt {

// Devices align it to more than any kernel may count on.
static constexpr size_t baseAlignment = 1024;

SharedMemory::SharedMemory(size_t byteCount, unsigned warps)
    : byteCount(byteCount), warps(warps), storage(new unsigned char[byteCount + baseAlignment]),
      writes((byteCount + placeByteCount - 1) / placeByteCount), reads(writes.size() * warps), known(warps), warpEpochs(warps) {
    const auto address = reinterpret_cast<uintptr_t>(storage.get());
    memory = storage.get() + (baseAlignment - address % baseAlignment) % baseAlignment;
    for (unsigned warp = 0; warp < warps; warp++) known[warp][warp] = 1;
}

void SharedMemory::reset() {
    std::memset(memory, 0xff, byteCount);
    for (unsigned engine = 0; engine < engineCount; engine++) addEngine(known[0], engine);
    blockBarrier();
}

void SharedMemory::add(Knowledge &sum, const Knowledge &other) {
    for (size_t i = 0; i < sum.size(); i++) sum[i] = std::max(sum[i], other[i]);
}

void SharedMemory::blockBarrier() {
    Knowledge all{};
    for (const Knowledge &one : known) add(all, one);
    for (unsigned warp = 0; warp < warps; warp++) {
        known[warp] = all;
        known[warp][warp]++;
        warpEpochs[warp]++;
    }
}

SharedMemory::Knowledge SharedMemory::tell(unsigned warp) {
    const Knowledge told = known[warp];
    known[warp][warp]++;
    warpEpochs[warp]++;
    return told;
}

void SharedMemory::learn(unsigned warp, const Knowledge &knowledge) {
    add(known[warp], knowledge);
    warpEpochs[warp]++;
}

void SharedMemory::addEngine(Knowledge &sum, unsigned engine) {
    uint32_t &entry = sum[warpCount + engine];
    entry = std::max(entry, engineClocks[engine]);
}

size_t SharedMemory::check(const void *address, size_t count, size_t alignment, const char *access) const {
    const size_t offset = static_cast<const unsigned char *>(address) - memory;
    if (offset >= byteCount || count > byteCount - offset)
        block().fail(std::string(access) + " of " + std::to_string(count) + " bytes at " + std::to_string(static_cast<ptrdiff_t>(offset)) +
                     " of " + std::to_string(byteCount) + " bytes of shared memory");
    if (offset % alignment != 0)
        block().fail("misaligned " + std::string(access) + " of " + std::to_string(count) + " bytes at " + std::to_string(offset) +
                     " of shared memory");
    return offset;
}

bool SharedMemory::conflicts(const Use &use, unsigned thread) const {
    const unsigned warp = thread / 32;
    if (use.actor == warp) return use.thread != thread && use.warpEpoch == warpEpochs[warp] && use.clock > 0;
    return use.clock > known[warp][use.actor];
}

void SharedMemory::read(const void *address, size_t count, size_t alignment) {
    const size_t offset = check(address, count, alignment, "read");
    const unsigned thread = current().number, warp = thread / 32;
    for (size_t i = offset / placeByteCount; i * placeByteCount < offset + count; i++) {
        if (conflicts(writes[i], thread))
            block().fail("no barrier between a write and this read of shared byte " + std::to_string(i * placeByteCount));
        Use &use = reads[i * warps + warp];
        const bool others = use.warpEpoch == warpEpochs[warp] && use.clock > 0 && use.thread != thread;
        use = {known[warp][warp], warpEpochs[warp], uint16_t(warp), others ? severalThreads : uint16_t(thread)};
    }
}

void SharedMemory::checkWrite(size_t place, const char *access) {
    const unsigned thread = current().number;
    bool isUsed = conflicts(writes[place], thread);
    for (unsigned warp = 0; warp < warps; warp++) isUsed |= conflicts(reads[place * warps + warp], thread);
    if (isUsed)
        block().fail("no barrier between another use and this " + std::string(access) + " of shared byte " +
                     std::to_string(place * placeByteCount));
}

void SharedMemory::write(void *address, size_t count, size_t alignment) {
    const size_t offset = check(address, count, alignment, "write");
    const unsigned thread = current().number, warp = thread / 32;
    for (size_t i = offset / placeByteCount; i * placeByteCount < offset + count; i++) {
        checkWrite(i, "write");
        writes[i] = {known[warp][warp], warpEpochs[warp], uint16_t(warp), uint16_t(thread)};
    }
}

void SharedMemory::writeByEngine(void *address, size_t count, unsigned engine) {
    const size_t offset = check(address, count, 1, "copy");
    const uint32_t clock = ++engineClocks[engine];
    for (size_t i = offset / placeByteCount; i * placeByteCount < offset + count; i++) {
        checkWrite(i, "copy");
        writes[i] = {clock, 0, uint16_t(warpCount + engine), 0};
    }
}

}
