#include "Block.hpp"

#include <algorithm>
#include <cstdio>

namespace simt {

thread_local Block *currentBlock;
thread_local Thread *currentThread;

// Room for frames of an unoptimised build; pages that no frame reaches are never made.
static constexpr size_t stackByteCount = 256 << 10;

Block::Block(const Launch &launch)
    : size(launch.block), gridSize(launch.grid),
      shared(launch.sharedByteCount, (size_t(size.x) * size.y * size.z + 31) / 32), launch(launch), threads(size_t(size.x) * size.y * size.z),
      warps((threads.size() + 31) / 32), warpgroups((threads.size() + 127) / 128), products(warpgroups.size()) {
    for (unsigned i = 0; i < threads.size(); i++) {
        threads[i].number = i;
        threads[i].index = {i % size.x, i / size.x % size.y, i / size.x / size.y};
    }
    ready.reserve(threads.size());
}

bool Block::run(Index block) {
    index = block;
    currentBlock = this;
    shared.reset();
    for (Thread &thread : threads) {
        thread.isDone = false;
        thread.waitsFor = Collective::none;
        thread.copies.clear();
        thread.groupCount = thread.productGroupCount = 0;
        thread.hasBegunProducts = false;
    }
    std::fill(warps.begin(), warps.end(), Group());
    std::fill(warpgroups.begin(), warpgroups.end(), Group());
    for (auto &pending : products) pending.clear();
    phaseBarriers.clear();
    ready.clear();
    started = done = atBarrier = 0;
    nextReady = 0;
    freeStacks.clear();
    for (auto &stack : stacks) freeStacks.push_back(stack.get());
    currentThread = &threads[0];
    // Comes back when all threads are done, or after a fault.
    if (_setjmp(caller) == 0) runNext();
    currentBlock = nullptr;
    return fault.empty();
}

// Continues a thread that can run, else starts the next one. Never returns: threads wait in `resume`, the block's caller in `caller`.
void Block::runNext() {
    if (nextReady < ready.size()) {
        currentThread = &threads[ready[nextReady++]];
        if (nextReady == ready.size()) {
            ready.clear();
            nextReady = 0;
        }
        _longjmp(currentThread->resume, 1);
    }
    if (started == threads.size()) {
        if (done < threads.size()) explainDeadlock();
        _longjmp(caller, 1);
    }
    if (!freeStacks.empty()) {
        nextStack = freeStacks.back();
        freeStacks.pop_back();
        _longjmp(nextStack->again, 1);
    }
    stacks.push_back(std::make_unique<Stack>());
    Stack *stack = nextStack = stacks.back().get();
    stack->bytes.reset(new char[stackByteCount]);
    getcontext(&stack->start);
    stack->start.uc_stack.ss_sp = stack->bytes.get();
    stack->start.uc_stack.ss_size = stackByteCount;
    stack->start.uc_link = nullptr;
    makecontext(&stack->start, Block::enter, 0);
    setcontext(&stack->start);
    __builtin_unreachable();
}

// A stack's life: threads one after another, until one waits and keeps it; then from the top again when the stack is free.
void Block::enter() {
    _setjmp(currentBlock->nextStack->again);
    Block &block = *currentBlock;
    Stack *const stack = block.nextStack;
    for (;;) {
        currentThread = &block.threads[block.started++];
        block.launch.invoke(block.launch.arguments);
        currentThread->isDone = true;
        block.done++;
        const bool othersCanRun = block.nextReady < block.ready.size();
        // A thread that waited came back on the stack it waited on, which is this one.
        if (othersCanRun || block.started == block.threads.size()) {
            block.freeStacks.push_back(stack);
            block.runNext();
        }
    }
}

void Block::explainDeadlock() {
    static const char *const names[] = {"nothing", "a barrier", "a warp's barrier", "a shuffle", "a load of matrices", "a load of matrices",
                                        "a matrix product", "an arrival", "the end of a phase", "a copy of a tile",
                                        "a warpgroup's product", "a warpgroup's product", "the end of products"};
    for (const Thread &thread : threads)
        if (!thread.isDone) {
            currentThread = &threads[thread.number];
            fail(std::string("waits at ") + names[int(thread.waitsFor)] + " for threads that are elsewhere or have ended");
        }
}

void Block::fail(std::string what) {
    char place[128];
    std::snprintf(place, sizeof place, "block (%u, %u, %u), thread (%u, %u, %u): ", index.x, index.y, index.z, current().index.x,
                  current().index.y, current().index.z);
    fault = place + what;
    _longjmp(caller, 1);
}

void Block::checkGlobal(const void *address, size_t byteCount, const char *access) {
    const auto first = reinterpret_cast<uintptr_t>(address);
    if (first % byteCount != 0) fail("misaligned " + std::string(access) + " of " + std::to_string(byteCount) + " bytes");
    if (first - lastRange.address < lastRange.byteCount && byteCount <= lastRange.byteCount - (first - lastRange.address)) return;
    const auto after = std::upper_bound(
        launch.ranges->begin(), launch.ranges->end(), first, [](uintptr_t a, const Range &range) { return a < range.address; });
    if (after != launch.ranges->begin()) {
        const Range &range = *(after - 1);
        if (first - range.address < range.byteCount && byteCount <= range.byteCount - (first - range.address)) {
            lastRange = range;
            return;
        }
        const ptrdiff_t beyond = first + byteCount - (range.address + range.byteCount);
        fail(std::string(access) + " that ends " + std::to_string(beyond) + " bytes beyond a buffer of " + std::to_string(range.byteCount));
    }
    fail(std::string(access) + " outside of the device's memory");
}

void Block::release(unsigned first, unsigned count) {
    for (unsigned i = first; i < first + count; i++) {
        threads[i].waitsFor = Collective::none;
        if (&threads[i] != currentThread) ready.push_back(i);
    }
}

// Whether this is the last thread of its group to come to the operation.
bool Block::arrive(Group &group, unsigned groupSize, Collective kind) {
    if (group.arrived > 0 && group.waitsFor != kind) fail("other threads of its group are at another collective operation");
    group.waitsFor = kind;
    if (++group.arrived < groupSize) return false;
    group.arrived = 0;
    return true;
}

// Waits until all of the warp, the warpgroup or the block have come. The last one does the work for all and goes on, unless the warp has to
// wait for others.
void Block::meet(Collective kind) {
    Thread &thread = current();
    thread.waitsFor = kind;
    if (kind == Collective::barrier) {
        if (++atBarrier == threads.size()) {
            atBarrier = 0;
            shared.blockBarrier();
            release(0, threads.size());
            return;
        }
    } else if (kind >= Collective::multiplyTiles) {
        const unsigned warpgroup = thread.number / 128;
        if (threads.size() % 128 != 0) fail("a warpgroup's product in a block that is not whole warpgroups");
        if (arrive(warpgroups[warpgroup], 128, kind)) {
            if (kind == Collective::waitForProducts) finishProducts(warpgroup);
            else startProduct(warpgroup, kind);
            release(warpgroup * 128, 128);
            return;
        }
    } else {
        const unsigned warp = thread.number / 32, lanes = std::min<size_t>(32, threads.size() - warp * 32);
        if (arrive(warps[warp], lanes, kind)) {
            if (lanes < 32 && kind != Collective::warpBarrier) fail("a collective operation of a warp with fewer than 32 threads");
            if (complete(warp, kind)) {
                release(warp * 32, lanes);
                return;
            }
        }
    }
    if (_setjmp(thread.resume) == 0) runNext();
}

void Block::startCopy(void *target, const void *global, bool valid) {
    checkGlobal(global, 16, "read");
    shared.write(target, 16, 16);
    current().copies.push_back({static_cast<unsigned char *>(target), global, valid, current().groupCount});
}

void Block::finishCopies(unsigned pending) {
    Thread &thread = current();
    size_t kept = 0;
    for (const PendingCopy &copy : thread.copies) {
        if (copy.group + pending >= thread.groupCount) {
            thread.copies[kept++] = copy;
            continue;
        }
        shared.write(copy.target, 16, 16);
        if (copy.valid) std::memcpy(copy.target, copy.source, 16);
        else std::memset(copy.target, 0, 16);
    }
    thread.copies.resize(kept);
}

}
