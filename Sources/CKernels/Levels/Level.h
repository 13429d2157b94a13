// The body of a level: included by its source, which sets the instruction set, TILE_ROWS, TILE_VECTORS and the table's name.

#include <math.h>

#include "../KernelTable.h"
#include "../GroupNorm.h"
#include "../Product.h"
#include "Elementwise.h"
#include "GroupNorm.h"
#include "Norm.h"
#include "Rotary.h"
#include "Tile.h"
#include "Attention.h"
#include "Product.h"

const KernelTable KERNEL_TABLE = {
    .norm = norm,
    .rotary = rotary,
    .elementwise = elementwise,
    .finite = checkFinite,
    .groupStatistics = groupStatistics,
    .groupNormalize = groupNormalize,
    .packAttention = packAttention,
    .attention = attention,
    .product = product,
    .attentionScratch = attentionScratch,
};
