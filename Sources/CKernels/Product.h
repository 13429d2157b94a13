#ifndef CKERNELS_PRODUCT_H
#define CKERNELS_PRODUCT_H

#include "CKernels.h"

enum {
    /// Columns whose weights are packed together, in panels that fit a second-level cache: 256 columns of 512 units of 4 bytes.
    productColumns = 256,
    productUnits = 512,
    /// Most rows that packed weights serve before they are packed anew, which then costs about one part in a hundred.
    productRows = 1536,
    /// Every level's tiles have a height that divides this.
    productRowStep = 12,
};

/// A product's work items: blocks of results, those of the same columns one after the other.
typedef struct {
    const KernelProduct *product;
    /// Rows of a block, and the number of blocks.
    size_t rows, rowBlocks, columnBlocks;
} ProductGrid;

/// Sums run over the same units in the same order wherever a block begins, so results do not depend on the number of threads.
static inline ProductGrid productGrid(const KernelProduct *a, size_t threads) {
    const size_t columnBlocks = (a->columns + productColumns - 1) / productColumns;
    const size_t most = (a->rows + productRows - 1) / productRows, wanted = (threads + columnBlocks - 1) / columnBlocks;
    const size_t count = wanted > most ? wanted : most, rows = (a->rows + count - 1) / count;
    const size_t whole = (rows + productRowStep - 1) / productRowStep * productRowStep;
    return (ProductGrid){a, whole, (a->rows + whole - 1) / whole, columnBlocks};
}

/// One thread's scratch in units of 4 bytes: panels of weights, rows that cannot be read in place, and the block's sums.
static inline size_t productScratch(ProductGrid grid) {
    return productColumns * productUnits + productRowStep * productUnits + grid.rows * productColumns;
}

#endif
