#include "CUDACompiler.h"
#include "CUDADriver.h"
#include "CUDAProducts.h"

#include <dlfcn.h>
#include <string.h>

// A table is an array of function pointers in the order of its names; the library stays open until the process ends.
static const void *fill(const char *path, void *table, const char *const *names, size_t count, const char **missing) {
    *missing = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return NULL;
    for (size_t i = 0; i < count; i++) {
        void *call = dlsym(library, names[i]);
        if (!call) {
            *missing = names[i];
            dlclose(library);
            return NULL;
        }
        memcpy((char *)table + i * sizeof call, &call, sizeof call);
    }
    return table;
}

#define CUDA_CALL(NAME, PARAMETERS) #NAME,
#define CUDA_OPEN(OPEN, TABLE, CALLS)                                                                                                  \
    const TABLE *OPEN(const char *path, const char **missing) {                                                                        \
        static TABLE table;                                                                                                            \
        static const char *const names[] = {CALLS(CUDA_CALL)};                                                                         \
        return fill(path, &table, names, sizeof names / sizeof names[0], missing);                                                     \
    }

CUDA_OPEN(cudaDriverOpen, CUDADriver, CUDA_DRIVER_CALLS)
CUDA_OPEN(cudaCompilerOpen, CUDACompiler, CUDA_COMPILER_CALLS)
CUDA_OPEN(cudaProductsOpen, CUDAProducts, CUDA_PRODUCTS_CALLS)
