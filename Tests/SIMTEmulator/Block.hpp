// One block of threads, each on a stack of its own, and what they do to memory and with each other.
#pragma once

#include "Phases.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <ucontext.h>
#include <vector>

namespace simt {

struct Index {
    unsigned x, y, z;
};

// Device memory that kernels may use, sorted by address.
struct Range {
    uintptr_t address;
    size_t byteCount;
};
using Ranges = std::vector<Range>;

enum class Collective {
    none, barrier, warpBarrier, shuffle, loadMatrices, loadTransposed, multiplyAdd, arrive, await, copyTile,
    // Of a warpgroup.
    multiplyTiles, multiplyTile, waitForProducts,
};

// A copy into shared memory that has been started and is not to be seen before it is waited for.
struct PendingCopy {
    unsigned char *target;
    const void *source;
    bool valid;
    unsigned group;
};

// Operands of a warp's meetings in shared memory.
struct PhaseArrival {
    void *barrier;
    unsigned byteCount;

    bool operator==(const PhaseArrival &b) const { return barrier == b.barrier && byteCount == b.byteCount; }
};
struct PhaseWait {
    void *barrier;
    int phase;

    bool operator==(const PhaseWait &b) const { return barrier == b.barrier && phase == b.phase; }
};
struct TileRequest {
    void *tile;
    const void *map;
    int column, row;
    void *barrier;

    // Each thread has a copy of the kernel's arguments, maps among them.
    bool operator==(const TileRequest &b) const {
        return tile == b.tile && std::memcmp(map, b.map, sizeof(simt_tile_map)) == 0 && column == b.column && row == b.row && barrier == b.barrier;
    }
};

// Descriptions of a warpgroup's product, its left factor's registers instead of a description, and whether the result adds to what is there.
struct TileFactors {
    uint64_t a, b;
    const unsigned *registers;
    bool accumulates;
};

// A warpgroup's product that was started: it reads its factors and writes its result at the last moment, when it is waited for.
struct PendingProduct {
    Collective kind;
    TileFactors factors;
    unsigned group;
    // By thread.
    const unsigned *registers[128];
    float *results[128];
};

struct Stack {
    ucontext_t start;
    // Its first frame, from which it can run another thread.
    jmp_buf again;
    std::unique_ptr<char[]> bytes;
};

// Threads of a warp, or of four, at a collective operation.
struct Group {
    unsigned arrived = 0;
    Collective waitsFor = Collective::none;
};

struct Thread {
    Index index;
    unsigned number;
    jmp_buf resume;
    bool isDone = false;
    Collective waitsFor = Collective::none;
    // Operands and result of the collective operation it waits for.
    const void *operand = nullptr;
    void *result = nullptr;
    int mask = 0;
    std::vector<PendingCopy> copies;
    unsigned groupCount = 0;
    // Groups of products it has closed, and whether it has begun one.
    unsigned productGroupCount = 0;
    bool hasBegunProducts = false;
};

struct Launch {
    void (*invoke)(const void *arguments);
    const void *arguments;
    Index grid, block;
    size_t sharedByteCount;
    const Ranges *ranges;
};

class Block {
public:
    Index index{}, size, gridSize;

    explicit Block(const Launch &launch);
    // Runs the block with this index; false with `fault` set when a thread did what it must not.
    bool run(Index block);
    std::string fault;

    void checkGlobal(const void *address, size_t byteCount, const char *access);
    void meet(Collective kind);
    void startCopy(void *shared, const void *global, bool valid);
    void finishCopies(unsigned pending);
    void makeBarrier(void *address, unsigned warps);
    [[noreturn]] void fail(std::string what);

    SharedMemory shared;

private:
    static void enter();
    [[noreturn]] void runNext();
    void release(unsigned first, unsigned count);
    bool arrive(Group &group, unsigned groupSize, Collective kind);
    bool complete(unsigned warp, Collective kind);
    template <class Operand> const Operand &common(unsigned warp) {
        const Thread *const lanes = &threads[warp * 32];
        const Operand &first = *static_cast<const Operand *>(lanes->operand);
        for (unsigned lane = 1; lane < 32; lane++)
            if (!(*static_cast<const Operand *>(lanes[lane].operand) == first)) fail("lanes of a warp mean different things");
        return first;
    }
    void startProduct(unsigned warpgroup, Collective kind);
    void finishProducts(unsigned warpgroup);
    void runProduct(const PendingProduct &product);
    PhaseBarrier &phaseBarrier(const void *address);
    void arriveAtPhase(unsigned warp, const PhaseArrival &arrival);
    void askForTile(const TileRequest &request);
    void endPhase(PhaseBarrier &barrier);
    bool hasEnded(unsigned warp, const PhaseWait &wait);
    void explainDeadlock();

    const Launch &launch;
    std::vector<Thread> threads;
    std::vector<Stack *> freeStacks;
    std::vector<std::unique_ptr<Stack>> stacks;
    std::vector<unsigned> ready;
    size_t nextReady = 0;
    unsigned started = 0, done = 0, atBarrier = 0;
    std::vector<Group> warps, warpgroups;
    // By warpgroup, in the order they were started.
    std::vector<std::vector<PendingProduct>> products;
    std::vector<PhaseBarrier> phaseBarriers;
    Stack *nextStack = nullptr;
    Range lastRange{0, 0};
    jmp_buf caller;
};

// The block that this thread of the host runs, and the thread of that block.
extern thread_local Block *currentBlock;
extern thread_local Thread *currentThread;
inline Block &block() { return *currentBlock; }
inline Thread &current() { return *currentThread; }

template <class T> T load(const T *address) {
    block().checkGlobal(address, sizeof(T), "read");
    return *address;
}
template <class T> void store(T *address, T value) {
    block().checkGlobal(address, sizeof(T), "write");
    *address = value;
}
template <class T> T loadShared(const T *address) {
    block().shared.read(address, sizeof(T), alignof(T));
    return *address;
}
template <class T> void storeShared(T *address, T value) {
    block().shared.write(address, sizeof(T), alignof(T));
    *address = value;
}

unsigned char *sharedMemory();
void blockBarrier();
void warpBarrier();
float shuffleXor(float value, int mask);
void copyAsync16(void *shared, const void *global, bool valid);
void commitCopies();
void waitForCopies(unsigned pending);
void loadMatrices(unsigned (&fragment)[4], const unsigned char *row, bool transposed);
void multiplyAdd(float (&sum)[4], const unsigned (&a)[4], unsigned b0, unsigned b1);
void multiplyTiles(float (&sum)[64], uint64_t a, uint64_t b, bool accumulates);
void multiplyTile(float (&sum)[64], const unsigned (&a)[4], uint64_t b, bool accumulates);
void beginProducts();
void commitProducts();
void waitForProducts(unsigned pending);
void makeBarrier(void *barrier, unsigned warps);
void arrive(void *barrier, unsigned byteCount);
void await(void *barrier, int phase);
void copyTile(void *tile, const void *map, int column, int row, void *barrier);

unsigned short bf16Bits(float value);
unsigned short f16Bits(float value);
float f16Value(unsigned short bits);
float exponential2(float x);
inline float floatFromBits(unsigned bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}
inline unsigned bitsOfFloat(float value) {
    unsigned bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

}
