// Operations on each element by itself.
//
//   add                output += gate ⊙ x                            gate [columns], 1 if absent
//   multiply           output ⊙= x
//   activate           output = activation(x)
//   convert            output = x                                    from one type to another, nearest, ties to even
//   eulerStep          output += delta·x                             output f32
//   finishProduct      output = activation(x + bias)                 x f32: what a matrix product leaves unrounded
//   finishGatedProduct output += gate ⊙ (x + bias)                   x f32
//   isFinite           *output = 1 where any |x| is infinite or NaN  output one int, 0 before
//
// x, output [rows, columns] with any row stride, gate and bias of the output's type [columns]; f32 inside, one rounding. Moves every
// operand once, 16 bytes at a time where all addresses, strides and the row length allow it.
// Launch: 256 threads a block, one for every eight elements; blocks take further strides where rows allow single elements only.
#include "Device.cuh"

// Calls body(row, column) for every `width` elements of the matrix.
template <int width, class Body> __device__ __forceinline__ void forEachPack(const CUDAElementwise &a, Body body) {
    const unsigned packs = a.columns / width;
    const long long count = a.rows * packs;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) {
        const unsigned row = (unsigned)i / packs;
        body(row, ((unsigned)i - row * packs) * width);
    }
}

template <class From, class To> __device__ __forceinline__ bool allVectorised(const CUDAElementwise &a) {
    return isVectorised<From>(a.x) && isVectorised<To>(a.output) && a.columns % 8 == 0 && isAligned16(a.gate) && isAligned16(a.bias);
}

template <int width, class T> __device__ __forceinline__ void loadColumns(CUDAKernelAddress vector, long long column, float absent, float (&values)[width]) {
    if (vector) {
        loadPack((const T *)vector + column, values);
    } else {
#pragma unroll
        for (int i = 0; i < width; i++) values[i] = absent;
    }
}

struct Add {
    template <class From, class To, int width> static __device__ __forceinline__ void run(const CUDAElementwise &a) {
        forEachPack<width>(a, [&](long long row, long long column) {
            float x[width], y[width], gate[width], bias[width];
            To *output = rowAddress<To>(a.output, row) + column;
            loadPack(rowAddress<From>(a.x, row) + column, x);
            loadPack(output, y);
            loadColumns<width, To>(a.gate, column, 1, gate);
            loadColumns<width, To>(a.bias, column, 0, bias);
#pragma unroll
            for (int i = 0; i < width; i++) y[i] += gate[i] * (x[i] + bias[i]);
            storePack(output, y);
        });
    }
};

struct Multiply {
    template <class From, class To, int width> static __device__ __forceinline__ void run(const CUDAElementwise &a) {
        forEachPack<width>(a, [&](long long row, long long column) {
            float x[width], y[width];
            To *output = rowAddress<To>(a.output, row) + column;
            loadPack(rowAddress<From>(a.x, row) + column, x);
            loadPack(output, y);
#pragma unroll
            for (int i = 0; i < width; i++) y[i] *= x[i];
            storePack(output, y);
        });
    }
};

struct Activate {
    template <class From, class To, int width> static __device__ __forceinline__ void run(const CUDAElementwise &a) {
        forEachPack<width>(a, [&](long long row, long long column) {
            float x[width], bias[width];
            loadPack(rowAddress<From>(a.x, row) + column, x);
            loadColumns<width, To>(a.bias, column, 0, bias);
#pragma unroll
            for (int i = 0; i < width; i++) x[i] = activated(x[i] + bias[i], a.activation);
            storePack(rowAddress<To>(a.output, row) + column, x);
        });
    }
};

struct Convert {
    template <class From, class To, int width> static __device__ __forceinline__ void run(const CUDAElementwise &a) {
        forEachPack<width>(a, [&](long long row, long long column) {
            float x[width];
            loadPack(rowAddress<From>(a.x, row) + column, x);
            storePack(rowAddress<To>(a.output, row) + column, x);
        });
    }
};

struct Step {
    template <class From, class To, int width> static __device__ __forceinline__ void run(const CUDAElementwise &a) {
        forEachPack<width>(a, [&](long long row, long long column) {
            float x[width], y[width];
            To *output = rowAddress<To>(a.output, row) + column;
            loadPack(rowAddress<From>(a.x, row) + column, x);
            loadPack(output, y);
#pragma unroll
            for (int i = 0; i < width; i++) y[i] += a.delta * x[i];
            storePack(output, y);
        });
    }
};

template <class Operation, class From, class To> __device__ __forceinline__ void run(const CUDAElementwise &a) {
    if (allVectorised<From, To>(a)) Operation::template run<From, To, 8>(a);
    else Operation::template run<From, To, 1>(a);
}

template <class T, int width> __device__ __forceinline__ void findInfinite(const CUDAElementwise &a) {
    bool infinite = false;
    forEachPack<width>(a, [&](long long row, long long column) {
        float x[width];
        loadPack(rowAddress<T>(a.x, row) + column, x);
#pragma unroll
        for (int i = 0; i < width; i++) infinite |= (bitsOfFloat(x[i]) & INFINITE_BITS) == INFINITE_BITS;
    });
    // Every thread that writes writes the same.
    if (infinite) store((int *)a.output.address, 1);
}

template <class T> __device__ __forceinline__ void isFinite(const CUDAElementwise &a) {
    if (isVectorised<T>(a.x) && a.columns % 8 == 0) findInfinite<T, 8>(a);
    else findInfinite<T, 1>(a);
}

#define KERNEL(NAME, OPERATION, FROM, TO) \
    extern "C" __global__ void __launch_bounds__(256) NAME(CUDAElementwise a) { run<OPERATION, FROM, TO>(a); }

KERNEL(addF32, Add, float, float)
KERNEL(addBF16, Add, bf16, bf16)
KERNEL(multiplyF32, Multiply, float, float)
KERNEL(multiplyBF16, Multiply, bf16, bf16)
KERNEL(activateF32, Activate, float, float)
KERNEL(activateBF16, Activate, bf16, bf16)
KERNEL(eulerStepF32, Step, float, float)
KERNEL(eulerStepBF16, Step, bf16, float)
KERNEL(finishProductF32, Activate, float, float)
KERNEL(finishProductBF16, Activate, float, bf16)
KERNEL(finishGatedProductF32, Add, float, float)
KERNEL(finishGatedProductBF16, Add, float, bf16)
KERNEL(convertF32ToF32, Convert, float, float)
KERNEL(convertF32ToF16, Convert, float, f16)
KERNEL(convertF32ToBF16, Convert, float, bf16)
KERNEL(convertF16ToF32, Convert, f16, float)
KERNEL(convertF16ToF16, Convert, f16, f16)
KERNEL(convertF16ToBF16, Convert, f16, bf16)
KERNEL(convertBF16ToF32, Convert, bf16, float)
KERNEL(convertBF16ToF16, Convert, bf16, f16)
KERNEL(convertBF16ToBF16, Convert, bf16, bf16)

extern "C" __global__ void __launch_bounds__(256) isFiniteF32(CUDAElementwise a) { isFinite<float>(a); }
extern "C" __global__ void __launch_bounds__(256) isFiniteF16(CUDAElementwise a) { isFinite<f16>(a); }
extern "C" __global__ void __launch_bounds__(256) isFiniteBF16(CUDAElementwise a) { isFinite<bf16>(a); }
