// The kernels' sources, as they are compiled at run time for the device that is there.
#ifndef CUDA_SOURCES_H
#define CUDA_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct {
    const char *name;   // file name, as in #include
    const char *text;   // ends with a zero byte
    bool isHeader;      // included by the others and not compiled by itself
} CUDASource;

// All files, in a fixed order.
const CUDASource *cudaSources(size_t *count);

#pragma clang assume_nonnull end
#endif
