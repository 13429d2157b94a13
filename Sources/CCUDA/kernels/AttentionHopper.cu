// Softmax attention in bf16 for heads of 128 channels on devices of compute capability 9.0: the formula and the rounding of Attention.cu,
// with products of whole warpgroups that read their factors from shared memory (Shah et al. 2024, arXiv 2407.08608).
//
// Operands as there. Each step starts the scores of one tile of keys and the weighted sum of the values before; the softmax of the scores
// runs beside that sum.
// Launch: grid (tokens/128 rounded up, heads), 256 threads in two warpgroups of 64 queries. Shared memory: queries [128, 128], two stages of
// keys and two of values, each [128, 128] as two halves of 64 channels: 163,840 bytes.
#include "Warpgroup.cuh"

#if defined(SIMT_EMULATOR) || defined(__CUDA_ARCH_FEAT_SM90_ALL)

namespace hopper {

constexpr int headSize = 128, blockQueries = 128, blockKeys = 128, threads = 256;
constexpr int halfBytes = 128 * 128, tileBytes = 2 * halfBytes;
constexpr float log2e = 1.4426950408889634f;
using Half = Tile<8>;

struct Attention {
    const CUDAAttention &a;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int firstQuery = blockIdx.x * blockQueries, head = blockIdx.y;
    unsigned char *queries = sharedMemory(), *keys = queries + tileBytes, *values = keys + 2 * tileBytes;
    // Rows g and g+8 of the warp's 16, columns 8n + 2t and the next, at 4n: see multiplyAdd.
    float sums[64], scores[64];
    unsigned weights[8][4];
    float largest[2], totals[2] = {};

    __device__ __forceinline__ Attention(const CUDAAttention &a) : a(a) {}

    __device__ __forceinline__ void copyIn(unsigned char *tile, const CUDAMatrix &matrix, int firstRow) const {
        constexpr int step = threads / 16;
        const int row = firstRow + threadIdx.x / 16, chunk = threadIdx.x % 16;
        const bf16 *first = (const bf16 *)matrix.address + head * headSize + chunk * 8, *source = first + row * matrix.stride;
        tile += chunk / 8 * halfBytes + Half::offset(threadIdx.x / 16, chunk % 8);
#pragma unroll
        for (int i = 0; i < 128 / step; i++) {
            const bool valid = row + i * step < a.tokens;
            copyAsync16(tile + i * step * Half::rowByteCount, valid ? source : first, valid);
            source += step * matrix.stride;
        }
    }

    // scores = query·keyᵀ of the warpgroup's queries, started
    __device__ __forceinline__ void startScores(int tile) {
        const unsigned char *left = queries + warp / 4 * 64 * Half::rowByteCount, *right = keys + tile % 2 * tileBytes;
        beginProducts();
#pragma unroll
        for (int k = 0; k < headSize / 16; k++) {
            const int offset = k / 4 * halfBytes + k % 4 * 32;
            multiplyTiles(scores, describeTile(left + offset, 16), describeTile(right + offset, 16), k > 0);
        }
        commitProducts();
    }

    // sums += weights·value, started; the first ones begin at zero
    __device__ __forceinline__ void startSums(int tile) {
        const unsigned char *right = values + tile % 2 * tileBytes;
        beginProducts();
#pragma unroll
        for (int k = 0; k < blockKeys / 16; k++)
            multiplyTile(sums, weights[k], describeTile(right + k * 16 * Half::rowByteCount, halfBytes), tile > 0 || k > 0);
        commitProducts();
    }

    // Turns scores into weights relative to the largest score so far; returns what brings sums to that.
    __device__ __forceinline__ void soften(int firstKey, float (&correction)[2]) {
        if (firstKey + blockKeys > a.tokens) {
#pragma unroll
            for (int i = 0; i < 64; i++)
                if (firstKey + i / 4 * 8 + lane % 4 * 2 + i % 2 >= a.tokens) scores[i] = -floatFromBits(INFINITE_BITS);
        }
        const float scale = a.scale * log2e;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float most = largest[half];
#pragma unroll
            for (int n = 0; n < 16; n++) most = fmaxf(most, fmaxf(scores[4 * n + 2 * half], scores[4 * n + 2 * half + 1]));
            most = fmaxf(most, shuffleXor(most, 1));
            most = fmaxf(most, shuffleXor(most, 2));
            correction[half] = exponential2((largest[half] - most) * scale);
            const float origin = most * scale;
            largest[half] = most;
            float total = 0;
#pragma unroll
            for (int n = 0; n < 16; n++)
#pragma unroll
                for (int i = 4 * n + 2 * half; i < 4 * n + 2 * half + 2; i++) {
                    scores[i] = exponential2(scores[i] * scale - origin);
                    total += scores[i];
                }
            totals[half] = totals[half] * correction[half] + total;
        }
    }

    // A product's accumulators have the layout of the next one's left factor.
    __device__ __forceinline__ void narrowWeights() {
#pragma unroll
        for (int k = 0; k < 8; k++)
#pragma unroll
            for (int i = 0; i < 4; i++) weights[k][i] = narrowPair(scores[8 * k + 2 * i], scores[8 * k + 2 * i + 1]);
    }

    // Waits for what was copied, and starts the copies of the next keys and of this tile's values.
    __device__ __forceinline__ void turn(int tile, int tiles) const {
        waitForCopies<0>();
        fenceShared();
        blockBarrier();
        if (tile + 1 < tiles) copyIn(keys + (tile + 1) % 2 * tileBytes, a.key, (tile + 1) * blockKeys);
        if (tile < tiles) copyIn(values + tile % 2 * tileBytes, a.value, tile * blockKeys);
        commitCopies();
    }

    // Writes through the warp's own rows of the queries' tile, so that rows leave in whole pieces.
    __device__ __forceinline__ void copyOut() {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float total = totals[half];
            total += shuffleXor(total, 1);
            total += shuffleXor(total, 2);
            const float factor = 1 / total;
            const int row = warp * 16 + half * 8 + lane / 4;
#pragma unroll
            for (int n = 0; n < 16; n++)
                storeShared((unsigned *)(queries + n / 8 * halfBytes + Half::offset(row, n % 8)) + lane % 4,
                            narrowPair(sums[4 * n + 2 * half] * factor, sums[4 * n + 2 * half + 1] * factor));
        }
        warpBarrier();
        bf16 *output = (bf16 *)a.output.address + head * headSize;
#pragma unroll
        for (int i = 0; i < 8; i++) {
            const int row = warp * 16 + i * 2 + lane / 16, chunk = lane % 16;
            if (firstQuery + row < a.tokens)
                store((uint4 *)(output + (firstQuery + row) * a.output.stride) + chunk,
                      loadShared((const uint4 *)(queries + chunk / 8 * halfBytes + Half::offset(row, chunk % 8))));
        }
    }

    __device__ __forceinline__ void run() {
        largest[0] = largest[1] = -floatFromBits(INFINITE_BITS);
        const int tiles = (a.tokens + blockKeys - 1) / blockKeys;
        float correction[2];
        copyIn(queries, a.query, firstQuery);
        copyIn(keys, a.key, 0);
        commitCopies();
        turn(0, tiles);
        startScores(0);
        waitForProducts<0>(scores);
        soften(0, correction);
        narrowWeights();
        for (int tile = 1; tile < tiles; tile++) {
            turn(tile, tiles);
            startScores(tile);
            startSums(tile - 1);
            waitForProducts<1>(scores);
            soften(tile * blockKeys, correction);
            waitForProducts<0>(sums);
#pragma unroll
            for (int i = 0; i < 64; i++) sums[i] *= correction[i / 2 % 2];
            narrowWeights();
        }
        turn(tiles, tiles);
        startSums(tiles - 1);
        waitForProducts<0>(sums);
        copyOut();
    }
};

}

extern "C" __global__ void __launch_bounds__(256, 1) attention128Hopper(CUDAAttention a) { hopper::Attention(a).run(); }

#endif
