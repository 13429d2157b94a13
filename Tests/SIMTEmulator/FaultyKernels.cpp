// Kernels that do one thing wrong each, to see that the emulator finds it.
#include "Kernels.hpp"
#include "Language.hpp"

#include "../../Sources/CCUDA/kernels/Device.cuh"

namespace {

// x f32 [columns], output f32 [columns], one block of as many threads.
using Arguments = CUDAElementwise;

float *out(const Arguments &a) { return (float *)a.output.address; }
const float *in(const Arguments &a) { return (const float *)a.x.address; }

// Reverses x through shared memory, correctly.
void reverse(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    storeShared(shared + threadIdx.x, load(in(a) + threadIdx.x));
    blockBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + blockDim.x - 1 - threadIdx.x));
}

void reverseWithoutBarrier(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    storeShared(shared + threadIdx.x, load(in(a) + threadIdx.x));
    warpBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + blockDim.x - 1 - threadIdx.x));
}

void overwriteWithoutBarrier(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    storeShared(shared + threadIdx.x, load(in(a) + threadIdx.x));
    blockBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + (threadIdx.x + 1) % blockDim.x));
    storeShared(shared + threadIdx.x, 0.0f);
}

void readBeyondBuffer(const Arguments &a) { store(out(a) + threadIdx.x, load(in(a) + threadIdx.x + 1)); }
void writeBeyondBuffer(const Arguments &a) { store(out(a) + threadIdx.x + 1, 0.0f); }
void readBeyondShared(const Arguments &a) { store(out(a) + threadIdx.x, loadShared((const float *)sharedMemory() + threadIdx.x + 1)); }
void misaligned(const Arguments &a) { store((float4 *)(out(a) + 1), make_float4(0, 0, 0, 0)); }

void barrierInBranch(const Arguments &a) {
    if (threadIdx.x % 2 == 0) blockBarrier();
    store(out(a) + threadIdx.x, 0.0f);
}

void shuffleInBranch(const Arguments &a) {
    if (threadIdx.x < 16) store(out(a) + threadIdx.x, shuffleXor(1, 1));
}

void differentCollectives(const Arguments &a) {
    if (threadIdx.x % 32 < 16) warpBarrier();
    else store(out(a) + threadIdx.x, shuffleXor(1, 1));
}

// What was started is not there before it is waited for.
void copyWithoutWait(const Arguments &a) {
    float *shared = (float *)sharedMemory();
    if (threadIdx.x % 4 == 0) copyAsync16(shared + threadIdx.x, in(a) + threadIdx.x, true);
    commitCopies();
    blockBarrier();
    store(out(a) + threadIdx.x, loadShared(shared + threadIdx.x));
}

template <void (*body)(const Arguments &)> simt::Kernel faulty(const char *name) {
    return {name, sizeof(Arguments), [](const void *arguments) { body(*static_cast<const Arguments *>(arguments)); }};
}

}

namespace simt {

const Kernel *faultyKernels(size_t &count) {
#define FAULTY(NAME) faulty<NAME>(#NAME)
    static const Kernel kernels[] = {
        FAULTY(reverse),          FAULTY(reverseWithoutBarrier), FAULTY(overwriteWithoutBarrier), FAULTY(readBeyondBuffer),
        FAULTY(writeBeyondBuffer), FAULTY(readBeyondShared),      FAULTY(misaligned),              FAULTY(barrierInBranch),
        FAULTY(shuffleInBranch),  FAULTY(differentCollectives),  FAULTY(copyWithoutWait),
    };
    count = sizeof kernels / sizeof kernels[0];
    return kernels;
}

}
