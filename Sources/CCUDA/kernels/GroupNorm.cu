// Group norm of an image, then SiLU if asked, in three launches.
//
//   output = (x − mean)/√(variance + epsilon)·weight + bias, mean and variance over all pixels and channels of a group
//
// x, output T [pixels, channels], contiguous; weight, bias T [channels]; f32 inside, one rounding. Moves x twice and output once.
//   groupNormPartial     partial [chunks, channels, 2]: mean of a channel over a chunk of pixels, and the sum of squares around it
//   groupNormStatistics  statistics [groups, 2]: mean and 1/√(variance + epsilon)
//   groupNormApply       output
// Sums are taken around the chunk's first pixel, so that a mean far from zero costs no digits; every order of summation follows from the
// shape alone. Launch: block (tx, ty), thread x for a pack of 8 channels (1 where not vectorised), thread y for every ty-th pixel of the
// chunk; grid (chunks, packs/tx rounded up). groupNormPartial takes tx·ty·2·pack floats of shared memory; groupNormStatistics runs a block
// of 256 threads for each group with 128 bytes of it.
#include "Device.cuh"

template <class T, int width> __device__ __forceinline__ void partialStatistics(const CUDAGroupNorm &a) {
    float *sums = (float *)sharedMemory();
    const int channel = (blockIdx.y * blockDim.x + threadIdx.x) * width;
    const int first = blockIdx.x * a.chunkPixels, last = min(first + a.chunkPixels, a.pixels);
    const T *x = (const T *)a.x;
    float origin[width], sum[width] = {}, squares[width] = {};
    if (channel < a.channels) {
        loadPack(x + (long long)first * a.channels + channel, origin);
        for (int pixel = first + threadIdx.y; pixel < last; pixel += blockDim.y) {
            float values[width];
            loadPack(x + (long long)pixel * a.channels + channel, values);
#pragma unroll
            for (int i = 0; i < width; i++) {
                const float d = values[i] - origin[i];
                sum[i] += d, squares[i] += d * d;
            }
        }
    }
    // [ty][2·width][tx]: neighbouring threads in neighbouring banks.
    float *mine = sums + threadIdx.y * 2 * width * blockDim.x + threadIdx.x;
#pragma unroll
    for (int i = 0; i < width; i++) {
        storeShared(mine + 2 * i * blockDim.x, sum[i]);
        storeShared(mine + (2 * i + 1) * blockDim.x, squares[i]);
    }
    blockBarrier();
    if (threadIdx.y != 0 || channel >= a.channels) return;
    for (int y = 1; y < blockDim.y; y++) {
        const float *other = mine + y * 2 * width * blockDim.x;
#pragma unroll
        for (int i = 0; i < width; i++) {
            sum[i] += loadShared(other + 2 * i * blockDim.x);
            squares[i] += loadShared(other + (2 * i + 1) * blockDim.x);
        }
    }
    float *partial = (float *)a.partial + 2 * ((long long)blockIdx.x * a.channels + channel);
#pragma unroll
    for (int i = 0; i < width; i++) {
        const float d = sum[i] / (last - first);
        store(partial + 2 * i, origin[i] + d);
        store(partial + 2 * i + 1, fmaxf(squares[i] - sum[i] * d, 0));
    }
}

// Merges parts of mean m and squares q over n pixels: mean = Σnm/Σn, squares = Σ(q + n(m − mean)²).
__device__ __forceinline__ void mergeStatistics(const CUDAGroupNorm &a) {
    float *scratch = (float *)sharedMemory();
    const int size = a.channels / a.groups, chunks = (a.pixels + a.chunkPixels - 1) / a.chunkPixels;
    const float *partial = (const float *)a.partial + 2 * (long long)blockIdx.x * size;
    auto pixels = [&](int chunk) { return (float)min(a.chunkPixels, a.pixels - chunk * a.chunkPixels); };
    auto part = [&](int i) { return partial + 2 * ((long long)(i / size) * a.channels + i % size); };
    const float count = (float)a.pixels * size;
    float sum = 0;
    for (int i = threadIdx.x; i < chunks * size; i += blockDim.x) sum += pixels(i / size) * load(part(i));
    const float mean = blockSum(sum, scratch) / count;
    float squares = 0;
    for (int i = threadIdx.x; i < chunks * size; i += blockDim.x) {
        const float d = load(part(i)) - mean;
        squares += load(part(i) + 1) + pixels(i / size) * d * d;
    }
    const float variance = blockSum(squares, scratch) / count;
    if (threadIdx.x == 0) {
        float *statistics = (float *)a.statistics + 2 * blockIdx.x;
        store(statistics, mean);
        store(statistics + 1, 1 / sqrtf(variance + a.epsilon));
    }
}

template <class T, int width> __device__ __forceinline__ void applyStatistics(const CUDAGroupNorm &a) {
    const int channel = (blockIdx.y * blockDim.x + threadIdx.x) * width;
    if (channel >= a.channels) return;
    const int first = blockIdx.x * a.chunkPixels, last = min(first + a.chunkPixels, a.pixels), size = a.channels / a.groups;
    float mean[width], factor[width], weight[width], bias[width];
    loadPack((const T *)a.weight + channel, weight);
    loadPack((const T *)a.bias + channel, bias);
#pragma unroll
    for (int i = 0; i < width; i++) {
        const float *statistics = (const float *)a.statistics + 2 * ((channel + i) / size);
        mean[i] = load(statistics), factor[i] = load(statistics + 1);
    }
    for (int pixel = first + threadIdx.y; pixel < last; pixel += blockDim.y) {
        const long long offset = (long long)pixel * a.channels + channel;
        float values[width];
        loadPack((const T *)a.x + offset, values);
#pragma unroll
        for (int i = 0; i < width; i++) {
            const float y = (values[i] - mean[i]) * factor[i] * weight[i] + bias[i];
            values[i] = a.silu ? activated(y, CUDAActivationSiLU) : y;
        }
        storePack((T *)a.output + offset, values);
    }
}

template <class T> __device__ __forceinline__ void partialStatistics(const CUDAGroupNorm &a) {
    if (a.vectorised) partialStatistics<T, 8>(a);
    else partialStatistics<T, 1>(a);
}

template <class T> __device__ __forceinline__ void applyStatistics(const CUDAGroupNorm &a) {
    if (a.vectorised) applyStatistics<T, 8>(a);
    else applyStatistics<T, 1>(a);
}

extern "C" __global__ void __launch_bounds__(256) groupNormPartialF32(CUDAGroupNorm a) { partialStatistics<float>(a); }
extern "C" __global__ void __launch_bounds__(256) groupNormPartialBF16(CUDAGroupNorm a) { partialStatistics<bf16>(a); }
extern "C" __global__ void __launch_bounds__(256) groupNormStatistics(CUDAGroupNorm a) { mergeStatistics(a); }
extern "C" __global__ void __launch_bounds__(256) groupNormApplyF32(CUDAGroupNorm a) { applyStatistics<float>(a); }
extern "C" __global__ void __launch_bounds__(256) groupNormApplyBF16(CUDAGroupNorm a) { applyStatistics<bf16>(a); }
