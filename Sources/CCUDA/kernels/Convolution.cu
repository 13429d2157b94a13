// Convolutions 3×3 and 1×1 in bf16 as matrix products over pixels that are gathered on the way into shared memory.
//
//   output[y, x, o] = bias[o] + residual[y, x, o] + Σ weight[o, i, ky, kx]·x[y + ky − k/2, x + kx − k/2, i], zeros outside
//
// Stride 1, size kept. x [height, width, inputs], weight [outputs, inputs, k, k], output and residual [height, width, outputs], contiguous.
// Products in bf16 with f32 sums, one rounding. 2·height·width·outputs·inputs·k² operations. Reads x k² times, mostly from the
// second-level cache; neither the gathered pixels nor anything else of their size exists in memory.
//   packWeights      packed [outputs, k², paddedInputs], inputs padded with zeros to a multiple of 32; 256 threads, one for each element
//   convolutionBF16  grid (pixels/128 rounded up, outputs/128 rounded up), 256 threads in 2×4 warps of 64 pixels × 32 outputs; depth goes by
//                    32 at a time in four stages of a pixel tile [128, 32] and a weight tile [128, 32]: 65,536 bytes of shared memory
#include "Tile.cuh"

namespace convolution {

constexpr int blockPixels = 128, blockOutputs = 128, depth = 32, stageCount = 4;
constexpr int pixelBytes = blockPixels * depth * 2, stageBytes = pixelBytes + blockOutputs * depth * 2;
using Layout = Tile<depth / 8>;

struct Convolution {
    const CUDAConvolution &a;
    const int lane = threadIdx.x % 32, warpRow = threadIdx.x / 32 / 4, warpColumn = threadIdx.x / 32 % 4;
    const int firstPixel = blockIdx.x * blockPixels, firstOutput = blockIdx.y * blockOutputs;
    const int taps = a.kernel * a.kernel, stepsPerTap = a.paddedInputs / depth;
    // This thread copies piece `chunk` of rows `row` and `row` + 64.
    const int row = threadIdx.x / 4, chunk = threadIdx.x % 4;
    const bool aligned = a.inputs % 8 == 0 && isAligned16(a.x);
    int pixelY[2], pixelX[2];
    unsigned char *stages = sharedMemory();
    float sums[4][4][4] = {};

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

            const int output = firstOutput + row + 64 * i;
            const bool valid = output < a.outputs;
            const bf16 *weight = (const bf16 *)a.packed + ((valid ? output : 0) * (long long)taps + tap) * a.paddedInputs + input;
            copyAsync16(stage + pixelBytes + Layout::offset(row + 64 * i, chunk), weight, valid);
        }
    }

    __device__ __forceinline__ void accumulate(const unsigned char *stage) {
        const unsigned char *pixels = stage + warpRow * 64 * Layout::rowByteCount;
        const unsigned char *weights = stage + pixelBytes + warpColumn * 32 * Layout::rowByteCount;
        const int left = Layout::leftOffset(lane), right = Layout::rightOffset(lane);
#pragma unroll
        for (int k = 0; k < depth / 16; k++) {
            unsigned p[4][4];
#pragma unroll
            for (int m = 0; m < 4; m++) loadMatrices(p[m], pixels + m * 16 * Layout::rowByteCount + (left ^ k * 32));
#pragma unroll
            for (int n = 0; n < 2; n++) {
                unsigned w[4];
                loadMatrices(w, weights + n * 16 * Layout::rowByteCount + (right ^ k * 32));
#pragma unroll
                for (int m = 0; m < 4; m++) {
                    multiplyAdd(sums[m][2 * n], p[m], w[0], w[1]);
                    multiplyAdd(sums[m][2 * n + 1], p[m], w[2], w[3]);
                }
            }
        }
    }

    __device__ __forceinline__ void finish(long long pixel, int output, float low, float high) const {
        const bool pairs = a.outputs % 2 == 0 && a.output % 4 == 0 && a.residual % 4 == 0 && a.bias % 4 == 0;
        const long long offset = pixel * a.outputs + output;
        const bf16 *bias = (const bf16 *)a.bias + output, *residual = (const bf16 *)a.residual + offset;
        bf16 *target = (bf16 *)a.output + offset;
        if (pairs) {
            const unsigned b = load((const unsigned *)bias), r = a.residual ? load((const unsigned *)residual) : 0;
            low += floatFromBits(b << 16) + floatFromBits(r << 16);
            high += floatFromBits(b & 0xffff0000u) + floatFromBits(r & 0xffff0000u);
            store((unsigned *)target, narrowPair(low, high));
        } else {
            store(target, narrow<bf16>(low + widen(load(bias)) + (a.residual ? widen(load(residual)) : 0)));
            if (output + 1 < a.outputs)
                store(target + 1, narrow<bf16>(high + widen(load(bias + 1)) + (a.residual ? widen(load(residual + 1)) : 0)));
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
        for (int m = 0; m < 4; m++)
#pragma unroll
            for (int n = 0; n < 4; n++)
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    const int pixel = firstPixel + warpRow * 64 + m * 16 + half * 8 + lane / 4;
                    const int output = firstOutput + warpColumn * 32 + n * 8 + lane % 4 * 2;
                    if (pixel < a.height * a.width && output < a.outputs)
                        finish(pixel, output, sums[m][n][2 * half], sums[m][n][2 * half + 1]);
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

extern "C" __global__ void __launch_bounds__(256) convolutionBF16(CUDAConvolution a) { convolution::Convolution(a).run(); }
extern "C" __global__ void __launch_bounds__(256) packWeightsBF16(CUDAConvolution a) { convolution::pack<bf16>(a); }
extern "C" __global__ void __launch_bounds__(256) packWeightsF32(CUDAConvolution a) { convolution::pack<float>(a); }
