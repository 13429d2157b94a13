// Softmax attention in bf16 for heads of 32, 64 and 128 channels, without a mask; the scores never leave registers (Dao 2023, arXiv
// 2307.08691). AttentionWide.cu has other sizes and masks.
//
//   output[i] = Σⱼ pᵢⱼ·value[j] / Σⱼ pᵢⱼ,  pᵢⱼ = exp(scale·query[i]·key[j] − max)
//
// query, key, value, output bf16 [tokens, heads·headSize], any row stride, 16-byte aligned; output may be the query; scale positive.
// Products in bf16 with f32 sums; softmax in f32 as powers of two, its weights rounded to bf16 for the second product; one rounding of the
// result. 4·tokens²·headSize operations a head. Reads query once, and key and value once for every 128 queries, mostly from the
// second-level cache.
// Launch: grid (tokens/128 rounded up, heads), 128 threads. A warp owns 32 queries, and so reads each key and value fragment once for two row
// blocks. Shared memory: the queries' tile [128, headSize] and two stages of a key and a value tile [64, headSize]; the next stage is copied
// in while one is used, with one block barrier a stage. 6·64·headSize·2 bytes in all.
#include "Tile.cuh"

constexpr int blockQueries = 128, blockKeys = 64, warpQueries = 32;
constexpr float log2e = 1.4426950408889634f;

template <int headSize> struct Attention {
    static constexpr int chunks = headSize / 8, rowBytes = 2 * headSize;
    static constexpr int queryBytes = blockQueries * rowBytes, keyBytes = blockKeys * rowBytes;
    using Layout = Tile<chunks>;

    const CUDAAttention &a;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int firstQuery = blockIdx.x * blockQueries, head = blockIdx.y;
    unsigned char *queries = sharedMemory(), *stages = queries + queryBytes;
    // The lane's accumulators: of row block m rows g and g+8, columns 8n + 2t and the next (see multiplyAdd).
    float sums[2][headSize / 8][4] = {};
    float largest[2][2], totals[2][2] = {};

    __device__ __forceinline__ Attention(const CUDAAttention &a) : a(a) {}

    template <int rows> __device__ __forceinline__ void copyIn(unsigned char *tile, const CUDAMatrix &matrix, int firstRow) const {
        // Rows `step` apart have one phase in the tile.
        constexpr int step = 128 / chunks;
        const int row = firstRow + threadIdx.x / chunks, chunk = threadIdx.x % chunks;
        const bf16 *first = (const bf16 *)matrix.address + head * headSize + chunk * 8, *source = first + row * matrix.stride;
        tile += Layout::offset(threadIdx.x / chunks, chunk);
#pragma unroll
        for (int i = 0; i < rows / step; i++) {
            const bool valid = row + i * step < a.tokens;
            copyAsync16(tile + i * step * rowBytes, valid ? source : first, valid);
            source += step * matrix.stride;
        }
    }

    __device__ __forceinline__ void copyStage(int tile) const {
        unsigned char *stage = stages + tile % 2 * 2 * keyBytes;
        copyIn<blockKeys>(stage, a.key, tile * blockKeys);
        copyIn<blockKeys>(stage + keyBytes, a.value, tile * blockKeys);
    }

    // scores = query·keyᵀ
    __device__ __forceinline__ void score(const unsigned char *keys, float (&scores)[2][blockKeys / 8][4]) const {
        const int left = Layout::leftOffset(lane) + warp * warpQueries * rowBytes, right = Layout::rightOffset(lane);
#pragma unroll
        for (int k = 0; k < headSize / 16; k++) {
            unsigned q[2][4];
#pragma unroll
            for (int m = 0; m < 2; m++) loadMatrices(q[m], queries + m * 16 * rowBytes + (left ^ k * 32));
#pragma unroll
            for (int n = 0; n < blockKeys / 16; n++) {
                unsigned b[4];
                loadMatrices(b, keys + n * 16 * rowBytes + (right ^ k * 32));
#pragma unroll
                for (int m = 0; m < 2; m++) {
                    multiplyAdd(scores[m][2 * n], q[m], b[0], b[1]);
                    multiplyAdd(scores[m][2 * n + 1], q[m], b[2], b[3]);
                }
            }
        }
    }

    // Scores of keys beyond the last one.
    __device__ __forceinline__ void hideMissing(int firstKey, float (&scores)[2][blockKeys / 8][4]) const {
        if (firstKey + blockKeys <= a.tokens) return;
#pragma unroll
        for (int n = 0; n < blockKeys / 8; n++)
#pragma unroll
            for (int i = 0; i < 8; i++)
                if (firstKey + n * 8 + lane % 4 * 2 + i % 2 >= a.tokens) scores[i / 4][n][i % 4] = -floatFromBits(INFINITE_BITS);
    }

    // Turns scores into weights relative to the largest score so far, and brings sums and totals to that.
    __device__ __forceinline__ void soften(float (&scores)[2][blockKeys / 8][4]) {
        const float scale = a.scale * log2e;
#pragma unroll
        for (int m = 0; m < 2; m++)
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float most = largest[m][half];
#pragma unroll
                for (int n = 0; n < blockKeys / 8; n++) most = fmaxf(most, fmaxf(scores[m][n][2 * half], scores[m][n][2 * half + 1]));
                most = fmaxf(most, shuffleXor(most, 1));
                most = fmaxf(most, shuffleXor(most, 2));
                const float correction = exponential2((largest[m][half] - most) * scale), origin = most * scale;
                largest[m][half] = most;
                float total = 0;
#pragma unroll
                for (int n = 0; n < blockKeys / 8; n++)
#pragma unroll
                    for (int i = 2 * half; i < 2 * half + 2; i++) {
                        scores[m][n][i] = exponential2(scores[m][n][i] * scale - origin);
                        total += scores[m][n][i];
                    }
                totals[m][half] = totals[m][half] * correction + total;
#pragma unroll
                for (int n = 0; n < headSize / 8; n++) sums[m][n][2 * half] *= correction, sums[m][n][2 * half + 1] *= correction;
            }
    }

    // sums += weights·value. A product's accumulators have the layout of the next one's left factor.
    __device__ __forceinline__ void accumulate(const unsigned char *values, const float (&weights)[2][blockKeys / 8][4]) {
        const int right = Layout::leftOffset(lane);
#pragma unroll
        for (int k = 0; k < blockKeys / 16; k++) {
            unsigned p[2][4];
#pragma unroll
            for (int m = 0; m < 2; m++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                    p[m][i] = narrowPair(weights[m][2 * k + i / 2][i % 2 * 2], weights[m][2 * k + i / 2][i % 2 * 2 + 1]);
#pragma unroll
            for (int n = 0; n < headSize / 16; n++) {
                unsigned b[4];
                loadMatricesTransposed(b, values + k * 16 * rowBytes + (right ^ n * 32));
#pragma unroll
                for (int m = 0; m < 2; m++) {
                    multiplyAdd(sums[m][2 * n], p[m], b[0], b[1]);
                    multiplyAdd(sums[m][2 * n + 1], p[m], b[2], b[3]);
                }
            }
        }
    }

    // Writes through the warp's own rows of the queries' tile, so that rows leave in whole pieces.
    __device__ __forceinline__ void copyOut() {
        warpBarrier();
#pragma unroll
        for (int m = 0; m < 2; m++)
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float total = totals[m][half];
                total += shuffleXor(total, 1);
                total += shuffleXor(total, 2);
                const float factor = 1 / total;
                const int row = warp * warpQueries + m * 16 + half * 8 + lane / 4;
#pragma unroll
                for (int n = 0; n < headSize / 8; n++)
                    storeShared((unsigned *)(queries + Layout::offset(row, n)) + lane % 4,
                                narrowPair(sums[m][n][2 * half] * factor, sums[m][n][2 * half + 1] * factor));
            }
        warpBarrier();
        bf16 *output = (bf16 *)a.output.address + head * headSize;
#pragma unroll
        for (int i = 0; i < chunks; i++) {
            const int piece = lane + i * 32, row = warp * warpQueries + piece / chunks, chunk = piece % chunks;
            if (firstQuery + row < a.tokens)
                store((uint4 *)(output + (firstQuery + row) * a.output.stride) + chunk,
                      loadShared((const uint4 *)(queries + Layout::offset(row, chunk))));
        }
    }

    __device__ __forceinline__ void run() {
#pragma unroll
        for (int i = 0; i < 4; i++) largest[i / 2][i % 2] = -floatFromBits(INFINITE_BITS);
        const int tiles = (a.tokens + blockKeys - 1) / blockKeys;
        copyIn<blockQueries>(queries, a.query, firstQuery);
        copyStage(0);
        commitCopies();
        for (int tile = 0; tile < tiles; tile++) {
            waitForCopies<0>();
            blockBarrier();
            if (tile + 1 < tiles) copyStage(tile + 1);
            commitCopies();
            const unsigned char *keys = stages + tile % 2 * 2 * keyBytes;
            float scores[2][blockKeys / 8][4] = {};
            score(keys, scores);
            hideMissing(tile * blockKeys, scores);
            soften(scores);
            accumulate(keys + keyBytes, scores);
        }
        copyOut();
    }
};

extern "C" __global__ void __launch_bounds__(128) attention32(CUDAAttention a) { Attention<32>(a).run(); }
extern "C" __global__ void __launch_bounds__(128) attention64(CUDAAttention a) { Attention<64>(a).run(); }
extern "C" __global__ void __launch_bounds__(128) attention128(CUDAAttention a) { Attention<128>(a).run(); }
