#include "Primitive.hpp"

using dnnl::algorithm;
using dnnl::memory;

namespace {

void appendActivation(dnnl::post_ops &operations, algorithm kind, float alpha) {
#if DNNL_VERSION_MAJOR >= 3
    operations.append_eltwise(kind, alpha, 0);
#else
    operations.append_eltwise(1, kind, alpha, 0);
#endif
}

dnnl::post_ops postOperations(const OneDNNProduct &product, const memory::desc &gate) {
    dnnl::post_ops operations;
    switch (product.activation) {
    case OneDNNActivationNone: break;
    case OneDNNActivationGELUTanh: appendActivation(operations, algorithm::eltwise_gelu_tanh, 0); break;
    case OneDNNActivationQuickGELU: appendActivation(operations, algorithm::eltwise_swish, 1.702f); break;
    case OneDNNActivationSiLU: appendActivation(operations, algorithm::eltwise_swish, 1); break;
    }
    if (product.hasGate) operations.append_binary(algorithm::binary_mul, gate);
    if (product.accumulates) operations.append_sum(1);
    return operations;
}

} // namespace

std::shared_ptr<const Plan> planProduct(const OneDNNProduct &product, const char *&call) {
    const auto type = dataType(product.type);
    const auto rows = product.rows, columns = product.columns, depth = product.depth;
    auto plan = std::make_shared<Plan>();
    call = "memory::desc";
    plan->x = memory::desc({rows, depth}, type, memory::dims{depth, 1});
    plan->weight = plan->plainWeight = memory::desc({depth, columns}, type, memory::dims{1, depth});
    plan->output = memory::desc({rows, columns}, type, memory::dims{columns, 1});
    const auto vector = memory::desc({1, columns}, type, memory::dims{columns, 1});
    if (product.hasBias) plan->bias = vector;
    if (product.hasGate) plan->gate = vector;
    const auto attribute = attributes(postOperations(product, vector));

    call = "matmul::primitive_desc";
#if DNNL_VERSION_MAJOR >= 3
    const auto description = product.hasBias
        ? dnnl::matmul::primitive_desc(engine(), plan->x, plan->weight, plan->bias, plan->output, attribute)
        : dnnl::matmul::primitive_desc(engine(), plan->x, plan->weight, plan->output, attribute);
#else
    const auto operation = product.hasBias ? dnnl::matmul::desc(plan->x, plan->weight, plan->bias, plan->output)
                                           : dnnl::matmul::desc(plan->x, plan->weight, plan->output);
    const auto description = dnnl::matmul::primitive_desc(operation, attribute, engine());
#endif
    plan->scratchpad = description.scratchpad_desc();
    plan->implementation = description.impl_info_str();
    call = "matmul";
    plan->compute = dnnl::matmul(description);
    return plan;
}
