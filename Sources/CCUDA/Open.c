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
static const char *const driverNames[] = {CUDA_DRIVER_CALLS(CUDA_CALL)};
static const char *const compilerNames[] = {CUDA_COMPILER_CALLS(CUDA_CALL)};
static const char *const productsNames[] = {CUDA_PRODUCTS_CALLS(CUDA_CALL)};

#define CUDA_COUNT(NAMES) (sizeof NAMES / sizeof NAMES[0])

const CUDADriver *cudaDriverOpen(const char *path, const char **missing) {
    static CUDADriver table;
    return fill(path, &table, driverNames, CUDA_COUNT(driverNames), missing);
}

const CUDACompiler *cudaCompilerOpen(const char *path, const char **missing) {
    static CUDACompiler table;
    return fill(path, &table, compilerNames, CUDA_COUNT(compilerNames), missing);
}

const CUDAProducts *cudaProductsOpen(const char *path, const char **missing) {
    static CUDAProducts table;
    return fill(path, &table, productsNames, CUDA_COUNT(productsNames), missing);
}
