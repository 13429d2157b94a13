// What the convolutions in bf16 share.
#ifndef CONVOLUTION_CUH
#define CONVOLUTION_CUH

#include "Tile.cuh"

namespace convolution {

// Bias and residual, the one rounding, and the way out of two neighbouring outputs of a pixel, the second of which may not exist.
__device__ __forceinline__ void finish(const CUDAConvolution &a, long long pixel, int output, float low, float high) {
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

}

#endif
