// The calls of NVIDIA's library of matrix products (cuBLASLt) that Sluice makes, as a table. Names, types and numbers are those of the
// cuBLAS reference.
#ifndef CUDA_PRODUCTS_H
#define CUDA_PRODUCTS_H

#include "CUDADriver.h"

#pragma clang assume_nonnull begin

typedef struct cublasLtContext *CUDAProductsHandle;
typedef struct cublasLtMatmulDescOpaque *CUDAProductDescription;
typedef struct cublasLtMatrixLayoutOpaque *CUDAMatrixLayout;
typedef struct cublasLtMatmulPreferenceOpaque *CUDAProductPreference;

// cudaDataType
enum { CUDATypeF32 = 0, CUDATypeF16 = 2, CUDATypeBF16 = 14 };
// cublasComputeType_t: products of the operands' type, sums in f32, no rounding of f32 operands
enum { CUDAComputeF32 = 68 };
// cublasLtMatmulDescAttributes_t
enum {
    CUDAProductTransposeA = 3,
    CUDAProductTransposeB = 4,
    CUDAProductEpilogue = 7,
    CUDAProductBias = 8,
};
// cublasLtEpilogue_t; GELU is its tanh form
enum { CUDAEpilogueNone = 1, CUDAEpilogueBias = 4, CUDAEpilogueGELU = 32, CUDAEpilogueBiasGELU = 36 };
// cublasLtMatmulPreferenceAttributes_t
enum {
    CUDAPreferenceWorkspace = 1,
    CUDAPreferenceReductionSchemes = 3,
    CUDAPreferenceAlignmentA = 5,
    CUDAPreferenceAlignmentB = 6,
    CUDAPreferenceAlignmentC = 7,
    CUDAPreferenceAlignmentD = 8,
};
// cublasLtReductionScheme_t: partial sums are added in f32, in a fixed order
enum { CUDAReductionComputeType = 2 };

typedef struct {
    uint64_t words[8];
} CUDAProductAlgorithm;

typedef struct {
    CUDAProductAlgorithm algorithm;
    size_t workspaceByteCount;
    int status;
    float waves;
    int reserved[4];
} CUDAProductHeuristic;

// CALL(name in the library, parameters); every call returns a cublasStatus_t, 0 for success.
#define CUDA_PRODUCTS_CALLS(CALL)                                                                                                      \
    CALL(cublasLtCreate, (CUDAProductsHandle _Nullable *_Nonnull handle))                                                              \
    CALL(cublasLtDestroy, (CUDAProductsHandle handle))                                                                                 \
    CALL(cublasLtMatmulDescCreate, (CUDAProductDescription _Nullable *_Nonnull description, int computeType, int scaleType))           \
    CALL(cublasLtMatmulDescDestroy, (CUDAProductDescription description))                                                              \
    CALL(cublasLtMatmulDescSetAttribute,                                                                                               \
         (CUDAProductDescription description, int attribute, const void *value, size_t byteCount))                                     \
    CALL(cublasLtMatrixLayoutCreate,                                                                                                   \
         (CUDAMatrixLayout _Nullable *_Nonnull layout, int type, uint64_t rows, uint64_t columns, int64_t leadingDimension))           \
    CALL(cublasLtMatrixLayoutDestroy, (CUDAMatrixLayout layout))                                                                       \
    CALL(cublasLtMatmulPreferenceCreate, (CUDAProductPreference _Nullable *_Nonnull preference))                                       \
    CALL(cublasLtMatmulPreferenceDestroy, (CUDAProductPreference preference))                                                          \
    CALL(cublasLtMatmulPreferenceSetAttribute,                                                                                         \
         (CUDAProductPreference preference, int attribute, const void *value, size_t byteCount))                                       \
    CALL(cublasLtMatmulAlgoGetHeuristic,                                                                                               \
         (CUDAProductsHandle handle, CUDAProductDescription description, CUDAMatrixLayout a, CUDAMatrixLayout b, CUDAMatrixLayout c,   \
          CUDAMatrixLayout d, CUDAProductPreference preference, int capacity, CUDAProductHeuristic *results, int *count))              \
    CALL(cublasLtMatmul,                                                                                                               \
         (CUDAProductsHandle handle, CUDAProductDescription description, const void *alpha, CUDAAddress a, CUDAMatrixLayout layoutA,   \
          CUDAAddress b, CUDAMatrixLayout layoutB, const void *beta, CUDAAddress c, CUDAMatrixLayout layoutC, CUDAAddress d,           \
          CUDAMatrixLayout layoutD, const CUDAProductAlgorithm *algorithm, CUDAAddress workspace, size_t workspaceByteCount,           \
          CUDAStreamHandle stream))

typedef struct { CUDA_PRODUCTS_CALLS(CUDA_PLACE) } CUDAProducts;

// As cudaDriverOpen.
const CUDAProducts *_Nullable cudaProductsOpen(const char *path, const char *_Nullable *_Nonnull missing);

#pragma clang assume_nonnull end
#endif
