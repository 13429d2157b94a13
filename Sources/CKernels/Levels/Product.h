// Matrix products with weights [columns, depth] as checkpoints store them. A block of results takes its weights some units at a time,
// transposed into panels on the way, and adds up in f32; the last units' sums are finished and rounded while they are in a cache.

/// Units [index, index + n) of a row, zero past them.
INLINE Vector loadUnits(const void *row, size_t index, size_t n, KernelType type, size_t perUnit) {
    return load(row, index, n, perUnit == 2 ? KernelTypeF32 : type);
}

/// Units [firstUnit, firstUnit + count) of the weights of columns [first, first + width) as one panel; columns past the last are zero.
INLINE void packPanel(
    const KernelProduct *a, size_t first, size_t width, size_t firstUnit, size_t count, float *panel, KernelType type, size_t perUnit) {
    for (size_t v = 0; v < width; v += lanes) {
        EACH_VECTOR(unit, n, count) {
            Vector block[lanes];
            for (size_t i = 0; i < lanes; i++) {
                const size_t column = first + v + i;
                const char *row = (const char *)a->weight + column * a->depth * sizeOf(type);
                block[i] = column < a->columns ? loadUnits(row, firstUnit + unit, n, type, perUnit) : (Vector)0;
            }
            transpose(block);
            for (size_t i = 0; i < n; i++) store(block[i], panel + (unit + i) * width, v, lanes, KernelTypeF32);
        }
    }
}

/// Rows [row, row + TILE_ROWS) of x as units from `firstUnit`: in place, or staged where elements are no units or rows end.
INLINE const float *productLeft(
    const KernelProduct *a, size_t row, size_t firstUnit, size_t count, float *staged, size_t *stride, KernelType type, size_t perUnit) {
    const bool inPlace = type == KernelTypeF32 || perUnit == 2;
    if (inPlace && row + TILE_ROWS <= a->rows) {
        *stride = a->x.stride / perUnit;
        return (const float *)elementAt(a->x, row, 0, type) + firstUnit;
    }
    *stride = count;
    for (size_t i = 0; i < TILE_ROWS; i++) {
        const void *x = elementAt(a->x, smaller(row + i, a->rows - 1), 0, type);
        EACH_VECTOR(unit, n, count) store(loadUnits(x, firstUnit + unit, n, type, perUnit), staged + i * count, unit, n, KernelTypeF32);
    }
    return staged;
}

/// The tile after this one is on its way while this one is computed.
INLINE void prefetchRows(const KernelProduct *a, size_t row, size_t firstUnit, size_t count, KernelType type, size_t perUnit) {
    for (size_t i = row; i < smaller(row + TILE_ROWS, a->rows); i++) {
        const char *x = elementAt(a->x, i, firstUnit * perUnit, type);
        for (size_t byte = 0; byte < count * perUnit * sizeOf(type); byte += 64) __builtin_prefetch(x + byte, 0, 2);
    }
}

INLINE void finishRow(const KernelProduct *a, size_t row, size_t first, size_t columns, const float *sums, KernelType type) {
    void *output = elementAt(a->output, row, 0, type);
    EACH_VECTOR(c, n, columns) {
        Vector y = load(sums, c, lanes, KernelTypeF32);
        if (a->bias) y += load(a->bias, first + c, n, type);
        if (a->activation != KernelActivationNone) y = activated(y, a->activation);
        if (a->gate) y *= load(a->gate, first + c, n, type);
        if (a->accumulates) y += load(output, first + c, n, type);
        store(y, output, first + c, n, type);
    }
}

INLINE void multiplyBlock(const ProductGrid *grid, size_t item, float *scratch, KernelType type, size_t perUnit) {
    const KernelProduct *a = grid->product;
    const size_t firstRow = item % grid->rowBlocks * grid->rows, endRow = smaller(firstRow + grid->rows, a->rows);
    const size_t firstColumn = item / grid->rowBlocks * grid->columns, columns = smaller(grid->columns, a->columns - firstColumn);
    const size_t units = a->depth / perUnit, padded = inVectors(columns);
    float *staged = scratch + grid->columns * productUnits, *sums = staged + productTileRows * productUnits;
    for (size_t unit = 0; unit < units; unit += productUnits) {
        const size_t count = smaller(productUnits, units - unit);
        for (size_t c = 0; c < padded; c += panelWidth)
            packPanel(a, firstColumn + c, smaller(panelWidth, padded - c), unit, count, scratch + c * count, type, perUnit);
        for (size_t row = firstRow; row < endRow; row += TILE_ROWS) {
            size_t stride;
            const float *left = productLeft(a, row, unit, count, staged, &stride, type, perUnit);
            prefetchRows(a, row + TILE_ROWS, unit, count, type, perUnit);
            float *tile = sums + (row - firstRow) * grid->columns;
            for (size_t c = 0; c < padded; c += panelWidth) {
                const size_t width = smaller(panelWidth, padded - c);
                multiplyPanel(left, stride, TILE_ROWS, scratch + c * count, width, count, tile + c, grid->columns, unit > 0, perUnit);
            }
            if (unit + count < units) continue;
            for (size_t i = row; i < smaller(row + TILE_ROWS, endRow); i++)
                finishRow(a, i, firstColumn, columns, tile + (i - row) * grid->columns, type);
        }
    }
}

static void product(const void *arguments, size_t worker, size_t begin, size_t end) {
    const ProductGrid *grid = arguments;
    float *scratch = (float *)grid->product->scratch + worker * productScratch(*grid);
    configureTiles();
    for (size_t item = begin; item < end; item++) {
        if (grid->product->type == KernelTypeBF16) multiplyBlock(grid, item, scratch, KernelTypeBF16, perUnitBF16);
        else multiplyBlock(grid, item, scratch, KernelTypeF32, 1);
    }
    releaseTiles();
}
