#include "Primitive.hpp"

#include <mutex>
#include <new>

namespace {

/// Compiled code by shape. Shapes repeat from step to step; a process that draws at many sizes starts over when the cache is full.
class Cache {
public:
    /// The library's own cache would keep what this one has let go.
    Cache() { dnnl::set_primitive_cache_capacity(0); }

    template <typename Make> std::shared_ptr<const Plan> plan(const std::string &key, Make make) {
        std::lock_guard<std::mutex> lock(mutex);
        const auto found = plans.find(key);
        if (found != plans.end()) return found->second;
        auto made = make();
        if (plans.size() >= capacity) plans.clear();
        plans.emplace(key, made);
        return made;
    }

private:
    /// A picture needs about 60; each may hold a few hundred kilobytes of generated code, which no plan of memory knows of.
    static constexpr size_t capacity = 96;
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<const Plan>> plans;
};

Cache &cache() {
    static Cache cache;
    return cache;
}

template <typename... Fields> std::string makeKey(char kind, Fields... fields) {
    std::string key(1, kind);
    for (const int64_t field : {static_cast<int64_t>(fields)...}) key.append(reinterpret_cast<const char *>(&field), sizeof field);
    return key;
}

/// No exception may pass into C and Swift.
template <typename Body> OneDNNResult guarded(const char *call, Body body) {
    try {
        body(call);
        return {0, nullptr};
    } catch (const dnnl::error &error) {
        return {static_cast<int32_t>(error.status), call};
    } catch (const std::bad_alloc &) {
        return {static_cast<int32_t>(dnnl_out_of_memory), call};
    } catch (...) {
        return {static_cast<int32_t>(dnnl_runtime_error), call};
    }
}

} // namespace

OneDNNResult oneDNNMakeProduct(const OneDNNProduct *p, OneDNNPrimitive **primitive) {
    return guarded("matmul", [&](const char *&call) {
        const auto key = makeKey(
            'p', p->type, p->activation, p->hasBias, p->hasGate, p->accumulates, p->rows, p->columns, p->depth);
        *primitive = new OneDNNPrimitive{cache().plan(key, [&] { return planProduct(*p, call); })};
    });
}

OneDNNResult oneDNNMakeConvolution(const OneDNNConvolution *c, OneDNNPrimitive **primitive) {
    return guarded("convolution_forward", [&](const char *&call) {
        const auto key = makeKey('c', c->type, c->accumulates, c->height, c->width, c->inputs, c->outputs, c->kernel);
        *primitive = new OneDNNPrimitive{cache().plan(key, [&] { return planConvolution(*c, call); })};
    });
}

void oneDNNRelease(OneDNNPrimitive *primitive) { delete primitive; }

size_t oneDNNScratchByteCount(const OneDNNPrimitive *primitive) { return primitive->plan->scratchByteCount(); }

const char *oneDNNImplementation(const OneDNNPrimitive *primitive) { return primitive->plan->implementation.c_str(); }

OneDNNResult oneDNNRun(const OneDNNPrimitive *primitive, const OneDNNOperands *operands) {
    return guarded("primitive::execute", [&](const char *&) { primitive->plan->run(*operands); });
}

void oneDNNVersion(int32_t *major, int32_t *minor, int32_t *patch) {
    const auto *version = dnnl::version();
    *major = version->major;
    *minor = version->minor;
    *patch = version->patch;
}
