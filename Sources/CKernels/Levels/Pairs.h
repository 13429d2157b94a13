// Products of bf16 pairs by AVX-512's own instructions. Included by the sources of the levels that have them.

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
