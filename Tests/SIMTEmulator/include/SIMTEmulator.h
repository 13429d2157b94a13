// Runs the CUDA kernels on the host, thread by thread, and finds what a device would leave unsaid.
#ifndef SIMT_EMULATOR_H
#define SIMT_EMULATOR_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    unsigned x, y, z;
} simt_dim;

// What a map for the copy engine says here, in the 128 bytes that a driver's would take: tiles of `tileRows` rows of `tileRowByteCount` bytes of
// a row-major matrix.
#define SIMT_TILE_MAP_MARK 0x70616d2d656c6974ull
typedef struct {
    uint64_t mark, address, columns, rows, rowByteCount;
    uint32_t elementByteCount, tileRows, tileRowByteCount;
} simt_tile_map;

// Runs a kernel to its end. The arguments are laid out as a parameter list. Returns 0, or 1 with a described fault: a kernel that does not
// exist, arguments of another size, a shape beyond the device's limits, an access outside registered memory or shared memory, a misaligned
// one, shared memory used by two threads or by the copy engine with no barrier between, threads that miss a barrier or a warp's collective
// operation, a phase of a barrier that is awaited too early or too late. Products of warpgroups and copies happen at the last moment.
int simt_launch(
    const char *kernel, simt_dim grid, simt_dim block, size_t sharedByteCount, const void *_Nullable arguments, size_t argumentByteCount,
    char *error, size_t errorByteCount);

// Makes memory known as the device's: kernels may use it and nothing else. Ranges do not overlap.
void simt_register(uint64_t address, size_t byteCount);
void simt_unregister(uint64_t address);

// The kernels' names, in a fixed order.
size_t simt_kernel_count(void);
const char *simt_kernel_name(size_t index);
// Bytes of a kernel's parameters; 0 for one that does not exist.
size_t simt_argument_byte_count(const char *kernel);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
#endif
