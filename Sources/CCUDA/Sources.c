#include "CUDASources.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// One array for each file, with the zero byte that C strings end with.
static const char argumentsHeader[] = {
#embed "include/CUDAKernelArguments.h"
    , 0};
static const char convolutionHeader[] = {
#embed "kernels/Convolution.cuh"
    , 0};
static const char deviceHeader[] = {
#embed "kernels/Device.cuh"
    , 0};
static const char pipeHeader[] = {
#embed "kernels/Pipe.cuh"
    , 0};
static const char tileHeader[] = {
#embed "kernels/Tile.cuh"
    , 0};
static const char warpgroupHeader[] = {
#embed "kernels/Warpgroup.cuh"
    , 0};
static const char attention[] = {
#embed "kernels/Attention.cu"
    , 0};
static const char attentionF32[] = {
#embed "kernels/AttentionF32.cu"
    , 0};
static const char attentionHopper[] = {
#embed "kernels/AttentionHopper.cu"
    , 0};
static const char attentionWide[] = {
#embed "kernels/AttentionWide.cu"
    , 0};
static const char convolution[] = {
#embed "kernels/Convolution.cu"
    , 0};
static const char convolutionF32[] = {
#embed "kernels/ConvolutionF32.cu"
    , 0};
static const char convolutionHopper[] = {
#embed "kernels/ConvolutionHopper.cu"
    , 0};
static const char elementwise[] = {
#embed "kernels/Elementwise.cu"
    , 0};
static const char groupNorm[] = {
#embed "kernels/GroupNorm.cu"
    , 0};
static const char headNorm[] = {
#embed "kernels/HeadNorm.cu"
    , 0};
static const char norm[] = {
#embed "kernels/Norm.cu"
    , 0};
static const char rows[] = {
#embed "kernels/Rows.cu"
    , 0};

static const CUDASource sources[] = {
    {"CUDAKernelArguments.h", argumentsHeader, true},
    {"Convolution.cuh", convolutionHeader, true},
    {"Device.cuh", deviceHeader, true},
    {"Pipe.cuh", pipeHeader, true},
    {"Tile.cuh", tileHeader, true},
    {"Warpgroup.cuh", warpgroupHeader, true},
    {"Attention.cu", attention, false},
    {"AttentionF32.cu", attentionF32, false},
    {"AttentionHopper.cu", attentionHopper, false},
    {"AttentionWide.cu", attentionWide, false},
    {"Convolution.cu", convolution, false},
    {"ConvolutionF32.cu", convolutionF32, false},
    {"ConvolutionHopper.cu", convolutionHopper, false},
    {"Elementwise.cu", elementwise, false},
    {"GroupNorm.cu", groupNorm, false},
    {"HeadNorm.cu", headNorm, false},
    {"Norm.cu", norm, false},
    {"Rows.cu", rows, false},
};

const CUDASource *cudaSources(size_t *count) {
    *count = sizeof sources / sizeof sources[0];
    return sources;
}
