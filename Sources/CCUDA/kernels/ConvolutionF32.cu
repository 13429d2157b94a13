// Convolutions 3×3 and 1×1 in f32: the formula of Convolution.cu, no tensor cores.
//
// Launch: grid (pixels/64 rounded up, outputs/64 rounded up), 256 threads; thread (x, y) of 16×16 sums pixels 4y…4y+3 for outputs 4x…4x+3;
// depth goes by 16 at a time. Weights packed as there, inputs padded to a multiple of 32. Shared memory: transposed tiles of pixels and weights
// [16, 68]: 8,704 bytes.
#include "Device.cuh"

namespace convolution {

constexpr int blockSize = 64, depth = 16, threads = 256;
// Rows of transposed tiles, padded to spread over banks.
constexpr int rowFloats = 68;

__device__ __forceinline__ float pixelInput(const CUDAConvolution &a, int pixel, int tap, int input) {
    if (pixel >= a.height * a.width || input >= a.inputs) return 0;
    const int y = pixel / a.width + tap / a.kernel - a.kernel / 2, x = pixel % a.width + tap % a.kernel - a.kernel / 2;
    if (y < 0 || y >= a.height || x < 0 || x >= a.width) return 0;
    return load((const float *)a.x + ((long long)y * a.width + x) * a.inputs + input);
}

__device__ __forceinline__ void convolveF32(const CUDAConvolution &a) {
    float *pixels = (float *)sharedMemory(), *weights = pixels + depth * rowFloats;
    const int x = threadIdx.x % 16, y = threadIdx.x / 16, firstPixel = blockIdx.x * blockSize, firstOutput = blockIdx.y * blockSize;
    const int taps = a.kernel * a.kernel;
    float sums[4][4] = {};
    for (int first = 0; first < taps * a.paddedInputs; first += depth) {
        const int tap = first / a.paddedInputs, firstInput = first % a.paddedInputs;
        blockBarrier();
        for (int i = threadIdx.x; i < blockSize * depth; i += threads) {
            const int row = i / depth, k = i % depth, output = firstOutput + row;
            const float *weight = (const float *)a.packed + (long long)output * taps * a.paddedInputs + first + k;
            storeShared(pixels + k * rowFloats + row, pixelInput(a, firstPixel + row, tap, firstInput + k));
            storeShared(weights + k * rowFloats + row, output < a.outputs ? load(weight) : 0.0f);
        }
        blockBarrier();
#pragma unroll
        for (int k = 0; k < depth; k++) {
            const float4 p = loadShared((const float4 *)(pixels + k * rowFloats) + y);
            const float4 w = loadShared((const float4 *)(weights + k * rowFloats) + x);
            const float left[4] = {p.x, p.y, p.z, p.w}, right[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
            for (int i = 0; i < 16; i++) sums[i / 4][i % 4] += left[i / 4] * right[i % 4];
        }
    }
#pragma unroll
    for (int i = 0; i < 16; i++) {
        const int pixel = firstPixel + 4 * y + i / 4, output = firstOutput + 4 * x + i % 4;
        if (pixel >= a.height * a.width || output >= a.outputs) continue;
        const long long offset = (long long)pixel * a.outputs + output;
        const float residual = a.residual ? load((const float *)a.residual + offset) : 0;
        store((float *)a.output + offset, sums[i / 4][i % 4] + load((const float *)a.bias + output) + residual);
    }
}

}

extern "C" __global__ void __launch_bounds__(256) convolutionF32(CUDAConvolution a) { convolution::convolveF32(a); }
