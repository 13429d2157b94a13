#include "Primitive.hpp"

using dnnl::memory;

namespace {

dnnl::convolution_forward::primitive_desc describe(
    const Plan &plan, const memory::desc &anyWeight, const memory::dims &padding, const dnnl::primitive_attr &attribute) {
    const auto inference = dnnl::prop_kind::forward_inference;
    const auto direct = dnnl::algorithm::convolution_direct;
    const memory::dims strides{1, 1};
#if DNNL_VERSION_MAJOR >= 3
    return {engine(), inference, direct, plan.x, anyWeight, plan.bias, plan.output, strides, padding, padding, attribute};
#else
    return {{inference, direct, plan.x, anyWeight, plan.bias, plan.output, strides, padding, padding}, attribute, engine()};
#endif
}

} // namespace

std::shared_ptr<const Plan> planConvolution(const OneDNNConvolution &convolution, const char *&call) {
    const auto type = dataType(convolution.type);
    const auto height = convolution.height, width = convolution.width, kernel = convolution.kernel;
    const memory::dims weightShape{convolution.outputs, convolution.inputs, kernel, kernel};
    auto plan = std::make_shared<Plan>();
    call = "memory::desc";
    plan->x = memory::desc({1, convolution.inputs, height, width}, type, memory::format_tag::nhwc);
    plan->output = memory::desc({1, convolution.outputs, height, width}, type, memory::format_tag::nhwc);
    plan->bias = memory::desc({convolution.outputs}, type, memory::format_tag::x);
    plan->plainWeight = memory::desc(weightShape, type, memory::format_tag::oihw);
    dnnl::post_ops operations;
    if (convolution.accumulates) operations.append_sum(1);

    call = "convolution_forward::primitive_desc";
    const memory::desc anyWeight(weightShape, type, memory::format_tag::any);
    const auto description = describe(*plan, anyWeight, {kernel / 2, kernel / 2}, attributes(operations));
    plan->weight = description.weights_desc();
    plan->scratchpad = description.scratchpad_desc();
    plan->implementation = description.impl_info_str();
    call = "convolution_forward";
    plan->compute = dnnl::convolution_forward(description);

    if (plan->weight != plan->plainWeight) {
        call = "reorder::primitive_desc";
        const dnnl::reorder::primitive_desc reorder(engine(), plan->plainWeight, engine(), plan->weight, attributes({}));
        plan->reorderScratchpad = reorder.scratchpad_desc();
        call = "reorder";
        plan->reorder = dnnl::reorder(reorder);
    }
    return plan;
}
