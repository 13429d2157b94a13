// Softmax attention in bf16 for heads of any number of channels, with any mask: the formula of Attention.cu, the mask added to the scores.
//
// Masks: causal (j ≤ i), and bias f32 [heads, 2·tokens − 1], read at j − i + tokens − 1.
// Operands bf16 [tokens, heads·headSize] with any row stride and alignment; output may not be the query where headSize > 128. Channels go
// by in pieces of 64, queries with them; a block writes 128 of the result's channels and computes the scores for them anew, so that a head of
// 512 costs 2.5 times the operations 4·tokens²·headSize and no accumulator leaves the registers.
// Launch: grid (tokens/128 rounded up, heads, headSize/128 rounded up), 256 threads, 16 queries a warp. Shared memory: two stages of 24 KiB,
// each a query tile [128, 64] and a key tile [64, 64], or a value tile [64, 128].
#include "Tile.cuh"

namespace wide {

constexpr int blockQueries = 128, blockKeys = 64, pieceChannels = 64, sliceChannels = 128, threads = 256;
constexpr int queryBytes = blockQueries * pieceChannels * 2, stageBytes = queryBytes + blockKeys * pieceChannels * 2;
constexpr float log2e = 1.4426950408889634f;
using Piece = Tile<pieceChannels / 8>;
using Slice = Tile<sliceChannels / 8>;

struct Attention {
    const CUDAAttention &a;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int firstQuery = blockIdx.x * blockQueries, head = blockIdx.y, firstChannel = blockIdx.z * sliceChannels;
    const int pieces;
    unsigned char *stages = sharedMemory();
    float sums[sliceChannels / 8][4] = {}, scores[blockKeys / 8][4] = {};
    float largest[2], totals[2] = {};

    __device__ __forceinline__ Attention(const CUDAAttention &a) : a(a), pieces((a.headSize + pieceChannels - 1) / pieceChannels) {}

    // Rows of a matrix, eight channels at a time, zeros outside.
    template <class Layout, int rows, int chunks>
    __device__ __forceinline__ void copyIn(unsigned char *tile, const CUDAMatrix &matrix, int firstRow, int first) const {
        const bf16 *source = (const bf16 *)matrix.address + head * a.headSize;
#pragma unroll
        for (int i = 0; i < rows * chunks / threads; i++) {
            const int index = threadIdx.x + i * threads, row = index / chunks, chunk = index % chunks;
            const int channel = first + chunk * 8, count = firstRow + row < a.tokens ? a.headSize - channel : 0;
            const bf16 *address = source + (count > 0 ? (firstRow + row) * matrix.stride + channel : 0);
            unsigned char *target = tile + Layout::offset(row, chunk);
            if (a.aligned) copyAsync16(target, address, count > 0);
            else storeShared((uint4 *)target, gather(address, count));
        }
    }

    // Step `pieces` of a tile of keys brings its values, those before it a piece of queries and keys.
    __device__ __forceinline__ void copyStage(int step) const {
        unsigned char *stage = stages + step % 2 * stageBytes;
        const int tile = step / (pieces + 1), piece = step % (pieces + 1);
        if (piece < pieces) {
            copyIn<Piece, blockQueries, pieceChannels / 8>(stage, a.query, firstQuery, piece * pieceChannels);
            copyIn<Piece, blockKeys, pieceChannels / 8>(stage + queryBytes, a.key, tile * blockKeys, piece * pieceChannels);
        } else {
            copyIn<Slice, blockKeys, sliceChannels / 8>(stage, a.value, tile * blockKeys, firstChannel);
        }
    }

    __device__ __forceinline__ void score(const unsigned char *stage) {
        const int left = Piece::leftOffset(lane) + warp * 16 * Piece::rowByteCount, right = Piece::rightOffset(lane);
#pragma unroll
        for (int k = 0; k < pieceChannels / 16; k++) {
            unsigned q[4];
            loadMatrices(q, stage + (left ^ k * 32));
#pragma unroll
            for (int n = 0; n < blockKeys / 16; n++) {
                unsigned b[4];
                loadMatrices(b, stage + queryBytes + n * 16 * Piece::rowByteCount + (right ^ k * 32));
                multiplyAdd(scores[2 * n], q, b[0], b[1]);
                multiplyAdd(scores[2 * n + 1], q, b[2], b[3]);
            }
        }
    }

    __device__ __forceinline__ void applyMask(int firstKey) {
#pragma unroll
        for (int n = 0; n < blockKeys / 8; n++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const int key = firstKey + n * 8 + lane % 4 * 2 + i % 2, query = firstQuery + warp * 16 + lane / 4 + i / 2 * 8;
                float &score = scores[n][i];
                score *= a.scale * log2e;
                if (a.bias && key < a.tokens && query < a.tokens)
                    score += log2e * load((const float *)a.bias + head * (2ll * a.tokens - 1) + key - query + a.tokens - 1);
                if (key >= a.tokens || (a.causal && key > query)) score = -floatFromBits(INFINITE_BITS);
            }
    }

    __device__ __forceinline__ void soften() {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float most = largest[half];
#pragma unroll
            for (int n = 0; n < blockKeys / 8; n++) most = fmaxf(most, fmaxf(scores[n][2 * half], scores[n][2 * half + 1]));
            most = fmaxf(most, shuffleXor(most, 1));
            most = fmaxf(most, shuffleXor(most, 2));
            const float correction = exponential2(largest[half] - most);
            largest[half] = most;
            float total = 0;
#pragma unroll
            for (int n = 0; n < blockKeys / 8; n++)
#pragma unroll
                for (int i = 2 * half; i < 2 * half + 2; i++) {
                    scores[n][i] = exponential2(scores[n][i] - most);
                    total += scores[n][i];
                }
            totals[half] = totals[half] * correction + total;
#pragma unroll
            for (int n = 0; n < sliceChannels / 8; n++) sums[n][2 * half] *= correction, sums[n][2 * half + 1] *= correction;
        }
    }

    __device__ __forceinline__ void accumulate(const unsigned char *values) {
        const int right = Slice::leftOffset(lane);
#pragma unroll
        for (int k = 0; k < blockKeys / 16; k++) {
            unsigned p[4];
#pragma unroll
            for (int i = 0; i < 4; i++) p[i] = narrowPair(scores[2 * k + i / 2][i % 2 * 2], scores[2 * k + i / 2][i % 2 * 2 + 1]);
#pragma unroll
            for (int n = 0; n < sliceChannels / 16; n++) {
                unsigned b[4];
                loadMatricesTransposed(b, values + k * 16 * Slice::rowByteCount + (right ^ n * 32));
                multiplyAdd(sums[2 * n], p, b[0], b[1]);
                multiplyAdd(sums[2 * n + 1], p, b[2], b[3]);
            }
        }
    }

    __device__ __forceinline__ void copyOut() const {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float total = totals[half];
            total += shuffleXor(total, 1);
            total += shuffleXor(total, 2);
            const float factor = 1 / total;
            const int query = firstQuery + warp * 16 + half * 8 + lane / 4;
            bf16 *output = (bf16 *)a.output.address + query * a.output.stride + head * a.headSize;
#pragma unroll
            for (int n = 0; n < sliceChannels / 8; n++)
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    const int channel = firstChannel + n * 8 + lane % 4 * 2 + i;
                    if (query < a.tokens && channel < a.headSize) store(output + channel, narrow<bf16>(sums[n][2 * half + i] * factor));
                }
        }
    }

    __device__ __forceinline__ void run() {
        largest[0] = largest[1] = -floatFromBits(INFINITE_BITS);
        int tiles = (a.tokens + blockKeys - 1) / blockKeys;
        if (a.causal) tiles = min(tiles, (firstQuery + blockQueries) / blockKeys);
        copyStage(0);
        commitCopies();
        for (int tile = 0, step = 0; tile < tiles; tile++)
            for (int piece = 0; piece <= pieces; piece++, step++) {
                waitForCopies<0>();
                blockBarrier();
                if (step + 1 < tiles * (pieces + 1)) copyStage(step + 1);
                commitCopies();
                const unsigned char *stage = stages + step % 2 * stageBytes;
                if (piece < pieces) {
                    score(stage);
                } else {
                    applyMask(tile * blockKeys);
                    soften();
                    accumulate(stage);
#pragma unroll
                    for (int n = 0; n < blockKeys / 8; n++)
#pragma unroll
                        for (int i = 0; i < 4; i++) scores[n][i] = 0;
                }
            }
        copyOut();
    }
};

}

extern "C" __global__ void __launch_bounds__(256) attentionWide(CUDAAttention a) { wide::Attention(a).run(); }
