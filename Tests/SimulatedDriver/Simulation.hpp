#pragma once

#include "SimulatedDriver.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace simulated {

enum Code {
    success = 0,
    invalidValue = 1,
    outOfMemory = 2,
    notInitialized = 3,
    invalidDevice = 101,
    invalidContext = 201,
    invalidHandle = 400,
    notFound = 500,
    notReady = 600,
    illegalAddress = 700,
    hostMemoryAlreadyRegistered = 712,
    hostMemoryNotRegistered = 713,
};

// What an event was last recorded for: set when the queue reaches it.
struct Moment {
    bool hasHappened = false;
    double milliseconds = 0;
};

struct Event {
    bool isTimed;
    std::shared_ptr<Moment> moment; // none before the first record
};

// One thing that a queue will do, and the device memory that it touches.
struct Task {
    std::function<void()> body;
    uint64_t address = 0;
    size_t byteCount = 0;
    bool touchesAnything = false; // a kernel
    Moment *awaited = nullptr;
};

struct Stream {
    std::deque<Task> tasks; // the first one is under way
    bool isClosed = false;
    std::condition_variable changed;
    std::thread worker;
};

struct Page {
    int file;
    size_t byteCount;
    uint64_t address = 0; // 0: mapped nowhere
};

struct Mapping {
    size_t byteCount;
    uint64_t page; // 0 for memory of cuMemAlloc
    bool isAccessible;
};

struct Function {
    std::string name;
    int mostDynamicShared = 48 << 10;
};

struct Module {
    std::vector<std::unique_ptr<Function>> functions;
};

// All of the simulated device. One lock guards it; tasks run without it.
struct State {
    std::mutex lock;
    std::condition_variable happened;
    SimulatedDevice device{};
    std::mt19937_64 random;
    bool isInitialized = false;
    int contextCount = 0;
    int stickyError = 0;
    size_t usedByteCount = 0, peakByteCount = 0;
    std::map<std::string, size_t> callCounts;
    std::map<std::string, std::pair<size_t, int>> faults;
    std::vector<std::string> violations;
    std::set<Stream *> streams;
    std::set<Event *> events;
    std::set<Module *> modules;
    std::map<uint64_t, size_t> ranges;     // reserved addresses
    std::map<uint64_t, Page> pages;        // by handle
    std::map<uint64_t, Mapping> mappings;  // by address
    std::map<uint64_t, size_t> pinned;     // host memory
    uint64_t nextPage = 1;

    void violate(const std::string &text) { violations.push_back(text); }
    bool take(size_t byteCount);
    void give(size_t byteCount) { usedByteCount -= byteCount; }
    bool isAccessible(uint64_t address, size_t byteCount) const;
    bool isPinned(uint64_t address, size_t byteCount) const;
    bool isUsed(uint64_t address, size_t byteCount) const;
};

State &state();

thread_local inline bool hasContext = false;

// What comes before every call: it is counted, may be made to fail, and needs a context unless stated otherwise.
int enter(State &state, const char *call, bool needsContext = true);

// Puts a task into a queue; the lock is held.
int enqueue(State &state, CUDAStreamHandle stream, Task task);

// Waits until every queue is idle; `lock` is held before and after.
void waitForAll(State &state, std::unique_lock<std::mutex> &lock);

void fillMemory(CUDADriver &table);
void fillQueues(CUDADriver &table);
void fillModules(CUDADriver &table);

} // namespace simulated

// A call's beginning: the state, its lock, and what the call returns at once.
#define SIMULATED_CALL(NEEDS_CONTEXT)                                                                                                  \
    State &s = state();                                                                                                                \
    std::unique_lock<std::mutex> guard(s.lock);                                                                                        \
    if (int code = enter(s, __func__, NEEDS_CONTEXT)) return code;

#define FILL(NAME) table.NAME = simulated::NAME;
