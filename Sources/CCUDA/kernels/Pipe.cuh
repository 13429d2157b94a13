// Tiles that the device's copy engine brings into shared memory while warps read others: an engine that only compute capability 9.0 and newer
// have.
#ifndef PIPE_CUH
#define PIPE_CUH

#include "Warpgroup.cuh"

// A place in shared memory where warps meet without all of them waiting. It has phases, numbered from 0, which end one after another: each
// when as many warps have arrived as it was made for, and when all bytes have come that they announced.
using Barrier = unsigned long long;

// What a warp does below is done by all of its lanes together.
#ifdef SIMT_EMULATOR

inline void makeBarrier(Barrier *barrier, unsigned warps) { simt::makeBarrier(barrier, warps); }
inline void arrive(Barrier *barrier) { simt::arrive(barrier, 0); }
inline void arriveAnnouncing(Barrier *barrier, unsigned byteCount) { simt::arrive(barrier, byteCount); }
inline void await(Barrier *barrier, int phase) { simt::await(barrier, phase); }
inline void copyTile(unsigned char *tile, const CUDATileMap &map, int column, int row, Barrier *barrier) {
    simt::copyTile(tile, &map, column, row, barrier);
}

#else

// By one thread; a barrier of the block comes before all use.
__device__ __forceinline__ void makeBarrier(Barrier *barrier, unsigned warps) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(sharedAddress(barrier)), "r"(warps) : "memory");
    fenceShared();
}
// What the warp did before is seen by those who wait for the end of the phase.
__device__ __forceinline__ void arrive(Barrier *barrier) {
    warpBarrier();
    if (threadIdx.x % 32 == 0) asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(sharedAddress(barrier)) : "memory");
}
// The same, and the phase does not end before copies have brought so many bytes more.
__device__ __forceinline__ void arriveAnnouncing(Barrier *barrier, unsigned byteCount) {
    warpBarrier();
    if (threadIdx.x % 32 == 0)
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(sharedAddress(barrier)), "r"(byteCount) : "memory");
}
// Waits for the end of a phase: the one under way, or the one before, which has ended; that before the first counts as one.
__device__ __forceinline__ void await(Barrier *barrier, int phase) {
    asm volatile("{\n.reg .pred p;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n@!p bra again;\n}" ::"r"(sharedAddress(barrier)),
                 "r"(phase & 1)
                 : "memory");
}
// Starts the copy of the map's tile that begins at this column and row into shared memory, in the order of Tile<8>: at a multiple of 1024 bytes,
// zeros beyond the matrix. Its bytes count for the phase of the barrier that is under way.
__device__ __forceinline__ void copyTile(unsigned char *tile, const CUDATileMap &map, int column, int row, Barrier *barrier) {
    if (threadIdx.x % 32 == 0)
        asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
                         sharedAddress(tile)),
                     "l"(&map), "r"(column), "r"(row), "r"(sharedAddress(barrier))
                     : "memory");
}

#endif

// Tiles that one warp brings and `readers` warps read, in order: tile i lies in stage i mod stageCount and is that stage's number i/stageCount.
template <int stageCount, int tileByteCount, int readers> struct Pipe {
    static constexpr int byteCount = stageCount * tileByteCount;
    unsigned char *tiles;
    // By stage: its tile is there; it has been read.
    Barrier *filled, *emptied;

    // By one thread.
    __device__ __forceinline__ void make() const {
        for (int i = 0; i < stageCount; i++) {
            makeBarrier(filled + i, 1);
            makeBarrier(emptied + i, readers);
        }
    }
    __device__ __forceinline__ unsigned char *tile(int i) const { return tiles + i % stageCount * tileByteCount; }
    __device__ __forceinline__ void awaitTile(int i) const { await(filled + i % stageCount, i / stageCount); }
    __device__ __forceinline__ void hasRead(int i) const { arrive(emptied + i % stageCount); }

    // Brings tile i as soon as there is room: parts of 64 columns behind each other, of as many rows as the map says.
    __device__ __forceinline__ void bring(int i, const CUDATileMap &map, int column, int row) const {
        constexpr int parts = 2;
        Barrier *barrier = filled + i % stageCount;
        await(emptied + i % stageCount, i / stageCount - 1);
        arriveAnnouncing(barrier, tileByteCount);
        for (int part = 0; part < parts; part++)
            copyTile(tile(i) + part * tileByteCount / parts, map, column + part * 64, row, barrier);
    }
};

#endif
