// Products of a warpgroup, four consecutive warps, whose factors lie in shared memory: instructions that only compute capability 9.0 has.
//
// Tiles are rows of 128 bytes in the order of Tile<8>, at a multiple of 1024 bytes. A warp has rows 16w… of the result, laid out as those of
// multiplyAdd for every eight columns.
#ifndef WARPGROUP_CUH
#define WARPGROUP_CUH

#include "Tile.cuh"

// A factor of 16 in depth: address in units of 16 bytes, bytes from one 64 columns to the next, bytes from one 8 rows to the next, the order
// of Tile<8>.
__device__ __forceinline__ unsigned long long describeTile(const unsigned char *tile, int columnsByteCount) {
#ifdef SIMT_EMULATOR
    const unsigned long long address = tile - sharedMemory();
#else
    const unsigned long long address = sharedAddress(tile);
#endif
    return (address & 0x3ffff) >> 4 | (unsigned long long)(columnsByteCount >> 4) << 16 | (unsigned long long)(1024 >> 4) << 32 | 1ull << 62;
}

#ifdef SIMT_EMULATOR

inline void fenceShared() {}
inline void beginProducts() { simt::beginProducts(); }
inline void commitProducts() { simt::commitProducts(); }
template <int pending> void waitForProducts() { simt::waitForProducts(pending); }
template <int pending> void waitForProducts(float (&)[64]) { simt::waitForProducts(pending); }
inline void finish(float (&)[64]) {}
template <int count> void takeRegisters() {}
template <int count> void giveRegisters() {}
inline void multiplyTiles(float (&sum)[64], unsigned long long a, unsigned long long b, bool accumulates) {
    simt::multiplyTiles(sum, a, b, accumulates);
}
inline void multiplyTile(float (&sum)[64], const unsigned (&a)[4], unsigned long long b, bool accumulates) {
    simt::multiplyTile(sum, a, b, accumulates);
}

#else

// Makes this thread's finished writes of shared memory visible to products; before the block's barrier.
__device__ __forceinline__ void fenceShared() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
// The values are computed before what follows and used after it.
__device__ __forceinline__ void finish(float (&values)[64]) {
#pragma unroll
    for (int i = 0; i < 64; i++) asm volatile("" : "+f"(values[i])::"memory");
}
// Before a product whose registers were written since the last one.
__device__ __forceinline__ void beginProducts() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
// Closes a group of products.
__device__ __forceinline__ void commitProducts() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
// Waits for all but the last `pending` groups, whose factors may then be overwritten.
template <int pending> __device__ __forceinline__ void waitForProducts() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
}
// The same, after which `sum` may be used.
template <int pending> __device__ __forceinline__ void waitForProducts(float (&sum)[64]) {
    waitForProducts<pending>();
    finish(sum);
}
// Registers that each thread of the warpgroup may use from here on: more, once others gave theirs.
template <int count> __device__ __forceinline__ void takeRegisters() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(count)); }
template <int count> __device__ __forceinline__ void giveRegisters() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(count)); }

// sum [64, 128] = or += a [64, 16]·bᵀ, b [128, 16]; both tiles' rows run along the depth.
__device__ __forceinline__ void multiplyTiles(float (&sum)[64], unsigned long long a, unsigned long long b, bool accumulates) {
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\n"
                 "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
                 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
                 "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
                 "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
                 "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
                 "%64, %65, p, 1, 1, 0, 0;\n}"
                 : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3]), "+f"(sum[4]), "+f"(sum[5]), "+f"(sum[6]), "+f"(sum[7]),
                   "+f"(sum[8]), "+f"(sum[9]), "+f"(sum[10]), "+f"(sum[11]), "+f"(sum[12]), "+f"(sum[13]), "+f"(sum[14]), "+f"(sum[15]),
                   "+f"(sum[16]), "+f"(sum[17]), "+f"(sum[18]), "+f"(sum[19]), "+f"(sum[20]), "+f"(sum[21]), "+f"(sum[22]), "+f"(sum[23]),
                   "+f"(sum[24]), "+f"(sum[25]), "+f"(sum[26]), "+f"(sum[27]), "+f"(sum[28]), "+f"(sum[29]), "+f"(sum[30]), "+f"(sum[31]),
                   "+f"(sum[32]), "+f"(sum[33]), "+f"(sum[34]), "+f"(sum[35]), "+f"(sum[36]), "+f"(sum[37]), "+f"(sum[38]), "+f"(sum[39]),
                   "+f"(sum[40]), "+f"(sum[41]), "+f"(sum[42]), "+f"(sum[43]), "+f"(sum[44]), "+f"(sum[45]), "+f"(sum[46]), "+f"(sum[47]),
                   "+f"(sum[48]), "+f"(sum[49]), "+f"(sum[50]), "+f"(sum[51]), "+f"(sum[52]), "+f"(sum[53]), "+f"(sum[54]), "+f"(sum[55]),
                   "+f"(sum[56]), "+f"(sum[57]), "+f"(sum[58]), "+f"(sum[59]), "+f"(sum[60]), "+f"(sum[61]), "+f"(sum[62]), "+f"(sum[63])
                 : "l"(a), "l"(b), "r"((int)accumulates)
                 : "memory");
}

// sum [64, 128] = or += a [64, 16]·b [16, 128]; a as for multiplyAdd, the tile's rows run along the result's.
__device__ __forceinline__ void multiplyTile(float (&sum)[64], const unsigned (&a)[4], unsigned long long b, bool accumulates) {
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %69, 0;\n"
                 "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
                 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
                 "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
                 "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
                 "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
                 "{%64, %65, %66, %67}, %68, p, 1, 1, 1;\n}"
                 : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3]), "+f"(sum[4]), "+f"(sum[5]), "+f"(sum[6]), "+f"(sum[7]),
                   "+f"(sum[8]), "+f"(sum[9]), "+f"(sum[10]), "+f"(sum[11]), "+f"(sum[12]), "+f"(sum[13]), "+f"(sum[14]), "+f"(sum[15]),
                   "+f"(sum[16]), "+f"(sum[17]), "+f"(sum[18]), "+f"(sum[19]), "+f"(sum[20]), "+f"(sum[21]), "+f"(sum[22]), "+f"(sum[23]),
                   "+f"(sum[24]), "+f"(sum[25]), "+f"(sum[26]), "+f"(sum[27]), "+f"(sum[28]), "+f"(sum[29]), "+f"(sum[30]), "+f"(sum[31]),
                   "+f"(sum[32]), "+f"(sum[33]), "+f"(sum[34]), "+f"(sum[35]), "+f"(sum[36]), "+f"(sum[37]), "+f"(sum[38]), "+f"(sum[39]),
                   "+f"(sum[40]), "+f"(sum[41]), "+f"(sum[42]), "+f"(sum[43]), "+f"(sum[44]), "+f"(sum[45]), "+f"(sum[46]), "+f"(sum[47]),
                   "+f"(sum[48]), "+f"(sum[49]), "+f"(sum[50]), "+f"(sum[51]), "+f"(sum[52]), "+f"(sum[53]), "+f"(sum[54]), "+f"(sum[55]),
                   "+f"(sum[56]), "+f"(sum[57]), "+f"(sum[58]), "+f"(sum[59]), "+f"(sum[60]), "+f"(sum[61]), "+f"(sum[62]), "+f"(sum[63])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"((int)accumulates)
                 : "memory");
}

#endif

#endif
