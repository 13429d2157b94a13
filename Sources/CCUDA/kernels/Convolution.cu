// Convolutions 3×3 and 1×1 in bf16 as matrix products over pixels that are gathered on the way into shared memory.
//
//   output[y, x, o] = bias[o] + residual[y, x, o] + Σ weight[o, i, ky, kx]·x[y + ky − k/2, x + kx − k/2, i], zeros outside
//
// Stride 1, size kept. x [height, width, inputs], weight [outputs, inputs, k, k], output and residual [height, width, outputs], contiguous.
// Products in bf16 with f32 sums, one rounding. 2·height·width·outputs·inputs·k² operations. Reads x k² times, mostly from the
// second-level cache; neither the gathered pixels nor anything else of their size exists in memory.
//   packWeights            packed [outputs, k², paddedInputs], inputs padded with zeros to a multiple of 32; 256 threads, one for each element
//   convolutionBF16        grid (pixels/128 rounded up, outputs/128 rounded up), 256 threads in 2×4 warps of 64 pixels × 32 outputs; depth
//                          goes by 32 at a time in four stages of a pixel tile [128, 32] and a weight tile [128, 32]: 65,536 bytes of
//                          shared memory
//   convolutionNarrowBF16  the same for few outputs: blocks of 16 outputs, eight warps of 16 pixels: 36,864 bytes
#include "Convolution.cuh"

namespace convolution {

constexpr int blockPixels = 128, depth = 32, stageCount = 4, threads = 256;
constexpr int pixelBytes = blockPixels * depth * 2;
using Layout = Tile<depth / 8>;

// A warp sums rowBlocks·16 pixels for columnBlocks·16 outputs.
template <int blockOutputs, int rowBlocks, int columnBlocks> struct Convolution {
    static constexpr int warpColumns = blockOutputs / (16 * columnBlocks), stageBytes = pixelBytes + blockOutputs * depth * 2;
    static_assert(threads / 32 / warpColumns * rowBlocks * 16 == blockPixels, "the warps cover the block");

    const CUDAConvolution &a;
    const int lane = threadIdx.x % 32, warpRow = threadIdx.x / 32 / warpColumns, warpColumn = threadIdx.x / 32 % warpColumns;
    const int firstPixel = blockIdx.x * blockPixels, firstOutput = blockIdx.y * blockOutputs;
    const int taps = a.kernel * a.kernel, stepsPerTap = a.paddedInputs / depth;
    // This thread copies piece `chunk` of rows `row` and `row` + 64.
    const int row = threadIdx.x / 4, chunk = threadIdx.x % 4;
    const bool aligned = a.inputs % 8 == 0 && isAligned16(a.x);
    int pixelY[2], pixelX[2];
    unsigned char *stages = sharedMemory();
    float sums[rowBlocks][2 * columnBlocks][4] = {};

    __device__ __forceinline__ Convolution(const CUDAConvolution &a) : a(a) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int pixel = firstPixel + row + 64 * i;
            // A row far outside gathers zeros only.
            pixelY[i] = pixel < a.height * a.width ? pixel / a.width : -2;
            pixelX[i] = pixel % a.width;
        }
    }

    __device__ __forceinline__ void copyStage(int step) const {
        unsigned char *stage = stages + step % stageCount * stageBytes;
        const int tap = step / stepsPerTap, input = step % stepsPerTap * depth + chunk * 8;
        const int dy = tap / a.kernel - a.kernel / 2, dx = tap % a.kernel - a.kernel / 2;
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int y = pixelY[i] + dy, x = pixelX[i] + dx;
            const bool inside = y >= 0 && y < a.height && x >= 0 && x < a.width;
            const int count = inside ? a.inputs - input : 0;
            const bf16 *address = (const bf16 *)a.x + (count > 0 ? ((long long)y * a.width + x) * a.inputs + input : 0);
            unsigned char *target = stage + Layout::offset(row + 64 * i, chunk);
            if (aligned) copyAsync16(target, address, count > 0);
            else storeShared((uint4 *)target, gather(address, count));
        }
#pragma unroll
        for (int first = 0; first < blockOutputs; first += 64) {
            if (first + row >= blockOutputs) break;
            const int output = firstOutput + first + row;
            const bool valid = output < a.outputs;
            const bf16 *weight = (const bf16 *)a.packed + ((valid ? output : 0) * (long long)taps + tap) * a.paddedInputs + input;
            copyAsync16(stage + pixelBytes + Layout::offset(first + row, chunk), weight, valid);
        }
    }

    __device__ __forceinline__ void accumulate(const unsigned char *stage) {
        const unsigned char *pixels = stage + warpRow * rowBlocks * 16 * Layout::rowByteCount;
        const unsigned char *weights = stage + pixelBytes + warpColumn * columnBlocks * 16 * Layout::rowByteCount;
        const int left = Layout::leftOffset(lane), right = Layout::rightOffset(lane);
#pragma unroll
        for (int k = 0; k < depth / 16; k++) {
            unsigned p[rowBlocks][4];
#pragma unroll
            for (int m = 0; m < rowBlocks; m++) loadMatrices(p[m], pixels + m * 16 * Layout::rowByteCount + (left ^ k * 32));
#pragma unroll
            for (int n = 0; n < columnBlocks; n++) {
                unsigned w[4];
                loadMatrices(w, weights + n * 16 * Layout::rowByteCount + (right ^ k * 32));
#pragma unroll
                for (int m = 0; m < rowBlocks; m++) {
                    multiplyAdd(sums[m][2 * n], p[m], w[0], w[1]);
                    multiplyAdd(sums[m][2 * n + 1], p[m], w[2], w[3]);
                }
            }
        }
    }

    __device__ __forceinline__ void run() {
        const int steps = taps * stepsPerTap;
#pragma unroll
        for (int i = 0; i < stageCount - 1; i++) {
            if (i < steps) copyStage(i);
            commitCopies();
        }
        for (int step = 0; step < steps; step++) {
            waitForCopies<stageCount - 2>();
            blockBarrier();
            if (step + stageCount - 1 < steps) copyStage(step + stageCount - 1);
            commitCopies();
            accumulate(stages + step % stageCount * stageBytes);
        }
#pragma unroll
        for (int m = 0; m < rowBlocks; m++)
#pragma unroll
            for (int n = 0; n < 2 * columnBlocks; n++)
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    const int pixel = firstPixel + (warpRow * rowBlocks + m) * 16 + half * 8 + lane / 4;
                    const int output = firstOutput + warpColumn * columnBlocks * 16 + n * 8 + lane % 4 * 2;
                    if (pixel < a.height * a.width && output < a.outputs)
                        finish(a, pixel, output, sums[m][n][2 * half], sums[m][n][2 * half + 1]);
                }
    }
};

template <class T> __device__ __forceinline__ void pack(const CUDAConvolution &a) {
    const int taps = a.kernel * a.kernel;
    const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= (long long)a.outputs * taps * a.paddedInputs) return;
    const int input = i % a.paddedInputs, tap = i / a.paddedInputs % taps, output = i / a.paddedInputs / taps;
    T value = {};
    if (input < a.inputs) value = load((const T *)a.weight + ((long long)output * a.inputs + input) * taps + tap);
    store((T *)a.packed + i, value);
}

}

extern "C" __global__ void __launch_bounds__(256) convolutionBF16(CUDAConvolution a) { convolution::Convolution<128, 4, 2>(a).run(); }
extern "C" __global__ void __launch_bounds__(256) convolutionNarrowBF16(CUDAConvolution a) { convolution::Convolution<16, 1, 1>(a).run(); }
extern "C" __global__ void __launch_bounds__(256) packWeightsBF16(CUDAConvolution a) { convolution::pack<bf16>(a); }
extern "C" __global__ void __launch_bounds__(256) packWeightsF32(CUDAConvolution a) { convolution::pack<float>(a); }
