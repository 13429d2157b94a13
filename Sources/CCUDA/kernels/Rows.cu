// Copies of rows of bytes.
//
//   copyRows         output[i] = source[i]
//   embed            output[i] = source[ids[i]]
//   upsampleNearest  output[2y + dy, 2x + dx] = x[y, x], dy and dx 0 or 1: [height, width, pixel] → [2·height, 2·width, pixel]
//
// Moves every byte once, and the upsampled ones four times out. Units of 16, 4, 2 or 1 bytes.
// Launch: 256 threads a block, one for each unit of the source; blocks take further strides beyond the largest grid.
#include "Device.cuh"

template <class Unit, class RowOf> __device__ __forceinline__ void copyRowUnits(const CUDARowCopy &a, RowOf rowOf) {
    const unsigned units = a.rowByteCount / sizeof(Unit);
    const long long count = a.rows * units;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) {
        const unsigned row = (unsigned)i / units, unit = (unsigned)i - row * units;
        const Unit *source = (const Unit *)(a.source.address + rowOf(row) * a.source.stride);
        store((Unit *)(a.output.address + row * a.output.stride) + unit, load(source + unit));
    }
}

template <class RowOf> __device__ __forceinline__ void copyAnyRows(const CUDARowCopy &a, RowOf rowOf) {
    switch (a.unit) {
    case 16: copyRowUnits<uint4>(a, rowOf); break;
    case 4: copyRowUnits<unsigned>(a, rowOf); break;
    case 2: copyRowUnits<unsigned short>(a, rowOf); break;
    default: copyRowUnits<unsigned char>(a, rowOf);
    }
}

extern "C" __global__ void __launch_bounds__(256) copyRows(CUDARowCopy a) {
    copyAnyRows(a, [](unsigned row) { return (long long)row; });
}

extern "C" __global__ void __launch_bounds__(256) embed(CUDAEmbedding a) {
    copyAnyRows(a.copy, [&](unsigned row) { return (long long)a.ids[row]; });
}

template <class Unit> __device__ __forceinline__ void upsample(const CUDAUpsampling &a) {
    const unsigned units = a.pixelByteCount / sizeof(Unit), rowUnits = a.width * units;
    const long long count = a.height * rowUnits;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) {
        const unsigned y = (unsigned)i / rowUnits, rest = (unsigned)i - y * rowUnits, x = rest / units, unit = rest - x * units;
        const Unit value = load((const Unit *)a.x + i);
        Unit *output = (Unit *)a.output + (4 * (long long)y * a.width + 2 * x) * units + unit;
        store(output, value);
        store(output + units, value);
        output += 2 * a.width * units;
        store(output, value);
        store(output + units, value);
    }
}

extern "C" __global__ void __launch_bounds__(256) upsampleNearest(CUDAUpsampling a) {
    switch (a.unit) {
    case 16: upsample<uint4>(a); break;
    case 4: upsample<unsigned>(a); break;
    default: upsample<unsigned short>(a);
    }
}
