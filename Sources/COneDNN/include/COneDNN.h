#ifndef CONEDNN_H
#define CONEDNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Matrix products and convolutions of oneDNN 2.x and 3.x behind a C interface: dense operands in the caller's memory, scratch
// from the caller, failures as values.

typedef enum { OneDNNTypeF32, OneDNNTypeBF16 } OneDNNType;

typedef enum { OneDNNActivationNone, OneDNNActivationGELUTanh, OneDNNActivationQuickGELU, OneDNNActivationSiLU } OneDNNActivation;

/// status 0 is success; any other is oneDNN's, and `call` (static text) names what failed.
typedef struct {
    int32_t status;
    const char *call;
} OneDNNResult;

/// output = activation(x·weightᵀ + bias), or output += gate ⊙ (x·weightᵀ + bias).
/// x [rows, depth], weight [columns, depth], bias and gate [columns], output [rows, columns]; all of one type.
typedef struct {
    OneDNNType type;
    OneDNNActivation activation;
    bool hasBias, hasGate, accumulates;
    int64_t rows, columns, depth;
} OneDNNProduct;

/// Stride 1, zero padding that keeps the size: x [height, width, inputs], weight [outputs, inputs, kernel, kernel], bias [outputs],
/// output [height, width, outputs], which is added to if `accumulates`.
typedef struct {
    OneDNNType type;
    bool accumulates;
    int64_t height, width, inputs, outputs, kernel;
} OneDNNConvolution;

/// A compiled product or convolution. Compiled code is cached by shape; a handle keeps its code alive.
typedef struct OneDNNPrimitive OneDNNPrimitive;

OneDNNResult oneDNNMakeProduct(const OneDNNProduct *product, OneDNNPrimitive **primitive);
OneDNNResult oneDNNMakeConvolution(const OneDNNConvolution *convolution, OneDNNPrimitive **primitive);
void oneDNNRelease(OneDNNPrimitive *primitive);

/// Bytes of scratch, aligned to 64, that a run needs.
size_t oneDNNScratchByteCount(const OneDNNPrimitive *primitive);
/// Name of the implementation that oneDNN chose, valid as long as the handle.
const char *oneDNNImplementation(const OneDNNPrimitive *primitive);

/// Operands that the description leaves out are NULL.
typedef struct {
    const void *x, *weight, *bias, *gate;
    void *output, *scratch;
} OneDNNOperands;

OneDNNResult oneDNNRun(const OneDNNPrimitive *primitive, const OneDNNOperands *operands);

/// Version of the library in use.
void oneDNNVersion(int32_t *major, int32_t *minor, int32_t *patch);

#ifdef __cplusplus
}
#endif

#endif
