// Layer norm, modulated layer norm and RMS norm of the rows of a matrix.
//
//   layer      output = (x − mean)/√(variance + epsilon)·weight + bias
//   modulated  output = (x − mean)/√(variance + epsilon)·(1 + weight) + bias
//   RMS        output = x/√(mean(x²) + epsilon)·weight
//
// x, output T [rows, columns] with any row stride, weight and bias T [columns]; f32 inside, one rounding. The variance is taken around the
// mean. Moves 2·rows·columns elements: a row is kept in registers up to 32 elements a thread, and comes from the cache again beyond.
// Launch: a block for each row, a thread for every 32 columns in whole warps, 256 at most; 128 bytes of shared memory.
#include "Device.cuh"

enum NormKind { layer, modulated, rms };

template <class T, int width> struct Row {
    static constexpr int kept = 4;
    const T *x;
    int packs;
    float values[kept][width];

    __device__ __forceinline__ Row(const T *x, int columns) : x(x), packs(columns / width) {
#pragma unroll
        for (int i = 0; i < kept; i++) {
            const int pack = threadIdx.x + i * blockDim.x;
            if (pack < packs) loadPack(x + (long long)pack * width, values[i]);
        }
    }

    template <class Body> __device__ __forceinline__ void forEachPack(Body body) {
#pragma unroll
        for (int i = 0; i < kept; i++) {
            const int pack = threadIdx.x + i * blockDim.x;
            if (pack < packs) body(pack * width, values[i]);
        }
        for (int pack = threadIdx.x + kept * blockDim.x; pack < packs; pack += blockDim.x) {
            float more[width];
            loadPack(x + (long long)pack * width, more);
            body(pack * width, more);
        }
    }
};

template <class T, int width, NormKind kind> __device__ __forceinline__ void normRow(const CUDANorm &a) {
    float *scratch = (float *)sharedMemory();
    const T *weight = (const T *)a.weight, *bias = (const T *)a.bias;
    T *output = rowAddress<T>(a.output, blockIdx.x);
    Row<T, width> row(rowAddress<T>(a.x, blockIdx.x), a.columns);

    float mean = 0;
    if constexpr (kind != rms) {
        float sum = 0;
        row.forEachPack([&](int, const float(&x)[width]) {
#pragma unroll
            for (int i = 0; i < width; i++) sum += x[i];
        });
        mean = blockSum(sum, scratch) / a.columns;
    }
    float squares = 0;
    row.forEachPack([&](int, const float(&x)[width]) {
#pragma unroll
        for (int i = 0; i < width; i++) squares += (x[i] - mean) * (x[i] - mean);
    });
    const float factor = 1 / sqrtf(blockSum(squares, scratch) / a.columns + a.epsilon);

    row.forEachPack([&](int column, const float(&x)[width]) {
        float w[width], y[width], b[width] = {};
        loadPack(weight + column, w);
        if constexpr (kind != rms) loadPack(bias + column, b);
#pragma unroll
        for (int i = 0; i < width; i++) y[i] = (x[i] - mean) * factor * (kind == modulated ? 1 + w[i] : w[i]) + b[i];
        storePack(output + column, y);
    });
}

template <class T, NormKind kind> __device__ __forceinline__ void norm(const CUDANorm &a) {
    const bool vectorised = isVectorised<T>(a.x) && isVectorised<T>(a.output) && a.columns % 8 == 0 && isAligned16(a.weight) &&
                            isAligned16(a.bias);
    if (vectorised) normRow<T, 8, kind>(a);
    else normRow<T, 1, kind>(a);
}

extern "C" __global__ void __launch_bounds__(256) layerNormF32(CUDANorm a) { norm<float, layer>(a); }
extern "C" __global__ void __launch_bounds__(256) layerNormBF16(CUDANorm a) { norm<bf16, layer>(a); }
extern "C" __global__ void __launch_bounds__(256) modulatedLayerNormF32(CUDANorm a) { norm<float, modulated>(a); }
extern "C" __global__ void __launch_bounds__(256) modulatedLayerNormBF16(CUDANorm a) { norm<bf16, modulated>(a); }
extern "C" __global__ void __launch_bounds__(256) rmsNormF32(CUDANorm a) { norm<float, rms>(a); }
extern "C" __global__ void __launch_bounds__(256) rmsNormBF16(CUDANorm a) { norm<bf16, rms>(a); }
