// Matrix products by tiles of results kept in registers. Sums go over units of 4 bytes: a pair of bf16 elements where the level multiplies
// those, else one f32. The first operand is read by row and broadcast; the second lies in panels of up to `panelWidth` columns,
// [depth in units][columns of the panel].
//
// The level's source defines TILE_ROWS × TILE_VECTORS, multiplyPairs() and roundNormal() if HAS_PAIRS, and if HAS_TILE_REGISTERS the
// functions of TileRegisters.h and VECTOR_ROWS, the height of the tiles that those leave.
#ifndef HAS_TILE_REGISTERS
#define VECTOR_ROWS TILE_ROWS
INLINE void configureTiles(void) {}
INLINE void releaseTiles(void) {}
#endif

enum { panelWidth = TILE_VECTORS * lanes };

/// bf16 elements of a unit.
#ifdef HAS_PAIRS
enum { perUnitBF16 = 2 };
#else
enum { perUnitBF16 = 1 };
#endif

INLINE size_t smaller(size_t x, size_t y) { return x < y ? x : y; }
INLINE size_t inVectors(size_t x) { return ceilDivide(x, lanes) * lanes; }

/// 16×16 lanes transposed: each of four rounds interleaves the first half of the rows with the second.
INLINE void transpose(Vector rows[lanes]) {
    for (int round = 0; round < 4; round++) {
        Vector mixed[lanes];
#pragma clang loop unroll(full)
        for (int i = 0; i < lanes / 2; i++) {
            const Vector x = rows[i], y = rows[i + lanes / 2];
            mixed[2 * i] = __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            mixed[2 * i + 1] = __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < lanes; i++) rows[i] = mixed[i];
    }
}

INLINE Vector multiplyAdd(Vector sum, Vector x, Vector y, size_t perUnit) {
#ifdef HAS_PAIRS
    if (perUnit == 2) return multiplyPairs(sum, x, y);
#endif
    (void)perUnit;
    return sum + x * y;
}

/// results[VECTOR_ROWS, 16·vectors] (+)= left[VECTOR_ROWS, depth] · panel[depth, 16·vectors].
INLINE void multiplyTile(
    const float *left, size_t leftStride, const float *panel, size_t depth, float *results, size_t stride, bool adds, size_t vectors,
    size_t perUnit) {
    Vector tile[VECTOR_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
    for (size_t row = 0; row < VECTOR_ROWS; row++)
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++)
            tile[row][v] = adds ? load(results, row * stride + v * lanes, lanes, KernelTypeF32) : (Vector)0;
    for (size_t unit = 0; unit < depth; unit++) {
        Vector right[TILE_VECTORS];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) right[v] = load(panel, (unit * vectors + v) * lanes, lanes, KernelTypeF32);
#pragma clang loop unroll(full)
        for (size_t row = 0; row < VECTOR_ROWS; row++) {
            const Vector x = left[row * leftStride + unit];
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; v++) tile[row][v] = multiplyAdd(tile[row][v], x, right[v], perUnit);
        }
    }
#pragma clang loop unroll(full)
    for (size_t row = 0; row < VECTOR_ROWS; row++)
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) store(tile[row][v], results, row * stride + v * lanes, lanes, KernelTypeF32);
}

INLINE void multiplyVectors(
    const float *left, size_t leftStride, const float *panel, size_t width, size_t depth, float *results, size_t stride, bool adds,
    size_t perUnit) {
    for (size_t row = 0; row < TILE_ROWS; row += VECTOR_ROWS) {
        const float *x = left + row * leftStride;
        float *y = results + row * stride;
        switch (width / lanes) {
        case 1: multiplyTile(x, leftStride, panel, depth, y, stride, adds, 1, perUnit); break;
#if TILE_VECTORS > 1
        case 2: multiplyTile(x, leftStride, panel, depth, y, stride, adds, 2, perUnit); break;
#endif
#if TILE_VECTORS > 2
        case 3: multiplyTile(x, leftStride, panel, depth, y, stride, adds, 3, perUnit); break;
        case 4: multiplyTile(x, leftStride, panel, depth, y, stride, adds, 4, perUnit); break;
#endif
        }
    }
}

/// Rows of the left operand times one panel; `rows` is a multiple of TILE_ROWS.
INLINE void multiplyPanel(
    const float *left, size_t leftStride, size_t rows, const float *panel, size_t width, size_t depth, float *results, size_t stride,
    bool adds, size_t perUnit) {
    for (size_t row = 0; row < rows; row += TILE_ROWS) {
        const float *x = left + row * leftStride;
        float *y = results + row * stride;
        size_t done = 0;
#ifdef HAS_TILE_REGISTERS
        if (perUnit == 2) done = multiplyRegisters(x, leftStride, panel, width, depth, y, stride, adds);
#endif
        if (done < depth)
            multiplyVectors(x + done, leftStride, panel + done * width, width, depth - done, y, stride, adds || done > 0, perUnit);
    }
}
