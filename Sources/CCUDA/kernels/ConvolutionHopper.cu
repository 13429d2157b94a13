// Convolutions in bf16 on devices of compute capability 9.0: the formula and the rounding of Convolution.cu, with products of whole
// warpgroups that read their factors from shared memory.
//
// inputs is a multiple of 64, and so is paddedInputs; operands as there, 16-byte aligned.
// Launch: grid (pixels/256 rounded up, outputs/128 rounded up), 256 threads in two warpgroups of 128 pixels × 128 outputs; depth goes by 64
// at a time in four stages of a pixel tile [256, 64] and a weight tile [128, 64]: 196,608 bytes of shared memory. Two stages are copied in
// while a third is multiplied and the fourth may still be read.
#include "Convolution.cuh"
#include "Warpgroup.cuh"

#if defined(SIMT_EMULATOR) || defined(__CUDA_ARCH_FEAT_SM90_ALL)

namespace hopper {

constexpr int blockPixels = 256, blockOutputs = 128, depth = 64, stageCount = 4, threads = 256;
constexpr int pixelBytes = blockPixels * depth * 2, stageBytes = pixelBytes + blockOutputs * depth * 2;
using Layout = Tile<depth / 8>;

struct Convolution {
    // Rows that a pass of all threads copies.
    static constexpr int step = threads / 8, pixelPasses = blockPixels / step, outputPasses = blockOutputs / step;

    const CUDAConvolution &a;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row = threadIdx.x / 8, chunk = threadIdx.x % 8;
    const int firstPixel = blockIdx.x * blockPixels, firstOutput = blockIdx.y * blockOutputs, taps = a.kernel * a.kernel;
    const bf16 *const pixels = (const bf16 *)a.x + (long long)(firstPixel + row) * a.inputs + chunk * 8;
    const bf16 *const weights = (const bf16 *)a.packed + (long long)(firstOutput + row) * taps * a.paddedInputs + chunk * 8;
    unsigned char *const stages = sharedMemory();
    // Bit t: whether tap t of the pixel lies in the image.
    unsigned short inside[pixelPasses];
    // The next step to be copied.
    int tap = 0, input = 0;
    float sums[2][64];

    __device__ __forceinline__ Convolution(const CUDAConvolution &a) : a(a) {
#pragma unroll
        for (int i = 0; i < pixelPasses; i++) {
            const int pixel = firstPixel + row + i * step, y = pixel / a.width, x = pixel % a.width;
            unsigned bits = 0;
            for (int t = 0; t < taps; t++) {
                const int ty = y + t / a.kernel - a.kernel / 2, tx = x + t % a.kernel - a.kernel / 2;
                if (y < a.height && ty >= 0 && ty < a.height && tx >= 0 && tx < a.width) bits |= 1u << t;
            }
            inside[i] = bits;
        }
    }

    __device__ __forceinline__ void copyStage(int stepNumber) {
        unsigned char *stage = stages + stepNumber % stageCount * stageBytes + Layout::offset(row, chunk);
        const int dy = tap / a.kernel - a.kernel / 2, dx = tap % a.kernel - a.kernel / 2;
        const bf16 *source = pixels + ((long long)dy * a.width + dx) * a.inputs + input;
#pragma unroll
        for (int i = 0; i < pixelPasses; i++) {
            const bool valid = inside[i] >> tap & 1;
            copyAsync16(stage + i * step * Layout::rowByteCount, valid ? source + (long long)i * step * a.inputs : (const bf16 *)a.x, valid);
        }
        const bf16 *weight = weights + (long long)tap * a.paddedInputs + input;
#pragma unroll
        for (int i = 0; i < outputPasses; i++) {
            const bool valid = firstOutput + row + i * step < a.outputs;
            copyAsync16(stage + pixelBytes + i * step * Layout::rowByteCount,
                        valid ? weight + (long long)i * step * taps * a.paddedInputs : (const bf16 *)a.packed, valid);
        }
        input += depth;
        if (input == a.paddedInputs) input = 0, tap++;
    }

    __device__ __forceinline__ void startProducts(int stepNumber) {
        const unsigned char *stage = stages + stepNumber % stageCount * stageBytes;
        beginProducts();
#pragma unroll
        for (int k = 0; k < depth / 16; k++)
#pragma unroll
            for (int m = 0; m < 2; m++)
                multiplyTiles(sums[m], describeTile(stage + (warp / 4 * 2 + m) * 64 * Layout::rowByteCount + k * 32, 16),
                              describeTile(stage + pixelBytes + k * 32, 16), stepNumber > 0 || k > 0);
        commitProducts();
    }

    __device__ __forceinline__ void run() {
        const int steps = taps * a.paddedInputs / depth;
#pragma unroll
        for (int i = 0; i < stageCount - 2; i++) {
            if (i < steps) copyStage(i);
            commitCopies();
        }
        for (int i = 0; i < steps; i++) {
            waitForCopies<stageCount - 3>();
            fenceShared();
            blockBarrier();
            startProducts(i);
            if (i + stageCount - 2 < steps) copyStage(i + stageCount - 2);
            commitCopies();
            waitForProducts<1>();
        }
#pragma unroll
        for (int m = 0; m < 2; m++) {
            waitForProducts<0>(sums[m]);
#pragma unroll
            for (int i = 0; i < 64; i += 2) {
                const int pixel = firstPixel + (warp / 4 * 2 + m) * 64 + warp % 4 * 16 + i / 2 % 2 * 8 + lane / 4;
                const int output = firstOutput + i / 4 * 8 + lane % 4 * 2;
                if (pixel < a.height * a.width && output < a.outputs)
                    convolution::finish(a, pixel, output, sums[m][i], sums[m][i + 1]);
            }
        }
    }
};

}

extern "C" __global__ void __launch_bounds__(256, 1) convolutionBF16Hopper(CUDAConvolution a) { hopper::Convolution(a).run(); }

#endif
