#ifndef CKERNELS_PRODUCT_H
#define CKERNELS_PRODUCT_H

#include "CKernels.h"
#include "Team.h"

enum {
    /// Most columns whose weights are packed together, and what their number is a multiple of: 256 of 512 units of 4 bytes fit a
    /// second-level cache.
    productColumns = 256,
    productColumnStep = 64,
    productUnits = 512,
    /// Most rows that packed weights serve before they are packed anew, which then costs about one part in a hundred, and fewest.
    productRows = 1536,
    productLeastRows = 192,
    /// Blocks that each thread should find, so that all end at about the same time.
    productItems = 3,
    /// Every level's tiles have a height that divides the first and is at most the second.
    productRowStep = 96,
    productTileRows = 32,
};

/// A product's work items: blocks of results, those of the same columns one after the other.
typedef struct {
    const KernelProduct *product;
    /// Of a block, and the number of blocks.
    size_t rows, columns, rowBlocks, columnBlocks;
} ProductGrid;

/// Columns of a block: those with which all threads are done soonest. A block takes the time of about 8 columns to read its rows anew,
/// and narrow blocks let threads of unequal speed end together.
static inline size_t productWidth(size_t columns, size_t threads) {
    size_t best = productColumns, least = SIZE_MAX;
    for (size_t width = productColumns; width > 0; width -= productColumnStep) {
        const size_t rounds = ceilDivide(ceilDivide(columns, width), threads), cost = rounds * (width + 8) + width / 8;
        if (cost < least) {
            least = cost;
            best = width;
        }
    }
    return best;
}

/// Rows are divided where columns are too few, since each block of rows packs the weights for itself. Sums run over the same units in
/// the same order wherever a block begins, so results do not depend on the number of threads.
static inline ProductGrid productGrid(const KernelProduct *a, size_t threads) {
    const size_t columns = productWidth(a->columns, threads), columnBlocks = ceilDivide(a->columns, columns);
    const size_t least = ceilDivide(a->rows, productRows), most = ceilDivide(a->rows, productLeastRows);
    const size_t wanted = threads > 1 ? ceilDivide(productItems * threads, columnBlocks) : 1;
    const size_t parts = wanted < least ? least : wanted > most ? most : wanted;
    const size_t rows = ceilDivide(ceilDivide(a->rows, parts), productRowStep) * productRowStep;
    return (ProductGrid){a, rows, columns, ceilDivide(a->rows, rows), columnBlocks};
}

/// One thread's scratch in units of 4 bytes: panels of weights, rows that cannot be read in place, and the block's sums.
static inline size_t productScratch(ProductGrid grid) {
    return grid.columns * productUnits + productTileRows * productUnits + grid.rows * grid.columns;
}

#endif
