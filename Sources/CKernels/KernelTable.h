#ifndef CKERNELS_TABLE_H
#define CKERNELS_TABLE_H

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
    TeamBody norm, rotary, elementwise, finite, groupStatistics, groupNormalize, attention, product;
    /// Queries of a head that are one work item of attention.
    size_t queryBlock;
    /// Bytes that one thread of attention needs.
    size_t (*attentionScratch)(const KernelAttention *arguments);
} KernelTable;

extern const KernelTable kernelsBaseline, kernelsAVX2, kernelsAVX512, kernelsAVX512BF16;

/// The code of `level`, or of the best level that this build has.
const KernelTable *kernelTable(KernelLevel level);

#endif
