// The one parameter of each kernel, as the host fills it and the device reads it: this file is part of both.
//
// Matrices are row-major views whose rows lie `stride` elements apart; T is the type in the kernel's name. Addresses are device addresses.
#ifndef CUDA_KERNEL_ARGUMENTS_H
#define CUDA_KERNEL_ARGUMENTS_H

typedef unsigned long long CUDAKernelAddress;

typedef struct {
    CUDAKernelAddress address;
    long long stride;
} CUDAMatrix;

// Norm.cu. weight and bias T [columns]; bias 0 for RMS.
typedef struct {
    CUDAMatrix x, output;
    CUDAKernelAddress weight, bias;
    int columns;
    float epsilon;
} CUDANorm;

// HeadNorm.cu. weight T [headSize], rotary f32 [rows, headSize].
typedef struct {
    CUDAMatrix x;
    CUDAKernelAddress weight, rotary;
    int rows, heads, headSize;
    float epsilon;
} CUDAHeadNorm;

// GroupNorm.cu. x, output T [pixels, channels]; weight, bias T [channels]; partial f32 [chunks, channels, 2]; statistics f32 [groups, 2].
typedef struct {
    CUDAKernelAddress x, output, weight, bias, partial, statistics;
    int pixels, channels, groups, chunkPixels, vectorised, silu;
    float epsilon;
} CUDAGroupNorm;

enum { CUDAActivationNone, CUDAActivationGELUTanh, CUDAActivationQuickGELU, CUDAActivationSiLU };

// Elementwise.cu. gate and bias T [columns], 0 if absent.
typedef struct {
    CUDAMatrix x, output;
    CUDAKernelAddress gate, bias;
    long long rows, columns;
    int activation;
    float delta;
} CUDAElementwise;

enum { CUDAEmbeddedRows = 256 };

// Rows.cu. Bytes throughout, strides too; unit is 16, 4, 2 or 1 and divides every address, stride and size.
typedef struct {
    CUDAMatrix source, output;
    long long rows, rowByteCount;
    int unit;
} CUDARowCopy;

typedef struct {
    CUDARowCopy copy;
    int ids[CUDAEmbeddedRows];
} CUDAEmbedding;

// Rows.cu. [height, width] pixels of pixelByteCount bytes.
typedef struct {
    CUDAKernelAddress x, output;
    long long height, width, pixelByteCount;
    int unit;
} CUDAUpsampling;

// Attention….cu. Operands T [tokens, heads·headSize]; bias f32 [heads, 2·tokens − 1], 0 if absent.
typedef struct {
    CUDAMatrix query, key, value, output;
    CUDAKernelAddress bias;
    int tokens, headSize, causal, aligned;
    float scale;
} CUDAAttention;

// A matrix as the device's copy engine sees it, which brings tiles of it into shared memory; made by cudaMapTiles.
typedef struct {
#ifdef __cplusplus
    alignas(64)
#endif
        unsigned long long words[16];
} CUDATileMap;

// AttentionHopper.cu. Operands as above; whole multiples of 64 bytes, as a map's alignment makes it where that is known.
typedef struct {
    CUDATileMap query, key, value;
    CUDAMatrix output;
    int tokens, heads;
    float scale;
    int unused[9];
} CUDATiledAttention;

// Convolution….cu. x T [height, width, inputs], weight T [outputs, inputs, kernel, kernel], packed T [outputs, kernel², paddedInputs],
// bias T [outputs], residual (0 if absent) and output T [height, width, outputs].
typedef struct {
    CUDAKernelAddress x, weight, packed, bias, residual, output;
    int height, width, inputs, paddedInputs, outputs, kernel;
} CUDAConvolution;

#endif
