// One block of threads, each on a stack of its own, and what they do to memory and with each other.
#pragma once

#include "SharedMemory.hpp"

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

enum class Collective { none, barrier, warpBarrier, shuffle, loadMatrices, loadTransposed, multiplyAdd, multiplyTiles, multiplyTile };

// A copy into shared memory that has been started and is not to be seen before it is waited for.
struct PendingCopy {
    unsigned char *target;
    const void *source;
    bool valid;
    unsigned group;
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
    [[noreturn]] void fail(std::string what);

    SharedMemory shared;

private:
    static void enter();
    [[noreturn]] void runNext();
    void release(unsigned first, unsigned count);
    bool arrive(Group &group, unsigned groupSize, Collective kind);
    void complete(unsigned warp, Collective kind);
    void completeProduct(unsigned warpgroup, Collective kind);
    void explainDeadlock();

    const Launch &launch;
    std::vector<Thread> threads;
    std::vector<Stack *> freeStacks;
    std::vector<std::unique_ptr<Stack>> stacks;
    std::vector<unsigned> ready;
    size_t nextReady = 0;
    unsigned started = 0, done = 0, atBarrier = 0;
    std::vector<Group> warps, warpgroups;
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
