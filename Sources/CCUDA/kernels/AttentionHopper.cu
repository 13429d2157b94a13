// Softmax attention in bf16 for heads of 128 channels on devices of compute capability 9.0: the formula and the rounding of Attention.cu,
// with products of whole warpgroups that read their factors from shared memory (Shah et al. 2024, arXiv 2407.08608).
//
// Operands as there. Two warps of the first warpgroup have tiles brought: one of queries and keys, one of values. The other two warpgroups
// compute 64 queries each; they start the scores of one tile of keys together with the weighted sum of the values before, and the softmax of
// those scores runs beside that sum and beside the other warpgroup's products.
// Launch: 384 threads a block, as many blocks as the device runs at once; they share out heads and queries by the 128. Shared memory: queries
// [128, 128], two stages of keys and two of values, each [128, 128] as two halves of 64 channels, and ten barriers: 163,920 bytes.
#include "Pipe.cuh"

#if defined(SIMT_EMULATOR) || defined(__CUDA_ARCH_FEAT_SM90_ALL)

namespace hopper {

constexpr int headSize = 128, blockQueries = 128, blockKeys = 128, computingWarps = 8;
constexpr int halfBytes = 128 * 128, tileBytes = 2 * halfBytes;
constexpr float log2e = 1.4426950408889634f;
using Half = Tile<8>;

// Where a block's tiles pass through.
struct Pipes {
    using Queries = Pipe<1, tileBytes, computingWarps>;
    using Pairs = Pipe<2, tileBytes, computingWarps>;
    Queries queries;
    Pairs keys, values;

    __device__ __forceinline__ Pipes() {
        unsigned char *tiles = sharedMemory();
        Barrier *barriers = (Barrier *)(tiles + 5 * tileBytes);
        queries = {tiles, barriers, barriers + 1};
        keys = {tiles + tileBytes, barriers + 2, barriers + 4};
        values = {tiles + 3 * tileBytes, barriers + 6, barriers + 8};
        if (threadIdx.x == 0) {
            queries.make();
            keys.make();
            values.make();
        }
        blockBarrier();
    }
};

// A block's share of the work: 128 queries of a head at a time.
struct Share {
    const int keyTiles, queryTiles, count;
    int number = blockIdx.x;

    __device__ __forceinline__ explicit Share(const CUDATiledAttention &a)
        : keyTiles((a.tokens + blockKeys - 1) / blockKeys), queryTiles((a.tokens + blockQueries - 1) / blockQueries),
          count(queryTiles * a.heads) {}
    __device__ __forceinline__ bool isLeft() const { return number < count; }
    __device__ __forceinline__ void next() { number += gridDim.x; }
    __device__ __forceinline__ int head() const { return number / queryTiles; }
    __device__ __forceinline__ int firstQuery() const { return number % queryTiles * blockQueries; }
};

// A computing warp's part.
struct Attention {
    const CUDATiledAttention &a;
    const Pipes &pipes;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32 - 4;
    // Rows g and g+8 of the warp's 16, columns 8n + 2t and the next, at 4n: see multiplyAdd.
    float sums[64], scores[64];
    unsigned weights[8][4];
    float largest[2], totals[2];

    __device__ __forceinline__ Attention(const CUDATiledAttention &a, const Pipes &pipes) : a(a), pipes(pipes) {}

    // scores = query·keyᵀ of the warpgroup's queries, started
    __device__ __forceinline__ void startScores(const unsigned char *queries, const unsigned char *keys) {
        const unsigned long long left = describeTile(queries + warp / 4 * 64 * Half::rowByteCount, 16), right = describeTile(keys, 16);
        beginProducts();
#pragma unroll
        for (int k = 0; k < headSize / 16; k++) {
            const int offset = (k / 4 * halfBytes + k % 4 * 32) / 16;
            multiplyTiles(scores, left + offset, right + offset, k > 0);
        }
        commitProducts();
    }

    // sums += weights·value, started; the first ones begin at zero
    __device__ __forceinline__ void startSums(const unsigned char *values, bool isFirst) {
        const unsigned long long right = describeTile(values, halfBytes);
        beginProducts();
#pragma unroll
        for (int k = 0; k < blockKeys / 16; k++) multiplyTile(sums, weights[k], right + k * Half::rowByteCount, !isFirst || k > 0);
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

    // Straight from the registers: pieces of 16 bytes, which nothing waits for.
    __device__ __forceinline__ void write(int head, int firstQuery) const {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float total = totals[half];
            total += shuffleXor(total, 1);
            total += shuffleXor(total, 2);
            const float factor = 1 / total;
            const int row = firstQuery + warp * 16 + half * 8 + lane / 4;
            unsigned *output = (unsigned *)(rowAddress<bf16>(a.output, row) + head * headSize) + lane % 4;
            if (row < a.tokens)
#pragma unroll
                for (int n = 0; n < 16; n++)
                    store(output + 4 * n, narrowPair(sums[4 * n + 2 * half] * factor, sums[4 * n + 2 * half + 1] * factor));
        }
    }

    __device__ __forceinline__ void run(Share share) {
        float correction[2];
        int tile = 0;
        for (int piece = 0; share.isLeft(); share.next(), piece++) {
            largest[0] = largest[1] = -floatFromBits(INFINITE_BITS);
            totals[0] = totals[1] = 0;
            pipes.queries.awaitTile(piece);
            pipes.keys.awaitTile(tile);
            startScores(pipes.queries.tile(piece), pipes.keys.tile(tile));
            waitForProducts<0>(scores);
            pipes.keys.hasRead(tile);
            soften(0, correction);
            narrowWeights();
            for (int i = 1; i < share.keyTiles; i++, tile++) {
                pipes.keys.awaitTile(tile + 1);
                startScores(pipes.queries.tile(piece), pipes.keys.tile(tile + 1));
                pipes.values.awaitTile(tile);
                startSums(pipes.values.tile(tile), i == 1);
                waitForProducts<1>(scores);
                pipes.keys.hasRead(tile + 1);
                soften(i * blockKeys, correction);
                finish(scores);
                // The queries have long been there. The branch in this keeps the assembler from moving the wait for the sums in front of
                // the softmax, for 1 to 2 % of speed.
                pipes.queries.awaitTile(piece);
                waitForProducts<0>(sums);
                pipes.values.hasRead(tile);
#pragma unroll
                for (int j = 0; j < 64; j++) sums[j] *= correction[j / 2 % 2];
                narrowWeights();
            }
            pipes.queries.hasRead(piece);
            pipes.values.awaitTile(tile);
            startSums(pipes.values.tile(tile), share.keyTiles == 1);
            waitForProducts<0>(sums);
            pipes.values.hasRead(tile++);
            write(share.head(), share.firstQuery());
        }
    }
};

__device__ __forceinline__ void bringQueriesAndKeys(const CUDATiledAttention &a, const Pipes &pipes, Share share) {
    int tile = 0;
    for (int piece = 0; share.isLeft(); share.next(), piece++) {
        pipes.queries.bring(piece, a.query, share.head() * headSize, share.firstQuery());
        for (int i = 0; i < share.keyTiles; i++) pipes.keys.bring(tile++, a.key, share.head() * headSize, i * blockKeys);
    }
}

__device__ __forceinline__ void bringValues(const CUDATiledAttention &a, const Pipes &pipes, Share share) {
    for (int tile = 0; share.isLeft(); share.next())
        for (int i = 0; i < share.keyTiles; i++) pipes.values.bring(tile++, a.value, share.head() * headSize, i * blockKeys);
}

}

extern "C" __global__ void __launch_bounds__(384, 1) attention128Hopper(const __grid_constant__ CUDATiledAttention a) {
    const hopper::Pipes pipes;
    const hopper::Share share(a);
    if (threadIdx.x < 128) {
        giveRegisters<40>();
        if (threadIdx.x / 32 == 0) hopper::bringQueriesAndKeys(a, pipes, share);
        if (threadIdx.x / 32 == 1) hopper::bringValues(a, pipes, share);
    } else {
        takeRegisters<232>();
        hopper::Attention(a, pipes).run(share);
    }
}

#endif
