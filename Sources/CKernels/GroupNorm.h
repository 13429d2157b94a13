#ifndef CKERNELS_GROUP_NORM_H
#define CKERNELS_GROUP_NORM_H

#include "CKernels.h"

/// Pixels whose statistics are taken together: fixed, so that results do not depend on the number of threads.
enum { groupNormBlock = 256 };

/// means, deviations [blocks, channels]; groupMean, factor [channels].
typedef struct {
    float *means, *deviations, *groupMean, *factor;
} GroupNormScratch;

static inline size_t groupNormBlocks(const KernelGroupNorm *a) { return (a->pixels + groupNormBlock - 1) / groupNormBlock; }

static inline GroupNormScratch groupNormScratch(const KernelGroupNorm *a) {
    float *base = a->scratch;
    const size_t count = groupNormBlocks(a) * a->channels;
    return (GroupNormScratch){base, base + count, base + 2 * count, base + 2 * count + a->channels};
}

#endif
