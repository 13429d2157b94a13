// Kernels that do one thing wrong each, to see that the emulator finds it.
#include "Kernels.hpp"
#include "Language.hpp"

#include "../../Sources/CCUDA/kernels/Device.cuh"
#include "../../Sources/CCUDA/kernels/Pipe.cuh"

namespace {

// x f32 [columns], output f32 [columns], one block of as many threads.
using Arguments = CUDAElementwise;

float *out(const Arguments &a) { return (float *)a.output.address; }
const float *in(const Arguments &a) { return (const float *)a.x.address; }

// Reverses x through shared memory, correctly.
void reverse(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    storeShared(shared + threadIdx.x, load(in(a) + threadIdx.x));
    blockBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + blockDim.x - 1 - threadIdx.x));
}

void reverseWithoutBarrier(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    storeShared(shared + threadIdx.x, load(in(a) + threadIdx.x));
    warpBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + blockDim.x - 1 - threadIdx.x));
}

void overwriteWithoutBarrier(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    storeShared(shared + threadIdx.x, load(in(a) + threadIdx.x));
    blockBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + (threadIdx.x + 1) % blockDim.x));
    storeShared(shared + threadIdx.x, 0.0f);
}

void readBeyondBuffer(const Arguments &a) { store(out(a) + threadIdx.x, load(in(a) + threadIdx.x + 1)); }
void writeBeyondBuffer(const Arguments &a) { store(out(a) + threadIdx.x + 1, 0.0f); }
void readBeyondShared(const Arguments &a) { store(out(a) + threadIdx.x, loadShared((const float *)sharedMemory() + threadIdx.x + 1)); }
void misaligned(const Arguments &a) { store((float4 *)(out(a) + 1), make_float4(0, 0, 0, 0)); }

void barrierInBranch(const Arguments &a) {
    if (threadIdx.x % 2 == 0) blockBarrier();
    store(out(a) + threadIdx.x, 0.0f);
}

void shuffleInBranch(const Arguments &a) {
    if (threadIdx.x < 16) store(out(a) + threadIdx.x, shuffleXor(1, 1));
}

void differentCollectives(const Arguments &a) {
    if (threadIdx.x % 32 < 16) warpBarrier();
    else store(out(a) + threadIdx.x, shuffleXor(1, 1));
}

// What was started is not there before it is waited for.
void copyWithoutWait(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    if (threadIdx.x % 4 == 0) copyAsync16(shared + threadIdx.x, in(a) + threadIdx.x, true);
    commitCopies();
    blockBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + threadIdx.x));
}

// x as a matrix of bf16, 64 columns, brought by the first warp into a tile behind a barrier: what `wait` and `announced` do to that.
constexpr unsigned tileRows = 2, tileBytes = tileRows * 128;

template <class Announce, class Wait> void bring(const Arguments &a, Announce announce, Wait wait) {
    unsigned char *tile = sharedMemory();
    Barrier *barrier = (Barrier *)(tile + tileBytes);
    if (threadIdx.x == 0) makeBarrier(barrier, 1);
    blockBarrier();
    CUDATileMap map{};
    const simt_tile_map content = {SIMT_TILE_MAP_MARK, a.x.address, 64, tileRows, 128, 2, tileRows, 128};
    std::memcpy(&map, &content, sizeof content);
    if (threadIdx.x < 32) {
        announce(barrier);
        copyTile(tile, map, 0, 0, barrier);
    }
    wait(barrier);
    const int row = threadIdx.x / 32, piece = threadIdx.x % 32 / 4;
    store(out(a) + threadIdx.x, loadShared((const float *)(tile + Tile<8>::offset(row, piece)) + threadIdx.x % 4));
}

void announceTile(Barrier *barrier) { arriveAnnouncing(barrier, tileBytes); }
void awaitFirst(Barrier *barrier) { await(barrier, 0); }

// Correct.
void tile(const Arguments &a) { bring(a, announceTile, awaitFirst); }
void tileWithoutWait(const Arguments &a) { bring(a, announceTile, [](Barrier *) {}); }
void tileOfAnotherPhase(const Arguments &a) { bring(a, announceTile, [](Barrier *barrier) { await(barrier, 1); }); }
void tileNotAnnounced(const Arguments &a) { bring(a, [](Barrier *barrier) { arrive(barrier); }, awaitFirst); }
void tileShorterThanAnnounced(const Arguments &a) {
    bring(a, [](Barrier *barrier) { arriveAnnouncing(barrier, tileBytes + 16); }, awaitFirst);
}
void tileWhereAnotherWarpWrites(const Arguments &a) {
    bring(a, announceTile, [](Barrier *barrier) {
        if (threadIdx.x == 32) storeShared((float *)sharedMemory(), 0.0f);
        await(barrier, 0);
    });
}
void waitOfOneLane(const Arguments &a) {
    bring(a, announceTile, [](Barrier *barrier) {
        if (threadIdx.x % 32 == 0) await(barrier, 0);
    });
}

// A warpgroup's product of tiles full of ones, with something done between its parts: 16 in each element.
template <class Begin, class Between> void multiply(const Arguments &a, Begin begin, Between between) {
    unsigned char *left = sharedMemory(), *right = left + 64 * 128;
    for (int i = threadIdx.x; i < (64 + 128) * 32; i += 128) storeShared((unsigned *)left + i, 0x3f803f80u);
    fenceShared();
    blockBarrier();
    float sum[64] = {-1};
    begin();
    multiplyTiles(sum, describeTile(left, 16), describeTile(right, 16), false);
    commitProducts();
    between(right);
    waitForProducts<0>(sum);
    if (threadIdx.x < 64) store(out(a) + threadIdx.x, sum[0]);
}

// Correct.
void product(const Arguments &a) {
    multiply(a, beginProducts, [](unsigned char *) {});
}
void productNotBegun(const Arguments &a) {
    multiply(a, [] {}, [](unsigned char *) {});
}
void productOfOverwrittenFactor(const Arguments &a) {
    multiply(a, beginProducts, [](unsigned char *factor) { storeShared((unsigned *)factor + threadIdx.x, 0u); });
}
void productReadEarly(const Arguments &a) {
    unsigned char *left = sharedMemory();
    for (int i = threadIdx.x; i < (64 + 128) * 32; i += 128) storeShared((unsigned *)left + i, 0x3f803f80u);
    fenceShared();
    blockBarrier();
    float sum[64] = {-1};
    beginProducts();
    multiplyTiles(sum, describeTile(left, 16), describeTile(left + 64 * 128, 16), false);
    commitProducts();
    if (threadIdx.x < 64) store(out(a) + threadIdx.x, sum[0]);
}

template <void (*body)(const Arguments &)> simt::Kernel faulty(const char *name) {
    return {name, sizeof(Arguments), [](const void *arguments) { body(*static_cast<const Arguments *>(arguments)); }};
}

}

namespace simt {

const Kernel *faultyKernels(size_t &count) {
#define FAULTY(NAME) faulty<NAME>(#NAME)
    static const Kernel kernels[] = {
        FAULTY(reverse),          FAULTY(reverseWithoutBarrier), FAULTY(overwriteWithoutBarrier), FAULTY(readBeyondBuffer),
        FAULTY(writeBeyondBuffer), FAULTY(readBeyondShared),      FAULTY(misaligned),              FAULTY(barrierInBranch),
        FAULTY(shuffleInBranch),  FAULTY(differentCollectives),  FAULTY(copyWithoutWait),
        FAULTY(tile), FAULTY(tileWithoutWait), FAULTY(tileOfAnotherPhase), FAULTY(tileNotAnnounced), FAULTY(tileShorterThanAnnounced),
        FAULTY(tileWhereAnotherWarpWrites), FAULTY(waitOfOneLane), FAULTY(product), FAULTY(productNotBegun), FAULTY(productOfOverwrittenFactor),
        FAULTY(productReadEarly),
    };
    count = sizeof kernels / sizeof kernels[0];
    return kernels;
}

}
