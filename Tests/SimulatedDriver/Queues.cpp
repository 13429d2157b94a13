#include "Simulation.hpp"

#include <chrono>

namespace simulated {

static double now() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A queue's life: tasks one after the other, each after a random while.
static void work(Stream *stream) {
    State &s = state();
    hasContext = true;
    std::unique_lock<std::mutex> guard(s.lock);
    while (true) {
        stream->changed.wait(guard, [&] { return stream->isClosed || !stream->tasks.empty(); });
        if (stream->tasks.empty()) return;
        Task &task = stream->tasks.front();
        if (task.awaited) s.happened.wait(guard, [&] { return task.awaited->hasHappened; });
        unsigned longest = s.device.longestDelayMicroseconds;
        unsigned delay = longest == 0 ? 0 : unsigned(s.random() % (longest + 1));
        auto body = task.body;
        guard.unlock();
        if (delay > 0) std::this_thread::sleep_for(std::chrono::microseconds(delay));
        body();
        guard.lock();
        stream->tasks.pop_front();
        s.happened.notify_all();
    }
}

int enqueue(State &s, CUDAStreamHandle handle, Task task) {
    Stream *stream = reinterpret_cast<Stream *>(handle);
    if (!s.streams.count(stream)) {
        s.violate("a queue that does not exist");
        return invalidHandle;
    }
    stream->tasks.push_back(std::move(task));
    stream->changed.notify_all();
    return success;
}

void waitForAll(State &s, std::unique_lock<std::mutex> &lock) {
    s.happened.wait(lock, [&] {
        for (Stream *stream : s.streams)
            if (!stream->tasks.empty()) return false;
        return true;
    });
}

static int cuStreamCreate(CUDAStreamHandle *handle, unsigned flags) {
    SIMULATED_CALL(true)
    if (flags != CUDAStreamNonBlocking) s.violate("cuStreamCreate: a queue that waits for the default one");
    Stream *stream = new Stream;
    stream->worker = std::thread(work, stream);
    s.streams.insert(stream);
    *handle = reinterpret_cast<CUDAStreamHandle>(stream);
    return success;
}

static int cuStreamDestroy_v2(CUDAStreamHandle handle) {
    SIMULATED_CALL(false)
    Stream *stream = reinterpret_cast<Stream *>(handle);
    if (!s.streams.count(stream)) {
        s.violate("cuStreamDestroy: no such queue");
        return invalidHandle;
    }
    stream->isClosed = true;
    stream->changed.notify_all();
    guard.unlock();
    stream->worker.join();
    guard.lock();
    s.streams.erase(stream);
    delete stream;
    return success;
}

static int cuStreamSynchronize(CUDAStreamHandle handle) {
    SIMULATED_CALL(true)
    Stream *stream = reinterpret_cast<Stream *>(handle);
    if (!s.streams.count(stream)) return invalidHandle;
    s.happened.wait(guard, [&] { return stream->tasks.empty(); });
    return s.stickyError;
}

static int cuStreamWaitEvent(CUDAStreamHandle stream, CUDAEventHandle handle, unsigned flags) {
    SIMULATED_CALL(true)
    Event *event = reinterpret_cast<Event *>(handle);
    if (!s.events.count(event) || flags != 0) return invalidHandle;
    if (!event->moment) {
        s.violate("cuStreamWaitEvent: the event was never recorded, so nothing waits");
        return success;
    }
    auto moment = event->moment;
    return enqueue(s, stream, Task{[moment] {}, 0, 0, false, moment.get()});
}

static int cuEventCreate(CUDAEventHandle *handle, unsigned flags) {
    SIMULATED_CALL(true)
    if (flags != CUDAEventDefault && flags != CUDAEventNoTiming) return invalidValue;
    Event *event = new Event{flags == CUDAEventDefault, nullptr};
    s.events.insert(event);
    *handle = reinterpret_cast<CUDAEventHandle>(event);
    return success;
}

static int cuEventDestroy_v2(CUDAEventHandle handle) {
    SIMULATED_CALL(false)
    Event *event = reinterpret_cast<Event *>(handle);
    if (!s.events.erase(event)) {
        s.violate("cuEventDestroy: no such event");
        return invalidHandle;
    }
    delete event;
    return success;
}

static int cuEventRecord(CUDAEventHandle handle, CUDAStreamHandle stream) {
    SIMULATED_CALL(true)
    Event *event = reinterpret_cast<Event *>(handle);
    if (!s.events.count(event)) return invalidHandle;
    auto moment = std::make_shared<Moment>();
    event->moment = moment;
    return enqueue(s, stream, Task{[moment] {
        State &s = state();
        std::lock_guard<std::mutex> guard(s.lock);
        moment->milliseconds = now();
        moment->hasHappened = true;
        s.happened.notify_all();
    }});
}

static int cuEventSynchronize(CUDAEventHandle handle) {
    SIMULATED_CALL(true)
    Event *event = reinterpret_cast<Event *>(handle);
    if (!s.events.count(event)) return invalidHandle;
    if (!event->moment) {
        s.violate("cuEventSynchronize: the event was never recorded");
        return success;
    }
    auto moment = event->moment;
    s.happened.wait(guard, [&] { return moment->hasHappened; });
    return s.stickyError;
}

static int cuEventElapsedTime(float *milliseconds, CUDAEventHandle start, CUDAEventHandle end) {
    SIMULATED_CALL(true)
    Event *a = reinterpret_cast<Event *>(start), *b = reinterpret_cast<Event *>(end);
    if (!s.events.count(a) || !s.events.count(b) || !a->isTimed || !b->isTimed) return invalidHandle;
    if (!a->moment || !b->moment) return invalidHandle;
    if (!a->moment->hasHappened || !b->moment->hasHappened) return notReady;
    *milliseconds = float(b->moment->milliseconds - a->moment->milliseconds);
    return success;
}

void fillQueues(CUDADriver &table) {
    FILL(cuStreamCreate)
    FILL(cuStreamDestroy_v2)
    FILL(cuStreamSynchronize)
    FILL(cuStreamWaitEvent)
    FILL(cuEventCreate)
    FILL(cuEventDestroy_v2)
    FILL(cuEventRecord)
    FILL(cuEventSynchronize)
    FILL(cuEventElapsedTime)
}

} // namespace simulated
