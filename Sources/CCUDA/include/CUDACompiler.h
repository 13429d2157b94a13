// The calls of NVIDIA's run-time compiler (NVRTC) that Sluice makes, as a table. Names are those of the NVRTC reference.
#ifndef CUDA_COMPILER_H
#define CUDA_COMPILER_H

#include "CUDADriver.h"

#pragma clang assume_nonnull begin

typedef struct _nvrtcProgram *CUDAProgram;

// CALL(name in the library, parameters); every call returns an nvrtcResult, 0 for success.
#define CUDA_COMPILER_CALLS(CALL)                                                                                                      \
    CALL(nvrtcVersion, (int *major, int *minor))                                                                                       \
    CALL(nvrtcCreateProgram,                                                                                                           \
         (CUDAProgram _Nullable *_Nonnull program, const char *source, const char *_Nullable name, int headerCount,                    \
          const char *_Nullable const *_Nullable headers, const char *_Nullable const *_Nullable headerNames))                         \
    CALL(nvrtcDestroyProgram, (CUDAProgram _Nullable *_Nonnull program))                                                               \
    CALL(nvrtcCompileProgram, (CUDAProgram program, int optionCount, const char *_Nullable const *_Nullable options))                  \
    CALL(nvrtcGetProgramLogSize, (CUDAProgram program, size_t *byteCount))                                                             \
    CALL(nvrtcGetProgramLog, (CUDAProgram program, char *log))                                                                         \
    CALL(nvrtcGetCUBINSize, (CUDAProgram program, size_t *byteCount))                                                                  \
    CALL(nvrtcGetCUBIN, (CUDAProgram program, char *image))

typedef struct { CUDA_COMPILER_CALLS(CUDA_PLACE) } CUDACompiler;

// As cudaDriverOpen.
const CUDACompiler *_Nullable cudaCompilerOpen(const char *path, const char *_Nullable *_Nonnull missing);

#pragma clang assume_nonnull end
#endif
