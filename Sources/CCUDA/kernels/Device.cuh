// What every kernel is written with: narrow types, checked memory accesses, and what a block's or a warp's threads do together.
//
// The functions below have two bodies: the device's, in PTX where C++ has no word for it, and that of the emulator in the tests, which
// checks every access and runs the collective ones for all threads at once. Kernels reach memory only through them.
#ifndef DEVICE_CUH
#define DEVICE_CUH

#include "CUDAKernelArguments.h"

struct bf16 {
    unsigned short bits;
};

struct f16 {
    unsigned short bits;
};

#define INFINITE_BITS 0x7f800000u

#ifdef SIMT_EMULATOR

// Bounds and alignment of global memory, order between threads of shared memory.
template <class T> T load(const T *address) { return simt::load(address); }
template <class T> void store(T *address, T value) { simt::store(address, value); }
template <class T> T loadShared(const T *address) { return simt::loadShared(address); }
template <class T> void storeShared(T *address, T value) { simt::storeShared(address, value); }
inline unsigned char *sharedMemory() { return simt::sharedMemory(); }
inline void blockBarrier() { simt::blockBarrier(); }
inline void warpBarrier() { simt::warpBarrier(); }
inline float shuffleXor(float value, int mask) { return simt::shuffleXor(value, mask); }
inline void copyAsync16(void *shared, const void *global, bool valid) { simt::copyAsync16(shared, global, valid); }
inline void commitCopies() { simt::commitCopies(); }
template <int pending> void waitForCopies() { simt::waitForCopies(pending); }
inline void loadMatrices(unsigned (&fragment)[4], const unsigned char *row) { simt::loadMatrices(fragment, row, false); }
inline void loadMatricesTransposed(unsigned (&fragment)[4], const unsigned char *row) { simt::loadMatrices(fragment, row, true); }
inline void multiplyAdd(float (&sum)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) { simt::multiplyAdd(sum, a, b0, b1); }
inline bf16 narrowBF16(float value) { return {simt::bf16Bits(value)}; }
inline f16 narrowF16(float value) { return {simt::f16Bits(value)}; }
inline float widenF16(f16 value) { return simt::f16Value(value.bits); }
inline unsigned narrowPair(float low, float high) { return simt::bf16Bits(low) | (unsigned)simt::bf16Bits(high) << 16; }
inline float exponential2(float x) { return simt::exponential2(x); }
inline float floatFromBits(unsigned bits) { return simt::floatFromBits(bits); }
inline unsigned bitsOfFloat(float value) { return simt::bitsOfFloat(value); }

#else

template <class T> __device__ __forceinline__ T load(const T *address) { return *address; }
template <class T> __device__ __forceinline__ void store(T *address, T value) { *address = value; }
template <class T> __device__ __forceinline__ T loadShared(const T *address) { return *address; }
template <class T> __device__ __forceinline__ void storeShared(T *address, T value) { *address = value; }

// The launch's shared memory, aligned as warpgroups' tiles want it.
extern __shared__ __align__(1024) unsigned char sharedBytes[];
__device__ __forceinline__ unsigned char *sharedMemory() { return sharedBytes; }

__device__ __forceinline__ void blockBarrier() { __syncthreads(); }
__device__ __forceinline__ void warpBarrier() { __syncwarp(); }
// The value of the lane whose number differs from this one's in the mask's bits.
__device__ __forceinline__ float shuffleXor(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }

__device__ __forceinline__ unsigned sharedAddress(const void *pointer) { return (unsigned)__cvta_generic_to_shared(pointer); }

// Starts a copy of 16 aligned bytes, of zeros where not valid; `global` is an address of 16 readable bytes in either case.
__device__ __forceinline__ void copyAsync16(void *shared, const void *global, bool valid) {
    const int count = valid ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(shared)), "l"(global), "r"(count) : "memory");
}
// Closes a group of this thread's copies.
__device__ __forceinline__ void commitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// Waits for all but the last `pending` groups; a block barrier makes them visible to the other threads.
template <int pending> __device__ __forceinline__ void waitForCopies() { asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory"); }

// Four 8×8 matrices of 16-bit elements: lane l gives the address of row l mod 8 of matrix l/8 and gets elements
// (l/4, 2(l mod 4)) and the next of each, packed.
__device__ __forceinline__ void loadMatrices(unsigned (&fragment)[4], const unsigned char *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
                 : "r"(sharedAddress(row))
                 : "memory");
}
// The same of the matrices' transposes.
__device__ __forceinline__ void loadMatricesTransposed(unsigned (&fragment)[4], const unsigned char *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
                 : "r"(sharedAddress(row))
                 : "memory");
}
// sum [16, 8] += a [16, 16]·b [16, 8] of one warp, bf16 factors, f32 sums. With g = lane/4 and t = lane mod 4 a lane holds of the sum rows
// g and g+8, columns 2t and 2t+1; of a rows g, g+8, g, g+8, columns 2t…, the last two 8 further; of b rows 2t… and 8 further, column g.
__device__ __forceinline__ void multiplyAdd(float (&sum)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ bf16 narrowBF16(float value) {
    bf16 narrow;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(narrow.bits) : "f"(value));
    return narrow;
}
__device__ __forceinline__ f16 narrowF16(float value) {
    f16 narrow;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(narrow.bits) : "f"(value));
    return narrow;
}
__device__ __forceinline__ float widenF16(f16 value) {
    float wide;
    asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(value.bits));
    return wide;
}
// Two bf16 in one word, the first in its lower half.
__device__ __forceinline__ unsigned narrowPair(float low, float high) {
    unsigned pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}
// 2ˣ to 2⁻²² of its value; 0 for results below the normal range.
__device__ __forceinline__ float exponential2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
__device__ __forceinline__ float floatFromBits(unsigned bits) { return __uint_as_float(bits); }
__device__ __forceinline__ unsigned bitsOfFloat(float value) { return __float_as_uint(value); }

#endif

__device__ __forceinline__ float widen(float value) { return value; }
__device__ __forceinline__ float widen(bf16 value) { return floatFromBits((unsigned)value.bits << 16); }
__device__ __forceinline__ float widen(f16 value) { return widenF16(value); }

template <class T> __device__ __forceinline__ T narrow(float value);
template <> __device__ __forceinline__ float narrow<float>(float value) { return value; }
template <> __device__ __forceinline__ bf16 narrow<bf16>(float value) { return narrowBF16(value); }
template <> __device__ __forceinline__ f16 narrow<f16>(float value) { return narrowF16(value); }

__device__ __forceinline__ bool isAligned16(unsigned long long bytes) { return bytes % 16 == 0; }

// Whether rows can be read and written eight elements at a time.
template <class T> __device__ __forceinline__ bool isVectorised(const CUDAMatrix &matrix) {
    return isAligned16(matrix.address) && isAligned16(matrix.stride * sizeof(T));
}

template <class T> __device__ __forceinline__ T *rowAddress(const CUDAMatrix &matrix, long long row) {
    return (T *)matrix.address + row * matrix.stride;
}

// `width` consecutive elements in f32, one or eight; eight are aligned to 16 bytes.
template <int width> __device__ __forceinline__ void loadPack(const float *address, float (&values)[width]) {
    if constexpr (width == 1) {
        values[0] = load(address);
    } else {
        const float4 low = load((const float4 *)address), high = load((const float4 *)address + 1);
        values[0] = low.x, values[1] = low.y, values[2] = low.z, values[3] = low.w;
        values[4] = high.x, values[5] = high.y, values[6] = high.z, values[7] = high.w;
    }
}
template <int width, class T> __device__ __forceinline__ void loadPack(const T *address, float (&values)[width]) {
    if constexpr (width == 1) {
        values[0] = widen(load(address));
    } else {
        const uint4 pack = load((const uint4 *)address);
        const unsigned words[4] = {pack.x, pack.y, pack.z, pack.w};
#pragma unroll
        for (int i = 0; i < 8; i++) values[i] = widen(T{(unsigned short)(words[i / 2] >> i % 2 * 16)});
    }
}
template <int width> __device__ __forceinline__ void storePack(float *address, const float (&values)[width]) {
    if constexpr (width == 1) {
        store(address, values[0]);
    } else {
        store((float4 *)address, make_float4(values[0], values[1], values[2], values[3]));
        store((float4 *)address + 1, make_float4(values[4], values[5], values[6], values[7]));
    }
}
template <int width, class T> __device__ __forceinline__ void storePack(T *address, const float (&values)[width]) {
    if constexpr (width == 1) {
        store(address, narrow<T>(values[0]));
    } else {
        unsigned words[4];
#pragma unroll
        for (int i = 0; i < 4; i++)
            words[i] = narrow<T>(values[2 * i]).bits | (unsigned)narrow<T>(values[2 * i + 1]).bits << 16;
        store((uint4 *)address, make_uint4(words[0], words[1], words[2], words[3]));
    }
}

// The warp's sum, the same bits in every lane.
__device__ __forceinline__ float warpSum(float value) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) value += shuffleXor(value, mask);
    return value;
}

// The block's sum, the same bits in every thread; the block is whole warps and `scratch` is 32 floats of shared memory.
__device__ __forceinline__ float blockSum(float value, float *scratch) {
    value = warpSum(value);
    blockBarrier();
    if (threadIdx.x % 32 == 0) storeShared(scratch + threadIdx.x / 32, value);
    blockBarrier();
    return warpSum(threadIdx.x % 32 < blockDim.x / 32 ? loadShared(scratch + threadIdx.x % 32) : 0);
}

// The activation of f32, its exponential to two units in the last place.
__device__ __forceinline__ float activated(float u, int activation) {
    switch (activation) {
    case CUDAActivationGELUTanh: {
        // 0.5(1 + tanh z) = 1/(1 + e^−2z), z = √(2/π)(u + 0.044715u³)
        const float z = 0.7978845608028654f * (u + 0.044715f * u * u * u);
        return u / (1 + expf(-2 * z));
    }
    case CUDAActivationQuickGELU: return u / (1 + expf(-1.702f * u));
    case CUDAActivationSiLU: return u / (1 + expf(-u));
    default: return u;
    }
}

#endif
