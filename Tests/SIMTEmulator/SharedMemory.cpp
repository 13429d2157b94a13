#include "Block.hpp"

#include <cstring>

namespace simt {

// Devices align it to more than any kernel may count on.
static constexpr size_t baseAlignment = 1024;

SharedMemory::SharedMemory(size_t byteCount)
    : byteCount(byteCount), storage(new unsigned char[byteCount + baseAlignment]), places((byteCount + placeByteCount - 1) / placeByteCount),
      warpEpochs(32) {
    const auto address = reinterpret_cast<uintptr_t>(storage.get());
    memory = storage.get() + (baseAlignment - address % baseAlignment) % baseAlignment;
}

void SharedMemory::reset() {
    std::memset(memory, 0xff, byteCount);
    epoch++;
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
    if (use.epoch != epoch || use.thread == thread) return false;
    return use.thread == everyone || use.thread / 32 != thread / 32 || use.warpEpoch == warpEpochs[thread / 32];
}

void SharedMemory::read(const void *address, size_t count, size_t alignment) {
    const size_t offset = check(address, count, alignment, "read");
    const unsigned thread = current().number;
    for (size_t i = offset / placeByteCount; i * placeByteCount < offset + count; i++) {
        Place &place = places[i];
        if (conflicts(place.written, thread))
            block().fail("no barrier between thread " + std::to_string(place.written.thread) + "'s write and this read of shared byte " +
                         std::to_string(i * placeByteCount));
        const bool others = place.read.epoch == epoch && (place.read.thread == everyone || place.read.thread / 32 != thread / 32);
        place.read = {epoch, warpEpochs[thread / 32], others ? everyone : static_cast<uint16_t>(thread)};
    }
}

void SharedMemory::write(void *address, size_t count, size_t alignment) {
    const size_t offset = check(address, count, alignment, "write");
    const unsigned thread = current().number;
    for (size_t i = offset / placeByteCount; i * placeByteCount < offset + count; i++) {
        Place &place = places[i];
        for (const Use *use : {&place.written, &place.read})
            if (conflicts(*use, thread))
                block().fail("no barrier between another thread's use and this write of shared byte " + std::to_string(i * placeByteCount));
        place.written = {epoch, warpEpochs[thread / 32], static_cast<uint16_t>(thread)};
    }
}

}
