#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The CPU operations that are not left to oneDNN: one body of code, compiled for several instruction sets, the best of which is
// chosen at run time. Elements are f32, f16 or bf16; arithmetic is f32, and each result is rounded once (nearest, ties to even).

typedef enum { KernelTypeF32, KernelTypeF16, KernelTypeBF16 } KernelType;

/// Instruction sets, each including the ones before it.
typedef enum {
    KernelLevelBaseline,
    KernelLevelAVX2,
    KernelLevelAVX512,
    /// With products of bf16 pairs accumulated in f32.
    KernelLevelAVX512BF16,
    /// With products of tile registers, bf16 pairs accumulated in f32.
    KernelLevelAMX
} KernelLevel;

/// How a kernel runs. `threads` is the most that work on it, 0 for as many as the team has.
typedef struct {
    KernelLevel level;
    int32_t threads;
} KernelTeam;

/// The best level of this processor, of those that the system lets this process use.
KernelLevel kernelBestLevel(void);
/// Threads of the team that oneDNN's kernels also run on; 1 without an OpenMP runtime in the process.
int32_t kernelThreadCount(void);

/// A matrix whose rows lie `stride` elements apart.
typedef struct {
    void *address;
    size_t stride;
} KernelMatrix;

typedef enum { KernelNormLayer, KernelNormModulated, KernelNormRMS } KernelNormKind;

/// By row: layer (x − mean)/√(variance + epsilon)·weight + bias; modulated the same with (1 + weight);
/// RMS x/√(mean(x²) + epsilon)·weight.
typedef struct {
    KernelNormKind kind;
    KernelType type;
    size_t rows, columns;
    KernelMatrix x, output;
    const void *weight, *bias;
    float epsilon;
} KernelNorm;
void kernelNorm(KernelTeam team, const KernelNorm *arguments);

/// In place by head: RMS norm times weight [headSize], then rotation of the pairs (2i, 2i+1) by (cos, sin) = rotary[row, 2i…2i+1].
typedef struct {
    KernelType type;
    size_t rows, heads, headSize;
    KernelMatrix x;
    const void *weight;
    const float *rotary;
    float epsilon;
} KernelRotary;
void kernelRotary(KernelTeam team, const KernelRotary *arguments);

typedef enum { KernelActivationNone, KernelActivationGELUTanh, KernelActivationQuickGELU, KernelActivationSiLU } KernelActivation;

typedef enum {
    /// output += gate ⊙ x, gate 1 where NULL
    KernelElementwiseAdd,
    /// output *= x
    KernelElementwiseMultiply,
    /// output = activation(x)
    KernelElementwiseActivate,
    /// output = x
    KernelElementwiseConvert,
    /// output += delta·x
    KernelElementwiseStep
} KernelElementwiseKind;

/// x is of type `from`, output of type `to`, gate [columns] of type `from`.
typedef struct {
    KernelElementwiseKind kind;
    KernelActivation activation;
    KernelType from, to;
    size_t rows, columns;
    KernelMatrix x, output;
    const void *gate;
    float delta;
} KernelElementwise;
void kernelElementwise(KernelTeam team, const KernelElementwise *arguments);

/// Whether no element is infinite or NaN.
bool kernelIsFinite(KernelTeam team, KernelType type, KernelMatrix x, size_t rows, size_t columns);

/// x and output [pixels, channels], contiguous; statistics of each group of channels over all pixels; weight and bias [channels].
typedef struct {
    KernelType type;
    size_t pixels, channels, groups;
    const void *x, *weight, *bias;
    void *output, *scratch;
    float epsilon;
    bool silu;
} KernelGroupNorm;
size_t kernelGroupNormScratch(const KernelGroupNorm *arguments);
void kernelGroupNorm(KernelTeam team, const KernelGroupNorm *arguments);

/// output = softmax(scale·query·keyᵀ + mask)·value by head; operands [tokens, heads·headSize]; output may be the query.
/// relativeBias, where not NULL, is f32 [heads, 2·tokens − 1] indexed by key − query + tokens − 1.
typedef struct {
    KernelType type;
    size_t tokens, heads, headSize;
    float scale;
    bool causal;
    const float *relativeBias;
    KernelMatrix query, key, value, output;
    void *scratch;
} KernelAttention;
size_t kernelAttentionScratch(KernelTeam team, const KernelAttention *arguments);
void kernelAttention(KernelTeam team, const KernelAttention *arguments);

/// output = activation(x·weightᵀ + bias) with bias 0 and gate 1 where NULL, or output += gate ⊙ (x·weightᵀ + bias) if `accumulates`.
/// x [rows, depth], weight [columns, depth] contiguous, bias and gate [columns], output [rows, columns]. Of bf16, depth and x's
/// stride are even.
typedef struct {
    KernelType type;
    KernelActivation activation;
    bool accumulates;
    size_t rows, columns, depth;
    KernelMatrix x, output;
    const void *weight, *bias, *gate;
    void *scratch;
} KernelProduct;
size_t kernelProductScratch(KernelTeam team, const KernelProduct *arguments);
void kernelProduct(KernelTeam team, const KernelProduct *arguments);

/// Copies rows of `byteCount` bytes; strides in bytes. source row of output row i is ids[i], or i where ids is NULL.
void kernelCopyRows(
    KernelTeam team, const void *source, size_t sourceStride, const int32_t *ids, void *target, size_t targetStride, size_t rows,
    size_t byteCount);

/// Nearest neighbour, twice the size: [height, width] pixels of `byteCount` bytes to [2·height, 2·width].
void kernelUpsample(KernelTeam team, const void *x, size_t height, size_t width, size_t byteCount, void *output);

#endif
