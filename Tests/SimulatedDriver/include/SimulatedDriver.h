// A device without a device: the calls of NVIDIA's driver, run-time compiler and product library on the host, for tests.
//
// Memory is the host's, behind the driver's rules. Queues are threads that wait a random while before each thing they do, so whatever
// two queues leave unordered happens in any order. Arguments are checked as strictly as the documentation reads: what a real driver
// would silently take, such as a wait for an event that was never recorded, is noted as a violation.
#ifndef SIMULATED_DRIVER_H
#define SIMULATED_DRIVER_H

#include "CUDACompiler.h"
#include "CUDADriver.h"
#include "CUDAProducts.h"

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t seed;
    unsigned longestDelayMicroseconds;
    size_t deviceByteCount;
} SimulatedDevice;

// Starts anew. What an earlier device was asked for must have been given back.
void simulatedReset(SimulatedDevice device);

const CUDADriver *simulatedDriver(void);
const CUDACompiler *simulatedCompiler(void);
const CUDAProducts *simulatedProducts(void);

// The call after `count` more of this name fails with `code`.
void simulatedFail(const char *call, size_t count, CUDAResult code);
// How often a call was made since the start.
size_t simulatedCallCount(const char *call);
// Bytes of the device that are in use; what it had in use at most.
size_t simulatedUsedByteCount(void);
size_t simulatedPeakByteCount(void);
// Descriptions of all violations, one a line; empty if there are none. Valid until the next call.
const char *simulatedViolations(void);
// What was not given back, as a description; empty if all was.
const char *simulatedLeaks(void);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
#endif
