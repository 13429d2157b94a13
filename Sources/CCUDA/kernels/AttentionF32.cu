// Softmax attention in f32 for heads of any number of channels: the formula of Attention.cu, no tensor cores.
//
// Operands f32 [tokens, heads·headSize] with any row stride; output may not be the query where headSize > 128. Channels go by in pieces of
// 32; a block writes 128 of the result's channels and computes the scores for them anew.
// Launch: grid (tokens/64 rounded up, heads, headSize/128 rounded up), 256 threads; thread (x, y) of 16×16 holds the scores of queries
// 4y…4y+3 with keys 4x…4x+3, and the result's channels 4x…4x+3 and 64 further. Shared memory: transposed pieces of queries and keys [32, 68],
// transposed weights [64, 68], a piece of values [32, 128]: 51,200 bytes.
#include "Device.cuh"

namespace exact {

constexpr int blockQueries = 64, blockKeys = 64, pieceChannels = 32, pieceKeys = 32, sliceChannels = 128, threads = 256;
// Rows of transposed tiles, padded to spread over banks.
constexpr int rowFloats = 68;
constexpr float log2e = 1.4426950408889634f;

struct Attention {
    const CUDAAttention &a;
    const int x = threadIdx.x % 16, y = threadIdx.x / 16;
    const int firstQuery = blockIdx.x * blockQueries, head = blockIdx.y, firstChannel = blockIdx.z * sliceChannels;
    float *queries = (float *)sharedMemory(), *keys = queries + pieceChannels * rowFloats;
    float *weights = keys + pieceChannels * rowFloats, *values = weights + blockKeys * rowFloats;
    float sums[4][8] = {}, scores[4][4], largest[4], totals[4] = {};

    __device__ __forceinline__ Attention(const CUDAAttention &a) : a(a) {}

    __device__ __forceinline__ float element(const CUDAMatrix &matrix, int token, int channel) const {
        if (token >= a.tokens || channel >= a.headSize) return 0;
        return load((const float *)matrix.address + token * matrix.stride + head * a.headSize + channel);
    }

    __device__ __forceinline__ void score(int firstKey) {
#pragma unroll
        for (int i = 0; i < 16; i++) scores[i / 4][i % 4] = 0;
        for (int first = 0; first < a.headSize; first += pieceChannels) {
            blockBarrier();
            for (int i = threadIdx.x; i < blockQueries * pieceChannels; i += threads) {
                const int row = i / pieceChannels, channel = i % pieceChannels;
                storeShared(queries + channel * rowFloats + row, element(a.query, firstQuery + row, first + channel));
                storeShared(keys + channel * rowFloats + row, element(a.key, firstKey + row, first + channel));
            }
            blockBarrier();
#pragma unroll 8
            for (int channel = 0; channel < pieceChannels; channel++) {
                const float4 q = loadShared((const float4 *)(queries + channel * rowFloats) + y);
                const float4 k = loadShared((const float4 *)(keys + channel * rowFloats) + x);
                const float left[4] = {q.x, q.y, q.z, q.w}, right[4] = {k.x, k.y, k.z, k.w};
#pragma unroll
                for (int i = 0; i < 16; i++) scores[i / 4][i % 4] += left[i / 4] * right[i % 4];
            }
        }
    }

    __device__ __forceinline__ void applyMask(int firstKey) {
#pragma unroll
        for (int i = 0; i < 16; i++) {
            const int query = firstQuery + 4 * y + i / 4, key = firstKey + 4 * x + i % 4;
            float &score = scores[i / 4][i % 4];
            score *= a.scale;
            if (a.bias && key < a.tokens && query < a.tokens)
                score += load((const float *)a.bias + head * (2ll * a.tokens - 1) + key - query + a.tokens - 1);
            if (key >= a.tokens || (a.causal && key > query)) score = -floatFromBits(INFINITE_BITS);
        }
    }

    __device__ __forceinline__ void soften() {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float most = fmaxf(largest[i], fmaxf(fmaxf(scores[i][0], scores[i][1]), fmaxf(scores[i][2], scores[i][3])));
#pragma unroll
            for (int mask = 8; mask > 0; mask /= 2) most = fmaxf(most, shuffleXor(most, mask));
            const float correction = exponential2((largest[i] - most) * log2e);
            largest[i] = most;
            totals[i] *= correction;
#pragma unroll
            for (int j = 0; j < 8; j++) sums[i][j] *= correction;
#pragma unroll
            for (int j = 0; j < 4; j++) {
                scores[i][j] = exponential2((scores[i][j] - most) * log2e);
                totals[i] += scores[i][j];
                storeShared(weights + (4 * x + j) * rowFloats + 4 * y + i, scores[i][j]);
            }
        }
    }

    __device__ __forceinline__ void accumulate(int firstKey) {
        for (int first = 0; first < blockKeys; first += pieceKeys) {
            blockBarrier();
            for (int i = threadIdx.x; i < pieceKeys * sliceChannels; i += threads)
                storeShared(values + i, element(a.value, firstKey + first + i / sliceChannels, firstChannel + i % sliceChannels));
            blockBarrier();
#pragma unroll 4
            for (int key = 0; key < pieceKeys; key++) {
                const float4 p = loadShared((const float4 *)(weights + (first + key) * rowFloats) + y);
                const float4 low = loadShared((const float4 *)(values + key * sliceChannels) + x);
                const float4 high = loadShared((const float4 *)(values + key * sliceChannels) + 16 + x);
                const float left[4] = {p.x, p.y, p.z, p.w};
                const float right[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
#pragma unroll
                for (int i = 0; i < 32; i++) sums[i / 8][i % 8] += left[i / 8] * right[i % 8];
            }
        }
    }

    __device__ __forceinline__ void copyOut() const {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float total = totals[i];
#pragma unroll
            for (int mask = 8; mask > 0; mask /= 2) total += shuffleXor(total, mask);
            const int query = firstQuery + 4 * y + i;
            float *output = (float *)a.output.address + query * a.output.stride + head * a.headSize;
#pragma unroll
            for (int j = 0; j < 8; j++) {
                const int channel = firstChannel + j / 4 * 64 + 4 * x + j % 4;
                if (query < a.tokens && channel < a.headSize) store(output + channel, sums[i][j] / total);
            }
        }
    }

    __device__ __forceinline__ void run() {
#pragma unroll
        for (int i = 0; i < 4; i++) largest[i] = -floatFromBits(INFINITE_BITS);
        const int end = a.causal ? min(a.tokens, firstQuery + blockQueries) : a.tokens;
        for (int firstKey = 0; firstKey < end; firstKey += blockKeys) {
            score(firstKey);
            applyMask(firstKey);
            soften();
            accumulate(firstKey);
        }
        copyOut();
    }
};

}

extern "C" __global__ void __launch_bounds__(256) attentionF32(CUDAAttention a) { exact::Attention(a).run(); }
