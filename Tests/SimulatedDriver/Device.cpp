#include "Simulation.hpp"

#include <cstdio>
#include <cstring>

namespace simulated {

// What a context and its code take of the device.
static const size_t contextByteCount = 64 << 20;

State &state() {
    static State state;
    return state;
}

bool State::take(size_t byteCount) {
    if (byteCount > device.deviceByteCount - usedByteCount) return false;
    usedByteCount += byteCount;
    if (usedByteCount > peakByteCount) peakByteCount = usedByteCount;
    return true;
}

int enter(State &s, const char *call, bool needsContext) {
    s.callCounts[call]++;
    auto fault = s.faults.find(call);
    if (fault != s.faults.end() && fault->second.first-- == 0) {
        int code = fault->second.second;
        s.faults.erase(fault);
        return code;
    }
    if (!s.isInitialized && strcmp(call, "cuInit") != 0) return notInitialized;
    if (needsContext && !hasContext) {
        s.violate(std::string(call) + ": the thread has no context");
        return invalidContext;
    }
    return needsContext ? s.stickyError : 0;
}

static int cuInit(unsigned flags) {
    SIMULATED_CALL(false)
    if (flags != 0) return invalidValue;
    s.isInitialized = true;
    return success;
}

static int cuDriverGetVersion(int *version) {
    *version = 12080;
    return success;
}

static int cuGetErrorName(CUDAResult code, const char **name) {
    static thread_local char text[32];
    snprintf(text, sizeof text, "SIMULATED_%d", code);
    *name = text;
    return success;
}

static int cuGetErrorString(CUDAResult code, const char **text) {
    *text = code == outOfMemory ? "out of memory" : code == illegalAddress ? "an illegal memory access was encountered" : "simulated";
    return success;
}

static int cuDeviceGetCount(int *count) {
    SIMULATED_CALL(false)
    *count = 1;
    return success;
}

static int cuDeviceGet(CUDADeviceNumber *device, int ordinal) {
    SIMULATED_CALL(false)
    if (ordinal != 0) return invalidDevice;
    *device = 0;
    return success;
}

static int cuDeviceGetName(char *name, int capacity, CUDADeviceNumber device) {
    SIMULATED_CALL(false)
    if (device != 0) return invalidDevice;
    snprintf(name, capacity, "simulated device");
    return success;
}

static int cuDeviceGetAttribute(int *value, int attribute, CUDADeviceNumber device) {
    SIMULATED_CALL(false)
    if (device != 0) return invalidDevice;
    switch (attribute) {
    case CUDAAttributeMultiprocessors: *value = 4; return success;
    case CUDAAttributeMajor: *value = 9; return success;
    case CUDAAttributeMinor: *value = 0; return success;
    case CUDAAttributeSharedMemoryPerBlockOptin: *value = 227 << 10; return success;
    case CUDAAttributeVirtualMemory: *value = 1; return success;
    default: return invalidValue;
    }
}

static int cuDeviceTotalMem_v2(size_t *byteCount, CUDADeviceNumber device) {
    SIMULATED_CALL(false)
    if (device != 0) return invalidDevice;
    *byteCount = s.device.deviceByteCount;
    return success;
}

static int cuDevicePrimaryCtxRetain(CUDAContextHandle *context, CUDADeviceNumber device) {
    SIMULATED_CALL(false)
    if (device != 0) return invalidDevice;
    if (s.contextCount == 0 && !s.take(contextByteCount)) return outOfMemory;
    s.contextCount++;
    *context = reinterpret_cast<CUDAContextHandle>(&s);
    return success;
}

static int cuDevicePrimaryCtxRelease_v2(CUDADeviceNumber device) {
    SIMULATED_CALL(false)
    if (device != 0 || s.contextCount == 0) return invalidDevice;
    if (--s.contextCount == 0) {
        s.give(contextByteCount);
        if (!s.streams.empty() || !s.events.empty() || !s.mappings.empty()) s.violate("the context went before what is in it");
    }
    return success;
}

static int cuCtxSetCurrent(CUDAContextHandle context) {
    SIMULATED_CALL(false)
    hasContext = context != nullptr;
    return success;
}

static int cuCtxSynchronize() {
    SIMULATED_CALL(true)
    waitForAll(s, guard);
    return s.stickyError;
}

static int cuMemGetInfo_v2(size_t *freeByteCount, size_t *totalByteCount) {
    SIMULATED_CALL(true)
    *totalByteCount = s.device.deviceByteCount;
    *freeByteCount = s.device.deviceByteCount - s.usedByteCount;
    return success;
}

} // namespace simulated

using namespace simulated;

const CUDADriver *simulatedDriver(void) {
    static const CUDADriver table = [] {
        CUDADriver table{};
        FILL(cuInit)
        FILL(cuDriverGetVersion)
        FILL(cuGetErrorName)
        FILL(cuGetErrorString)
        FILL(cuDeviceGetCount)
        FILL(cuDeviceGet)
        FILL(cuDeviceGetName)
        FILL(cuDeviceGetAttribute)
        FILL(cuDeviceTotalMem_v2)
        FILL(cuDevicePrimaryCtxRetain)
        FILL(cuDevicePrimaryCtxRelease_v2)
        FILL(cuCtxSetCurrent)
        FILL(cuCtxSynchronize)
        FILL(cuMemGetInfo_v2)
        fillMemory(table);
        fillQueues(table);
        fillModules(table);
        return table;
    }();
    return &table;
}

void simulatedReset(SimulatedDevice device) {
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    s.device = device;
    s.random.seed(device.seed);
    s.isInitialized = false;
    s.stickyError = 0;
    s.peakByteCount = s.usedByteCount;
    s.callCounts.clear();
    s.faults.clear();
    s.violations.clear();
}

void simulatedFail(const char *call, size_t count, CUDAResult code) {
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    s.faults[call] = {count, code};
}

size_t simulatedCallCount(const char *call) {
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    return s.callCounts[call];
}

size_t simulatedUsedByteCount(void) {
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    return s.usedByteCount;
}

size_t simulatedPeakByteCount(void) {
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    return s.peakByteCount;
}

const char *simulatedViolations(void) {
    static thread_local std::string text;
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    text.clear();
    for (auto &violation : s.violations) text += violation + "\n";
    return text.c_str();
}

const char *simulatedLeaks(void) {
    static thread_local std::string text;
    State &s = state();
    std::lock_guard<std::mutex> guard(s.lock);
    text.clear();
    auto add = [](const char *what, size_t count) {
        if (count > 0) text += std::to_string(count) + " " + what + "\n";
    };
    add("contexts", s.contextCount);
    add("queues", s.streams.size());
    add("events", s.events.size());
    add("modules", s.modules.size());
    add("reserved ranges", s.ranges.size());
    add("pages", s.pages.size());
    add("mappings", s.mappings.size());
    add("locked spans of host memory", s.pinned.size());
    return text.c_str();
}
