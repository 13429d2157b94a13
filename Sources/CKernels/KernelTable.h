#ifndef CKERNELS_TABLE_H
#define CKERNELS_TABLE_H

#include "Attention.h"
#include "CKernels.h"
#include "Team.h"

#include <stdatomic.h>

/// Arguments of the finiteness check.
typedef struct {
    KernelType type;
    KernelMatrix x;
    size_t columns;
    atomic_bool *found;
} FiniteCheck;

/// One level's code.
typedef struct {
    TeamBody norm, rotary, elementwise, finite, groupStatistics, groupNormalize, packAttention, attention, product;
    /// Bytes that attention needs for a group of heads on `threads` threads.
    size_t (*attentionScratch)(const AttentionGroup *group, size_t threads);
} KernelTable;

extern const KernelTable kernelsBaseline, kernelsAVX2, kernelsAVX512, kernelsAVX512BF16, kernelsAMX;

/// The code of `level`, or of the best level that this build has.
const KernelTable *kernelTable(KernelLevel level);

#endif
