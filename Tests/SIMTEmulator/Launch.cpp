#include "Block.hpp"
#include "Kernels.hpp"
#include "SIMTEmulator.h"

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

namespace simt {

namespace {

std::mutex registration;
std::map<uintptr_t, size_t> registered;

Ranges registeredRanges() {
    const std::lock_guard<std::mutex> lock(registration);
    Ranges ranges;
    ranges.reserve(registered.size());
    for (const auto &[address, byteCount] : registered) ranges.push_back({address, byteCount});
    return ranges;
}

const Kernel *find(const char *name) {
    for (auto table : {allKernels, faultyKernels}) {
        size_t count;
        const Kernel *kernels = table(count);
        for (size_t i = 0; i < count; i++)
            if (std::string(kernels[i].name) == name) return &kernels[i];
    }
    return nullptr;
}

// The limits of sm_86, the tightest of the architectures that kernels are compiled for, except for those of sm_90 alone.
std::string problem(const Kernel *kernel, const char *name, Index grid, Index block, size_t shared, size_t argumentByteCount) {
    if (!kernel) return std::string("there is no kernel ") + name;
    if (argumentByteCount != kernel->argumentByteCount)
        return "arguments of " + std::to_string(argumentByteCount) + " bytes, expected " + std::to_string(kernel->argumentByteCount);
    const uint64_t threads = uint64_t(block.x) * block.y * block.z;
    if (threads == 0 || threads > 1024 || block.z > 64) return "a block of " + std::to_string(threads) + " threads";
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535)
        return "a grid of " + std::to_string(grid.x) + "×" + std::to_string(grid.y) + "×" + std::to_string(grid.z) + " blocks";
    const bool isHopper = std::string(name).find("Hopper") != std::string::npos;
    if (shared > (isHopper ? 227 : 99) << 10) return std::to_string(shared) + " bytes of shared memory";
    return "";
}

// Blocks have no order among them: the host's threads take them as they come.
std::string runBlocks(const Launch &launch) {
    const uint64_t count = uint64_t(launch.grid.x) * launch.grid.y * launch.grid.z;
    std::atomic<uint64_t> next{0};
    std::mutex faults;
    std::string fault;
    auto work = [&] {
        Block block(launch);
        for (uint64_t i; (i = next++) < count;) {
            const Index index = {unsigned(i % launch.grid.x), unsigned(i / launch.grid.x % launch.grid.y),
                                 unsigned(i / launch.grid.x / launch.grid.y)};
            if (block.run(index)) continue;
            const std::lock_guard<std::mutex> lock(faults);
            if (fault.empty()) fault = block.fault;
            next = count;
            return;
        }
    };
    std::vector<std::thread> workers;
    const uint64_t workerCount = std::min<uint64_t>(count, std::max(1u, std::thread::hardware_concurrency()));
    for (uint64_t i = 1; i < workerCount; i++) workers.emplace_back(work);
    work();
    for (std::thread &worker : workers) worker.join();
    return fault;
}

}

}

int simt_launch(
    const char *name, simt_dim grid, simt_dim block, size_t sharedByteCount, const void *arguments, size_t argumentByteCount, char *error,
    size_t errorByteCount) {
    const simt::Kernel *kernel = simt::find(name);
    const simt::Index gridSize = {grid.x, grid.y, grid.z}, blockSize = {block.x, block.y, block.z};
    std::string fault = simt::problem(kernel, name, gridSize, blockSize, sharedByteCount, argumentByteCount);
    if (fault.empty()) {
        const simt::Ranges ranges = simt::registeredRanges();
        alignas(64) unsigned char copy[4096];
        std::memcpy(copy, arguments, argumentByteCount);
        fault = simt::runBlocks({kernel->invoke, copy, gridSize, blockSize, sharedByteCount, &ranges});
    }
    if (fault.empty()) return 0;
    std::snprintf(error, errorByteCount, "%s: %s", name, fault.c_str());
    return 1;
}

void simt_register(uint64_t address, size_t byteCount) {
    const std::lock_guard<std::mutex> lock(simt::registration);
    simt::registered[address] = byteCount;
}

void simt_unregister(uint64_t address) {
    const std::lock_guard<std::mutex> lock(simt::registration);
    simt::registered.erase(address);
}

size_t simt_kernel_count(void) {
    size_t count;
    simt::allKernels(count);
    return count;
}

const char *simt_kernel_name(size_t index) {
    size_t count;
    return simt::allKernels(count)[index].name;
}

size_t simt_argument_byte_count(const char *kernel) {
    const simt::Kernel *found = simt::find(kernel);
    return found ? found->argumentByteCount : 0;
}
