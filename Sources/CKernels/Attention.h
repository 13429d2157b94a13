#ifndef CKERNELS_ATTENTION_H
#define CKERNELS_ATTENTION_H

#include "CKernels.h"

enum {
    /// Queries of a head that are one work item, a multiple of every level's TILE_ROWS.
    attentionQueries = 96,
    /// Keys whose scores exist at a time.
    attentionKeys = 256,
    /// Work items that each thread finds in a group of heads, so that all end at about the same time.
    attentionItems = 16,
};

/// Heads whose keys and values lie packed at the same time, for all threads.
typedef struct {
    const KernelAttention *attention;
    size_t firstHead, heads;
} AttentionGroup;

#endif
