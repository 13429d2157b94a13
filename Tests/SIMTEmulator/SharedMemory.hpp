// A block's shared memory, and who used which part of it since the last barrier.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace simt {

// Two accesses of one place, at least one a write, must have a barrier of the block between them, or of the warp if both threads are of it.
// Places are two bytes, the narrowest that kernels keep there.
class SharedMemory {
public:
    explicit SharedMemory(size_t byteCount);

    unsigned char *bytes() { return memory; }
    // Contents become NaNs, and nobody has used them.
    void reset();
    void blockBarrier() { epoch++; }
    void warpBarrier(unsigned warp) { warpEpochs[warp]++; }

    void read(const void *address, size_t byteCount, size_t alignment);
    void write(void *address, size_t byteCount, size_t alignment);

private:
    // By when and by whom; two readers of different warps are `everyone`.
    struct Use {
        uint32_t epoch = 0, warpEpoch = 0;
        uint16_t thread = 0;
    };
    struct Place {
        Use written, read;
    };
    static constexpr uint16_t everyone = 0xffff;
    static constexpr size_t placeByteCount = 2;

    size_t check(const void *address, size_t byteCount, size_t alignment, const char *access) const;
    bool conflicts(const Use &use, unsigned thread) const;

    size_t byteCount;
    std::unique_ptr<unsigned char[]> storage;
    unsigned char *memory;
    std::vector<Place> places;
    uint32_t epoch = 1;
    std::vector<uint32_t> warpEpochs;
};

}
