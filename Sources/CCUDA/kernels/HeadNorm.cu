// RMS norm of each head's channels, then the rotation of positions (Su et al. 2021, arXiv 2104.09864), in place.
//
//   y = x/√(mean(x²) + epsilon)·weight
//   x[2i]   = y[2i]·cos − y[2i+1]·sin
//   x[2i+1] = y[2i+1]·cos + y[2i]·sin        (cos, sin) = rotary[row, 2i…2i+1]
//
// x T [rows, heads·headSize] with any row stride, weight T [headSize], rotary f32 [rows, headSize]; f32 inside, one rounding.
// Moves 2·rows·heads·headSize elements and rotary once per row; heads of one row read it from the cache.
// Launch: a warp for each head of each row, eight warps a block; no shared memory.
#include "Device.cuh"

template <class T> __device__ __forceinline__ void rotateHead(const CUDAHeadNorm &a) {
    const long long head = (long long)blockIdx.x * 8 + threadIdx.x / 32;
    if (head >= (long long)a.rows * a.heads) return;
    const int row = head / a.heads, lane = threadIdx.x % 32;
    T *x = rowAddress<T>(a.x, row) + head % a.heads * a.headSize;
    const T *weight = (const T *)a.weight;
    const float *rotary = (const float *)a.rotary + (long long)row * a.headSize;

    constexpr int kept = 4;
    float pairs[kept][2], squares = 0;
#pragma unroll
    for (int i = 0; i < kept; i++) {
        const int channel = 2 * (lane + 32 * i);
        if (channel >= a.headSize) break;
        pairs[i][0] = widen(load(x + channel)), pairs[i][1] = widen(load(x + channel + 1));
        squares += pairs[i][0] * pairs[i][0] + pairs[i][1] * pairs[i][1];
    }
    for (int channel = 2 * (lane + 32 * kept); channel < a.headSize; channel += 64) {
        const float even = widen(load(x + channel)), odd = widen(load(x + channel + 1));
        squares += even * even + odd * odd;
    }
    const float factor = 1 / sqrtf(warpSum(squares) / a.headSize + a.epsilon);

    auto rotate = [&](int channel, float even, float odd) {
        even = even * factor * widen(load(weight + channel)), odd = odd * factor * widen(load(weight + channel + 1));
        const float cosine = load(rotary + channel), sine = load(rotary + channel + 1);
        store(x + channel, narrow<T>(even * cosine - odd * sine));
        store(x + channel + 1, narrow<T>(odd * cosine + even * sine));
    };
#pragma unroll
    for (int i = 0; i < kept; i++) {
        const int channel = 2 * (lane + 32 * i);
        if (channel >= a.headSize) break;
        rotate(channel, pairs[i][0], pairs[i][1]);
    }
    for (int channel = 2 * (lane + 32 * kept); channel < a.headSize; channel += 64)
        rotate(channel, widen(load(x + channel)), widen(load(x + channel + 1)));
}

__device__ __forceinline__ void unpack(const float4 &quad, float (&v)[4]) { v[0] = quad.x, v[1] = quad.y, v[2] = quad.z, v[3] = quad.w; }
__device__ __forceinline__ void unpack(const uint2 &quad, float (&v)[4]) {
    v[0] = floatFromBits(quad.x << 16), v[1] = floatFromBits(quad.x & 0xffff0000u);
    v[2] = floatFromBits(quad.y << 16), v[3] = floatFromBits(quad.y & 0xffff0000u);
}
__device__ __forceinline__ void pack(float4 &quad, float a, float b, float c, float d) { quad = make_float4(a, b, c, d); }
__device__ __forceinline__ void pack(uint2 &quad, float a, float b, float c, float d) {
    quad = make_uint2(narrowPair(a, b), narrowPair(c, d));
}

// Heads of 128 channels, four consecutive ones a lane: eight bytes of bf16, sixteen of f32.
template <class T, class Quad> __device__ __forceinline__ void rotateHead128(const CUDAHeadNorm &a) {
    const long long head = (long long)blockIdx.x * 8 + threadIdx.x / 32;
    if (head >= (long long)a.rows * a.heads) return;
    const int row = head / a.heads, lane = threadIdx.x % 32;
    Quad *x = (Quad *)(rowAddress<T>(a.x, row) + head % a.heads * 128) + lane;
    const float4 turn = load((const float4 *)((const float *)a.rotary + (long long)row * 128) + lane);
    float v[4], w[4];
    unpack(load(x), v);
    unpack(load((const Quad *)a.weight + lane), w);
    const float factor = 1 / sqrtf(warpSum(v[0] * v[0] + v[1] * v[1] + (v[2] * v[2] + v[3] * v[3])) / 128 + a.epsilon);
#pragma unroll
    for (int i = 0; i < 4; i++) v[i] = v[i] * factor * w[i];
    Quad result;
    pack(result, v[0] * turn.x - v[1] * turn.y, v[1] * turn.x + v[0] * turn.y, v[2] * turn.z - v[3] * turn.w,
         v[3] * turn.z + v[2] * turn.w);
    store(x, result);
}

template <class T, class Quad> __device__ __forceinline__ void normalizeAndRotate(const CUDAHeadNorm &a) {
    const bool quads = a.headSize == 128 && a.x.address % sizeof(Quad) == 0 && a.x.stride % 4 == 0 && a.weight % sizeof(Quad) == 0 &&
                       isAligned16(a.rotary);
    if (quads) rotateHead128<T, Quad>(a);
    else rotateHead<T>(a);
}

extern "C" __global__ void __launch_bounds__(256) normalizeAndRotateHeadsF32(CUDAHeadNorm a) { normalizeAndRotate<float, float4>(a); }
extern "C" __global__ void __launch_bounds__(256) normalizeAndRotateHeadsBF16(CUDAHeadNorm a) { normalizeAndRotate<bf16, uint2>(a); }
