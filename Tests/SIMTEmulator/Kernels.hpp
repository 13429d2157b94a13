// The kernels by name.
#pragma once

#include <cstddef>

namespace simt {

struct Kernel {
    const char *name;
    size_t argumentByteCount;
    void (*invoke)(const void *arguments);
};

const Kernel *allKernels(size_t &count);
// Ones with a planted fault, which tests launch by name.
const Kernel *faultyKernels(size_t &count);

}
