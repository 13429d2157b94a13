#include "SIMTEmulator.h"
#include "Simulation.hpp"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace simulated {

static const size_t granularity = 2 << 20;
// What small buffers are rounded up to.
static const size_t bufferGranularity = 512;

static bool covers(uint64_t start, size_t byteCount, uint64_t address, size_t wanted) {
    return address >= start && address + wanted <= start + byteCount;
}

// Whether mappings lie behind all of a span.
bool State::isAccessible(uint64_t address, size_t byteCount) const {
    uint64_t end = address + byteCount;
    auto next = mappings.upper_bound(address);
    if (next == mappings.begin()) return false;
    for (--next; address < end && next != mappings.end(); ++next) {
        if (!next->second.isAccessible || next->first > address || next->first + next->second.byteCount <= address) return false;
        address = next->first + next->second.byteCount;
    }
    return address >= end;
}

bool State::isPinned(uint64_t address, size_t byteCount) const {
    auto next = pinned.upper_bound(address);
    if (next == pinned.begin()) return false;
    --next;
    return covers(next->first, next->second, address, byteCount);
}

// Whether something in a queue may still touch a span.
bool State::isUsed(uint64_t address, size_t byteCount) const {
    for (Stream *stream : streams)
        for (auto &task : stream->tasks) {
            if (task.touchesAnything) return true;
            if (task.byteCount > 0 && task.address < address + byteCount && address < task.address + task.byteCount) return true;
        }
    return false;
}

static void *pointer(uint64_t address) { return reinterpret_cast<void *>(address); }

static bool isPageProperties(const CUDAPageProperties *p) {
    return p->type == 1 && p->requestedHandles == 0 && p->location.type == 1 && p->location.number == 0;
}

static int cuMemGetAllocationGranularity(size_t *byteCount, const CUDAPageProperties *properties, int option) {
    SIMULATED_CALL(true)
    if (!isPageProperties(properties) || option < 0 || option > 1) return invalidValue;
    *byteCount = granularity;
    return success;
}

static int cuMemAddressReserve(
    CUDAAddress *address, size_t byteCount, size_t alignment, CUDAAddress hint, unsigned long long flags) {
    SIMULATED_CALL(true)
    if (byteCount == 0 || byteCount % granularity != 0 || flags != 0) return invalidValue;
    // Some more, so that the range can begin at a multiple of the granularity.
    void *base = mmap(nullptr, byteCount + granularity, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return outOfMemory;
    uint64_t start = (reinterpret_cast<uint64_t>(base) + granularity - 1) / granularity * granularity;
    uint64_t head = start - reinterpret_cast<uint64_t>(base);
    if (head > 0) munmap(base, head);
    if (granularity > head) munmap(pointer(start + byteCount), granularity - head);
    s.ranges[start] = byteCount;
    *address = start;
    return success;
}

static int cuMemAddressFree(CUDAAddress address, size_t byteCount) {
    SIMULATED_CALL(true)
    auto range = s.ranges.find(address);
    if (range == s.ranges.end() || range->second != byteCount) {
        s.violate("cuMemAddressFree: no such range");
        return invalidValue;
    }
    for (auto &[start, mapping] : s.mappings)
        if (covers(address, byteCount, start, mapping.byteCount)) {
            s.violate("cuMemAddressFree: pages are mapped in the range");
            return invalidValue;
        }
    munmap(pointer(address), byteCount);
    s.ranges.erase(range);
    return success;
}

static int cuMemCreate(CUDAPageHandle *page, size_t byteCount, const CUDAPageProperties *properties, unsigned long long flags) {
    SIMULATED_CALL(true)
    if (!isPageProperties(properties) || byteCount == 0 || byteCount % granularity != 0 || flags != 0) return invalidValue;
    if (!s.take(byteCount)) return outOfMemory;
    int file = memfd_create("simulated page", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, off_t(byteCount)) != 0) {
        if (file >= 0) close(file);
        s.give(byteCount);
        return outOfMemory;
    }
    *page = s.nextPage++;
    s.pages[*page] = Page{file, byteCount};
    return success;
}

static int cuMemRelease(CUDAPageHandle handle) {
    SIMULATED_CALL(true)
    auto page = s.pages.find(handle);
    if (page == s.pages.end()) {
        s.violate("cuMemRelease: no such page");
        return invalidValue;
    }
    if (page->second.address != 0) {
        s.violate("cuMemRelease: the page is mapped");
        return invalidValue;
    }
    close(page->second.file);
    s.give(page->second.byteCount);
    s.pages.erase(page);
    return success;
}

static int cuMemMap(CUDAAddress address, size_t byteCount, size_t offset, CUDAPageHandle handle, unsigned long long flags) {
    SIMULATED_CALL(true)
    auto page = s.pages.find(handle);
    if (page == s.pages.end() || page->second.byteCount != byteCount || page->second.address != 0 || offset != 0 || flags != 0
        || address % granularity != 0) {
        s.violate("cuMemMap: not a whole page that is mapped nowhere");
        return invalidValue;
    }
    bool isReserved = false;
    for (auto &[start, size] : s.ranges) isReserved |= covers(start, size, address, byteCount);
    for (auto &[start, mapping] : s.mappings) isReserved &= start >= address + byteCount || start + mapping.byteCount <= address;
    if (!isReserved) {
        s.violate("cuMemMap: the addresses are not reserved, or taken");
        return invalidValue;
    }
    if (mmap(pointer(address), byteCount, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, page->second.file, 0) == MAP_FAILED)
        return outOfMemory;
    page->second.address = address;
    s.mappings[address] = Mapping{byteCount, handle, false};
    return success;
}

static int cuMemSetAccess(CUDAAddress address, size_t byteCount, const CUDAPageAccess *access, size_t count) {
    SIMULATED_CALL(true)
    auto mapping = s.mappings.find(address);
    if (mapping == s.mappings.end() || mapping->second.byteCount != byteCount || count != 1 || access->access != 3
        || access->location.type != 1 || access->location.number != 0)
        return invalidValue;
    mapping->second.isAccessible = true;
    // What a page holds that was never written must not matter: it is no number in any type.
    memset(pointer(address), 0xff, byteCount);
    simt_register(address, byteCount);
    return success;
}

static int cuMemUnmap(CUDAAddress address, size_t byteCount) {
    SIMULATED_CALL(true)
    if (s.isUsed(address, byteCount)) s.violate("cuMemUnmap: the memory is still used");
    uint64_t end = address + byteCount;
    for (uint64_t next = address; next < end;) {
        auto mapping = s.mappings.find(next);
        if (mapping == s.mappings.end() || mapping->second.page == 0 || next + mapping->second.byteCount > end) {
            s.violate("cuMemUnmap: not whole mappings");
            return invalidValue;
        }
        if (mapping->second.isAccessible) simt_unregister(next);
        s.pages[mapping->second.page].address = 0;
        next += mapping->second.byteCount;
        s.mappings.erase(mapping);
    }
    mmap(pointer(address), byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return success;
}

static int cuMemAlloc_v2(CUDAAddress *address, size_t byteCount) {
    SIMULATED_CALL(true)
    if (byteCount == 0) return invalidValue;
    size_t taken = (byteCount + bufferGranularity - 1) / bufferGranularity * bufferGranularity;
    if (!s.take(taken)) return outOfMemory;
    // A page of the host before and after, so that accesses beside the buffer fault.
    size_t page = 4096, mapped = (taken + page - 1) / page * page + 2 * page;
    char *base = static_cast<char *>(mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base == MAP_FAILED) {
        s.give(taken);
        return outOfMemory;
    }
    memset(base + page, 0xff, mapped - 2 * page);
    mprotect(base, page, PROT_NONE);
    mprotect(base + mapped - page, page, PROT_NONE);
    *address = reinterpret_cast<uint64_t>(base + page);
    s.mappings[*address] = Mapping{taken, 0, true};
    simt_register(*address, taken);
    return success;
}

static int cuMemFree_v2(CUDAAddress address) {
    SIMULATED_CALL(true)
    waitForAll(s, guard);
    auto mapping = s.mappings.find(address);
    if (mapping == s.mappings.end() || mapping->second.page != 0) {
        s.violate("cuMemFree: no such buffer");
        return invalidValue;
    }
    simt_unregister(address);
    size_t page = 4096;
    munmap(pointer(address - page), (mapping->second.byteCount + page - 1) / page * page + 2 * page);
    s.give(mapping->second.byteCount);
    s.mappings.erase(mapping);
    return success;
}

static int cuMemHostRegister_v2(void *address, size_t byteCount, unsigned flags) {
    SIMULATED_CALL(true)
    uint64_t start = reinterpret_cast<uint64_t>(address);
    if (byteCount == 0 || start % 4096 != 0 || flags > 3) return invalidValue;
    for (auto &[other, size] : s.pinned)
        if (other < start + byteCount && start < other + size) return hostMemoryAlreadyRegistered;
    s.pinned[start] = byteCount;
    return success;
}

static int cuMemHostUnregister(void *address) {
    SIMULATED_CALL(true)
    auto span = s.pinned.find(reinterpret_cast<uint64_t>(address));
    if (span == s.pinned.end()) {
        s.violate("cuMemHostUnregister: not registered");
        return hostMemoryNotRegistered;
    }
    waitForAll(s, guard);
    s.pinned.erase(span);
    return success;
}

static int copy(State &s, CUDAStreamHandle stream, const char *call, uint64_t device, void *target, const void *source, uint64_t host, size_t byteCount) {
    if (!s.isAccessible(device, byteCount)) {
        s.violate(std::string(call) + ": device memory that is not mapped");
        return invalidValue;
    }
    if (!s.isPinned(host, byteCount)) {
        s.violate(std::string(call) + ": host memory that is not locked");
        return invalidValue;
    }
    return enqueue(s, stream, Task{[=] { memcpy(target, source, byteCount); }, device, byteCount});
}

static int cuMemcpyHtoDAsync_v2(CUDAAddress target, const void *source, size_t byteCount, CUDAStreamHandle stream) {
    SIMULATED_CALL(true)
    return copy(s, stream, __func__, target, pointer(target), source, reinterpret_cast<uint64_t>(source), byteCount);
}

static int cuMemcpyDtoHAsync_v2(void *target, CUDAAddress source, size_t byteCount, CUDAStreamHandle stream) {
    SIMULATED_CALL(true)
    return copy(s, stream, __func__, source, target, pointer(source), reinterpret_cast<uint64_t>(target), byteCount);
}

void fillMemory(CUDADriver &table) {
    FILL(cuMemGetAllocationGranularity)
    FILL(cuMemAddressReserve)
    FILL(cuMemAddressFree)
    FILL(cuMemCreate)
    FILL(cuMemRelease)
    FILL(cuMemMap)
    FILL(cuMemSetAccess)
    FILL(cuMemUnmap)
    FILL(cuMemAlloc_v2)
    FILL(cuMemFree_v2)
    FILL(cuMemHostRegister_v2)
    FILL(cuMemHostUnregister)
    FILL(cuMemcpyHtoDAsync_v2)
    FILL(cuMemcpyDtoHAsync_v2)
}

} // namespace simulated
