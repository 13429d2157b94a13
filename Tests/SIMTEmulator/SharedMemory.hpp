// A block's shared memory, and who used which part of it before whom.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace simt {

// Two accesses of one place, at least one a write, must be ordered: between warps by what they told each other at a meeting, within a warp by
// any meeting of it. Places are two bytes, the narrowest that kernels keep there.
//
// Order between warps is kept as vector clocks (Fidge 1988, Mattern 1989): a warp's clock counts what it told others, and it knows of each
// other's clock what was told to it. Meetings with a copy engine have a clock too, of what was copied for them.
class SharedMemory {
public:
    static constexpr unsigned warpCount = 32, engineCount = 32;
    // What somebody knows of all clocks.
    using Knowledge = std::array<uint32_t, warpCount + engineCount>;

    SharedMemory(size_t byteCount, unsigned warpCount);

    unsigned char *bytes() { return memory; }
    // Contents become NaNs, and all that was before is past.
    void reset();
    void blockBarrier();
    void warpBarrier(unsigned warp) { warpEpochs[warp]++; }
    // What a warp knows and has done so far; what it does from now on is not part of it.
    Knowledge tell(unsigned warp);
    void learn(unsigned warp, const Knowledge &knowledge);
    static void add(Knowledge &sum, const Knowledge &other);

    void read(const void *address, size_t byteCount, size_t alignment);
    void write(void *address, size_t byteCount, size_t alignment);
    // A copy engine's write for a meeting, asked for by this thread: any time until those who meet there have been told.
    void writeByEngine(void *address, size_t byteCount, unsigned engine);
    // What the engine has written for the meeting.
    void addEngine(Knowledge &sum, unsigned engine);

private:
    // By whom and when: a warp or an engine and its clock; which thread, and when within its warp.
    struct Use {
        uint32_t clock = 0, warpEpoch = 0;
        uint16_t actor = 0, thread = 0;
    };
    static constexpr uint16_t severalThreads = 0xffff;
    static constexpr size_t placeByteCount = 2;

    size_t check(const void *address, size_t byteCount, size_t alignment, const char *access) const;
    void checkWrite(size_t place, const char *access);
    bool conflicts(const Use &use, unsigned thread) const;

    size_t byteCount;
    unsigned warps;
    std::unique_ptr<unsigned char[]> storage;
    unsigned char *memory;
    // The last write of each place, and its last read by each warp.
    std::vector<Use> writes, reads;
    std::vector<Knowledge> known;
    std::vector<uint32_t> warpEpochs;
    std::array<uint32_t, engineCount> engineClocks{};
};

}
