#include "Primitive.hpp"

#include <algorithm>

using dnnl::memory;

namespace {

constexpr size_t alignment = 64;

size_t aligned(size_t byteCount) { return (byteCount + alignment - 1) / alignment * alignment; }

memory operand(const memory::desc &description, const void *address) {
    return memory(description, engine(), const_cast<void *>(address));
}

} // namespace

dnnl::engine &engine() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

dnnl::memory::data_type dataType(OneDNNType type) {
    return type == OneDNNTypeBF16 ? memory::data_type::bf16 : memory::data_type::f32;
}

dnnl::primitive_attr attributes(const dnnl::post_ops &operations) {
    dnnl::primitive_attr attribute;
    attribute.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    attribute.set_post_ops(operations);
    return attribute;
}

size_t Plan::scratchpadOffset() const { return reorder ? aligned(weight.get_size()) : 0; }

size_t Plan::scratchByteCount() const {
    return scratchpadOffset() + std::max(scratchpad.get_size(), reorder ? reorderScratchpad.get_size() : 0);
}

void Plan::run(const OneDNNOperands &operands) const {
    dnnl::stream stream(engine());
    const void *computeWeight = operands.weight;
    auto *scratch = static_cast<char *>(operands.scratch) + scratchpadOffset();
    if (reorder) {
        reorder.execute(stream, {{DNNL_ARG_FROM, operand(plainWeight, operands.weight)}, {DNNL_ARG_TO, operand(weight, operands.scratch)},
                                 {DNNL_ARG_SCRATCHPAD, operand(reorderScratchpad, scratch)}});
        computeWeight = operands.scratch;
    }
    std::unordered_map<int, memory> arguments{
        {DNNL_ARG_SRC, operand(x, operands.x)},
        {DNNL_ARG_WEIGHTS, operand(weight, computeWeight)},
        {DNNL_ARG_DST, operand(output, operands.output)},
        {DNNL_ARG_SCRATCHPAD, operand(scratchpad, scratch)},
    };
    if (operands.bias) arguments.emplace(DNNL_ARG_BIAS, operand(bias, operands.bias));
    if (operands.gate) arguments.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, operand(gate, operands.gate));
    compute.execute(stream, arguments);
    stream.wait();
}
