// The calls of NVIDIA's driver that Sluice makes, as a table: of the real library when opened, of a simulated one in tests.
// Names, types and numbers are those of the CUDA Driver API reference; nothing of an SDK is needed to build.
#ifndef CUDA_DRIVER_H
#define CUDA_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma clang assume_nonnull begin

typedef int CUDAResult;
typedef int CUDADeviceNumber;
typedef unsigned long long CUDAAddress;
typedef unsigned long long CUDAPageHandle;
typedef struct CUctx_st *CUDAContextHandle;
typedef struct CUstream_st *CUDAStreamHandle;
typedef struct CUevent_st *CUDAEventHandle;
typedef struct CUmod_st *CUDAModuleHandle;
typedef struct CUfunc_st *CUDAFunctionHandle;

// CUdevice_attribute
enum {
    CUDAAttributeMultiprocessors = 16,
    CUDAAttributeMajor = 75,
    CUDAAttributeMinor = 76,
    CUDAAttributeSharedMemoryPerBlockOptin = 97,
    CUDAAttributeVirtualMemory = 102,
};

enum {
    CUDAErrorOutOfMemory = 2,
    CUDAFunctionMaximumDynamicShared = 8,
    CUDAStreamNonBlocking = 1,
    CUDAEventDefault = 0,
    CUDAEventNoTiming = 2,
    CUDAHostRegisterPortable = 1,
};

typedef struct {
    int type; // 1: device
    int number;
} CUDALocation;

// CUmemAllocationProp
typedef struct {
    int type;             // 1: pinned
    int requestedHandles; // 0: none
    CUDALocation location;
    void *_Nullable win32;
    struct {
        unsigned char compression, rdma;
        unsigned short usage;
        unsigned char reserved[4];
    } flags;
} CUDAPageProperties;

// CUmemAccessDesc
typedef struct {
    CUDALocation location;
    int access; // 3: read and write
} CUDAPageAccess;

// CALL(name in the library, parameters); every call returns a CUDAResult.
#define CUDA_DRIVER_CALLS(CALL)                                                                                                        \
    CALL(cuInit, (unsigned flags))                                                                                                     \
    CALL(cuDriverGetVersion, (int *version))                                                                                           \
    CALL(cuGetErrorName, (CUDAResult code, const char *_Nullable *_Nonnull name))                                                      \
    CALL(cuGetErrorString, (CUDAResult code, const char *_Nullable *_Nonnull text))                                                    \
    CALL(cuDeviceGetCount, (int *count))                                                                                               \
    CALL(cuDeviceGet, (CUDADeviceNumber * device, int ordinal))                                                                        \
    CALL(cuDeviceGetName, (char *name, int capacity, CUDADeviceNumber device))                                                         \
    CALL(cuDeviceGetAttribute, (int *value, int attribute, CUDADeviceNumber device))                                                   \
    CALL(cuDeviceTotalMem_v2, (size_t * byteCount, CUDADeviceNumber device))                                                           \
    CALL(cuDevicePrimaryCtxRetain, (CUDAContextHandle _Nullable *_Nonnull context, CUDADeviceNumber device))                           \
    CALL(cuDevicePrimaryCtxRelease_v2, (CUDADeviceNumber device))                                                                      \
    CALL(cuCtxSetCurrent, (CUDAContextHandle _Nullable context))                                                                       \
    CALL(cuCtxSynchronize, (void))                                                                                                     \
    CALL(cuMemGetInfo_v2, (size_t * freeByteCount, size_t *totalByteCount))                                                            \
    CALL(cuModuleLoadData, (CUDAModuleHandle _Nullable *_Nonnull module, const void *image))                                           \
    CALL(cuModuleUnload, (CUDAModuleHandle module))                                                                                    \
    CALL(cuModuleGetFunction, (CUDAFunctionHandle _Nullable *_Nonnull function, CUDAModuleHandle module, const char *name))            \
    CALL(cuFuncSetAttribute, (CUDAFunctionHandle function, int attribute, int value))                                                  \
    CALL(cuLaunchKernel,                                                                                                               \
         (CUDAFunctionHandle function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,               \
          unsigned blockZ, unsigned sharedByteCount, CUDAStreamHandle stream, void *_Nullable *_Nullable parameters,                   \
          void *_Nullable *_Nullable extra))                                                                                           \
    CALL(cuStreamCreate, (CUDAStreamHandle _Nullable *_Nonnull stream, unsigned flags))                                                \
    CALL(cuStreamDestroy_v2, (CUDAStreamHandle stream))                                                                                \
    CALL(cuStreamSynchronize, (CUDAStreamHandle stream))                                                                               \
    CALL(cuStreamWaitEvent, (CUDAStreamHandle stream, CUDAEventHandle event, unsigned flags))                                          \
    CALL(cuEventCreate, (CUDAEventHandle _Nullable *_Nonnull event, unsigned flags))                                                   \
    CALL(cuEventDestroy_v2, (CUDAEventHandle event))                                                                                   \
    CALL(cuEventRecord, (CUDAEventHandle event, CUDAStreamHandle stream))                                                              \
    CALL(cuEventSynchronize, (CUDAEventHandle event))                                                                                  \
    CALL(cuEventElapsedTime, (float *milliseconds, CUDAEventHandle start, CUDAEventHandle end))                                        \
    CALL(cuMemHostRegister_v2, (void *address, size_t byteCount, unsigned flags))                                                      \
    CALL(cuMemHostUnregister, (void *address))                                                                                         \
    CALL(cuMemcpyHtoDAsync_v2, (CUDAAddress target, const void *source, size_t byteCount, CUDAStreamHandle stream))                    \
    CALL(cuMemcpyDtoHAsync_v2, (void *target, CUDAAddress source, size_t byteCount, CUDAStreamHandle stream))                          \
    CALL(cuMemAlloc_v2, (CUDAAddress * address, size_t byteCount))                                                                     \
    CALL(cuMemFree_v2, (CUDAAddress address))                                                                                          \
    CALL(cuMemGetAllocationGranularity, (size_t * byteCount, const CUDAPageProperties *properties, int option))                        \
    CALL(cuMemAddressReserve,                                                                                                          \
         (CUDAAddress * address, size_t byteCount, size_t alignment, CUDAAddress hint, unsigned long long flags))                      \
    CALL(cuMemAddressFree, (CUDAAddress address, size_t byteCount))                                                                    \
    CALL(cuMemCreate,                                                                                                                  \
         (CUDAPageHandle * page, size_t byteCount, const CUDAPageProperties *properties, unsigned long long flags))                    \
    CALL(cuMemRelease, (CUDAPageHandle page))                                                                                          \
    CALL(cuMemMap, (CUDAAddress address, size_t byteCount, size_t offset, CUDAPageHandle page, unsigned long long flags))              \
    CALL(cuMemUnmap, (CUDAAddress address, size_t byteCount))                                                                          \
    CALL(cuMemSetAccess, (CUDAAddress address, size_t byteCount, const CUDAPageAccess *access, size_t count))                          \
    CALL(cuTensorMapEncodeTiled,                                                                                                       \
         (void *map, int type, uint32_t rank, CUDAAddress address, const uint64_t *sizes, const uint64_t *byteStrides,                 \
          const uint32_t *tileSizes, const uint32_t *elementStrides, int interleave, int swizzle, int promotion, int fill))

// A table's place for a call.
#define CUDA_PLACE(NAME, PARAMETERS) CUDAResult(*NAME) PARAMETERS;

typedef struct { CUDA_DRIVER_CALLS(CUDA_PLACE) } CUDADriver;

// Opens the driver's library and looks every call up. NULL if the library is not there, or lacks a call: then that one's name is in
// *missing, else NULL. The table is valid until the process ends.
const CUDADriver *_Nullable cudaDriverOpen(const char *path, const char *_Nullable *_Nonnull missing);

// cuLaunchKernel of a kernel with one parameter, which the driver puts where the kernel's alignment wants it.
static inline CUDAResult cudaLaunch(const CUDADriver *driver, CUDAFunctionHandle function, const uint32_t grid[_Nonnull 3],
                                    const uint32_t block[_Nonnull 3], unsigned sharedByteCount, CUDAStreamHandle stream,
                                    const void *_Nullable argument) {
    void *parameters[] = {(void *)argument};
    return driver->cuLaunchKernel(function, grid[0], grid[1], grid[2], block[0], block[1], block[2], sharedByteCount, stream, parameters, NULL);
}

// The map, 128 bytes, of a row-major matrix of bf16 in tiles of 64 columns: each row's 16-byte pieces exchanged as warpgroups' products want
// them, zeros beyond the matrix, 256 bytes read ahead into the cache.
static inline CUDAResult cudaMapTiles(const CUDADriver *driver, void *map, CUDAAddress address, uint64_t rows, uint64_t columns,
                                      uint64_t rowByteCount, uint32_t tileRows) {
    enum { bf16 = 9, noInterleave = 0, swizzle128 = 3, promotion256 = 3, fillZeros = 0 };
    const uint64_t sizes[] = {columns, rows};
    const uint32_t tile[] = {64, tileRows}, steps[] = {1, 1};
    _Alignas(64) unsigned char made[128];
    const CUDAResult code = driver->cuTensorMapEncodeTiled(
        made, bf16, 2, address, sizes, &rowByteCount, tile, steps, noInterleave, swizzle128, promotion256, fillZeros);
    memcpy(map, made, sizeof made);
    return code;
}

#pragma clang assume_nonnull end
#endif
