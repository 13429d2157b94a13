#pragma once

#include "COneDNN.h"

#include <cstdint>
#include <dnnl.hpp>
#include <memory>
#include <string>
#include <unordered_map>

/// Compiled code and the layouts of its operands.
struct Plan {
    dnnl::primitive compute;
    dnnl::memory::desc x, weight, bias, gate, output, scratchpad;
    /// Brings the caller's weight into the layout the code wants; empty if that is the caller's layout.
    dnnl::primitive reorder;
    dnnl::memory::desc plainWeight, reorderScratchpad;
    std::string implementation;

    /// The caller's scratch is the reordered weight, then the scratchpad that both steps use in turn.
    size_t scratchpadOffset() const;
    size_t scratchByteCount() const;
    void run(const OneDNNOperands &operands) const;
};

struct OneDNNPrimitive {
    std::shared_ptr<const Plan> plan;
};

dnnl::engine &engine();
dnnl::memory::data_type dataType(OneDNNType type);
/// All scratch comes from the caller, so that the memory ledger sees it.
dnnl::primitive_attr attributes(const dnnl::post_ops &operations);

/// `call` is kept at the name of the step in progress, for the report of a failure.
std::shared_ptr<const Plan> planProduct(const OneDNNProduct &product, const char *&call);
std::shared_ptr<const Plan> planConvolution(const OneDNNConvolution &convolution, const char *&call);
