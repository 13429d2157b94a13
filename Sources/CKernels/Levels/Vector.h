// Vectors of 16 lanes: one register with AVX-512, two with AVX2, four otherwise. Included by a level's source only.

#include "../include/CKernels.h"

#include <string.h>

// Every function here is inlined into code of the same instruction set, so there is no calling convention to differ.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

typedef float Vector __attribute__((ext_vector_type(16)));
typedef uint32_t Bits __attribute__((ext_vector_type(16)));
typedef int32_t Integers __attribute__((ext_vector_type(16)));
typedef uint16_t Halves __attribute__((ext_vector_type(16)));

enum { lanes = 16 };

/// Walks `columns` in vectors: `c` is the first column, `n` the number of them, 16 but for the last.
#define EACH_VECTOR(c, n, columns)                                                                                                         \
    for (size_t c = 0, n; c < (columns) && ((n = (columns) - c < lanes ? (columns) - c : lanes), 1); c += lanes)

INLINE Bits bitsOf(Vector x) { return (Bits)x; }
INLINE Vector choose(Integers mask, Vector yes, Vector no) { return (Vector)(((Bits)mask & (Bits)yes) | (~(Bits)mask & (Bits)no)); }
INLINE Bits chooseBits(Integers mask, Bits yes, Bits no) { return ((Bits)mask & yes) | (~(Bits)mask & no); }

INLINE float sum(Vector x) {
    float total[4];
    __typeof__(x.lo.lo) quarter = (x.lo + x.hi).lo + (x.lo + x.hi).hi;
    memcpy(total, &quarter, sizeof total);
    return (total[0] + total[2]) + (total[1] + total[3]);
}

INLINE float largest(Vector x) {
    float four[4];
    __typeof__(x.lo) half = x.lo > x.hi ? x.lo : x.hi;
    __typeof__(half.lo) quarter = half.lo > half.hi ? half.lo : half.hi;
    memcpy(four, &quarter, sizeof four);
    const float even = four[0] > four[2] ? four[0] : four[2], odd = four[1] > four[3] ? four[1] : four[3];
    return even > odd ? even : odd;
}

INLINE Integers laneIndex(void) { return (Integers){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

INLINE Vector widenBF16(Halves h) { return (Vector)(__builtin_convertvector(h, Bits) << 16); }

INLINE Halves narrowBF16(Vector x) {
    const Bits b = bitsOf(x);
    const Bits rounded = (b + 0x7fff + ((b >> 16) & 1)) >> 16;
    const Bits quietNaN = (b >> 16) | 0x40;
    return __builtin_convertvector(chooseBits((b & 0x7fffffff) > 0x7f800000, quietNaN, rounded), Halves);
}

/// 2¹¹² moves the exponent from f16's bias to f32's, for subnormal numbers too.
INLINE Vector widenF16(Halves h) {
    const Bits b = __builtin_convertvector(h, Bits), magnitude = b & 0x7fff;
    const Bits finite = bitsOf((Vector)(magnitude << 13) * 0x1p112f);
    const Bits special = (magnitude << 13) | 0x7f800000;
    return (Vector)(chooseBits(magnitude >= 0x7c00, special, finite) | ((b & 0x8000) << 16));
}

/// Below f16's normal range an addition of ½ rounds to its smallest unit; above, the rounding bit is added to the bits.
INLINE Halves narrowF16(Vector x) {
    const Bits b = bitsOf(x), magnitude = b & 0x7fffffff;
    const Bits subnormal = bitsOf((Vector)magnitude + 0.5f) - 0x3f000000;
    const Bits normal = (magnitude + 0xfff + ((magnitude >> 13) & 1) - (112u << 23)) >> 13;
    Bits result = chooseBits(magnitude < 0x38800000, subnormal, normal);
    result = chooseBits(magnitude >= 0x477ff000, (Bits)(0x7c00), result);
    result = chooseBits(magnitude > 0x7f800000, ((magnitude >> 13) & 0x3ff) | 0x7e00, result);
    return __builtin_convertvector(result | ((b >> 16) & 0x8000), Halves);
}

INLINE size_t sizeOf(KernelType type) { return type == KernelTypeF32 ? 4 : 2; }

INLINE void *elementAt(KernelMatrix matrix, size_t row, size_t column, KernelType type) {
    return (char *)matrix.address + (row * matrix.stride + column) * sizeOf(type);
}

/// Elements [index, index + n) in the first lanes, zero in the others.
INLINE Vector load(const void *base, size_t index, size_t n, KernelType type) {
    if (type == KernelTypeF32) {
        Vector x = 0;
        if (n == lanes) memcpy(&x, (const float *)base + index, sizeof x);
        else memcpy(&x, (const float *)base + index, n * sizeof(float));
        return x;
    }
    Halves h = 0;
    if (n == lanes) memcpy(&h, (const uint16_t *)base + index, sizeof h);
    else memcpy(&h, (const uint16_t *)base + index, n * sizeof(uint16_t));
    return type == KernelTypeBF16 ? widenBF16(h) : widenF16(h);
}

INLINE void store(Vector x, void *base, size_t index, size_t n, KernelType type) {
    if (type == KernelTypeF32) {
        if (n == lanes) memcpy((float *)base + index, &x, sizeof x);
        else memcpy((float *)base + index, &x, n * sizeof(float));
        return;
    }
    const Halves h = type == KernelTypeBF16 ? narrowBF16(x) : narrowF16(x);
    if (n == lanes) memcpy((uint16_t *)base + index, &h, sizeof h);
    else memcpy((uint16_t *)base + index, &h, n * sizeof(uint16_t));
}

/// eˣ = 2ⁿ·eʳ with x = n·ln 2 + r and |r| ≤ ½ ln 2: n in the low bits of `shifted`, eʳ by a polynomial, within 2 units in the
/// last place.
typedef struct {
    Vector shifted, power;
} ReducedExponential;

INLINE ReducedExponential reducedExponential(Vector x) {
    const Vector shifted = x * 1.44269504f + 0x1.8p23f;
    const Vector n = shifted - 0x1.8p23f;
    const Vector r = x - n * 0.693359375f - n * -2.12194440e-4f;
    Vector p = r * (1.0f / 5040) + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return (ReducedExponential){shifted, p};
}

/// eˣ; 2ⁿ is two factors so that results beyond the normal range overflow to infinity or fade to zero.
INLINE Vector exponential(Vector x) {
    const ReducedExponential e = reducedExponential(choose(x < -104, (Vector)(-104), choose(x > 89, (Vector)(89), x)));
    const Integers exponent = (Integers)(bitsOf(e.shifted) - 0x4b400000u), half = exponent >> 1;
    return e.power * (Vector)((half + 127) << 23) * (Vector)((exponent - half + 127) << 23);
}

/// 2ˣ for x ≤ 0, no smaller than 2⁻¹²⁶, within 2⁻¹⁸ of the value: enough for a weight that is rounded to bf16.
/// The polynomial has the least relative error for |r| ≤ ½ of those of its degree that are exact at 0.
INLINE Vector coarsePowerOfTwo(Vector x) {
    x = x > -126 ? x : -126;
    const Vector shifted = x + 0x1.8p23f;
    const Vector r = x - (shifted - 0x1.8p23f);
    Vector p = r * 0.00958285294f + 0.0559064262f;
    p = p * r + 0.240240991f;
    p = p * r + 0.693124175f;
    p = p * r + 1.0f;
    return (Vector)(bitsOf(p) + (bitsOf(shifted) << 23));
}

/// eˣ for x ≤ 0, no smaller than e⁻⁸⁷.
INLINE Vector exponentialOfNegative(Vector x) {
    const ReducedExponential e = reducedExponential(choose(x < -87, (Vector)(-87), x));
    return e.power * (Vector)((bitsOf(e.shifted) << 23) + 0x3f800000u);
}

/// The activations are u·sigmoid(a): ½(1 + tanh z) = sigmoid(2z) makes tanh-GELU one of them.
INLINE Vector activated(Vector u, KernelActivation activation) {
    Vector a;
    switch (activation) {
    case KernelActivationNone: return u;
    case KernelActivationGELUTanh: a = u * (1.59576912f + 0.0713548163f * (u * u)); break;
    case KernelActivationQuickGELU: a = 1.702f * u; break;
    case KernelActivationSiLU: a = u; break;
    }
    return u / (1.0f + exponential(-a));
}
