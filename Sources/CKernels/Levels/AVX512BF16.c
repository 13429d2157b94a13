#if defined(__x86_64__)

#define KERNEL_TABLE kernelsAVX512BF16
#define TILE_ROWS 6
#define TILE_VECTORS 4
#define HAS_PAIRS
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "../GroupNorm.h"
#include "../KernelTable.h"
#include "../Product.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))), apply_to = function)
#include "Vector.h"

/// sum + x₀·y₀ + x₁·y₁ in each lane, of pairs of bf16 elements.
INLINE Vector multiplyPairs(Vector sum, Vector x, Vector y) {
    return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)y);
}

/// Rounded to bf16: as `narrowBF16`, but for subnormal numbers, which become zero.
INLINE Halves roundNormal(Vector x) {
    const __m256bh rounded = _mm512_cvtneps_pbh((__m512)x);
    Halves result;
    memcpy(&result, &rounded, sizeof result);
    return result;
}

#include "Level.h"
#pragma clang attribute pop

#endif
