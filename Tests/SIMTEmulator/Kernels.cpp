// The kernels' own sources, each in a namespace, and their names.
#include "Kernels.hpp"
#include "Language.hpp"

#include "../../Sources/CCUDA/kernels/Device.cuh"
#include "../../Sources/CCUDA/kernels/Convolution.cuh"
#include "../../Sources/CCUDA/kernels/Pipe.cuh"
#include "../../Sources/CCUDA/kernels/Warpgroup.cuh"

namespace attention {
#include "../../Sources/CCUDA/kernels/Attention.cu"
}
namespace attentionF32 {
#include "../../Sources/CCUDA/kernels/AttentionF32.cu"
}
namespace attentionHopper {
#include "../../Sources/CCUDA/kernels/AttentionHopper.cu"
}
namespace attentionWide {
#include "../../Sources/CCUDA/kernels/AttentionWide.cu"
}
namespace convolutions {
namespace convolution {
using ::convolution::finish;
}
#include "../../Sources/CCUDA/kernels/Convolution.cu"
}
namespace convolutionsHopper {
namespace convolution {
using ::convolution::finish;
}
#include "../../Sources/CCUDA/kernels/ConvolutionHopper.cu"
}
namespace convolutionsF32 {
#include "../../Sources/CCUDA/kernels/ConvolutionF32.cu"
}
namespace elementwise {
#include "../../Sources/CCUDA/kernels/Elementwise.cu"
}
#undef KERNEL
namespace groupNorm {
#include "../../Sources/CCUDA/kernels/GroupNorm.cu"
}
namespace headNorm {
#include "../../Sources/CCUDA/kernels/HeadNorm.cu"
}
namespace norms {
#include "../../Sources/CCUDA/kernels/Norm.cu"
}
namespace rows {
#include "../../Sources/CCUDA/kernels/Rows.cu"
}

namespace simt {

template <auto function, class Arguments> constexpr Kernel described(const char *name, void (*)(Arguments)) {
    return {name, sizeof(Arguments), [](const void *arguments) { function(*static_cast<const Arguments *>(arguments)); }};
}

#define ENTRY(SOURCE, NAME) described<SOURCE::NAME>(#NAME, SOURCE::NAME)

static const Kernel kernels[] = {
    ENTRY(attention, attention32),
    ENTRY(attention, attention64),
    ENTRY(attention, attention128),
    ENTRY(attentionHopper, attention128Hopper),
    described<attentionF32::attentionF32>("attentionF32", attentionF32::attentionF32),
    described<attentionWide::attentionWide>("attentionWide", attentionWide::attentionWide),
    ENTRY(convolutions, convolutionBF16),
    ENTRY(convolutions, convolutionNarrowBF16),
    ENTRY(convolutionsHopper, convolutionBF16Hopper),
    ENTRY(convolutions, packWeightsBF16),
    ENTRY(convolutions, packWeightsF32),
    ENTRY(convolutionsF32, convolutionF32),
    ENTRY(elementwise, addF32),
    ENTRY(elementwise, addBF16),
    ENTRY(elementwise, multiplyF32),
    ENTRY(elementwise, multiplyBF16),
    ENTRY(elementwise, activateF32),
    ENTRY(elementwise, activateBF16),
    ENTRY(elementwise, eulerStepF32),
    ENTRY(elementwise, eulerStepBF16),
    ENTRY(elementwise, finishProductF32),
    ENTRY(elementwise, finishProductBF16),
    ENTRY(elementwise, finishGatedProductF32),
    ENTRY(elementwise, finishGatedProductBF16),
    ENTRY(elementwise, convertF32ToF32),
    ENTRY(elementwise, convertF32ToF16),
    ENTRY(elementwise, convertF32ToBF16),
    ENTRY(elementwise, convertF16ToF32),
    ENTRY(elementwise, convertF16ToF16),
    ENTRY(elementwise, convertF16ToBF16),
    ENTRY(elementwise, convertBF16ToF32),
    ENTRY(elementwise, convertBF16ToF16),
    ENTRY(elementwise, convertBF16ToBF16),
    ENTRY(elementwise, isFiniteF32),
    ENTRY(elementwise, isFiniteF16),
    ENTRY(elementwise, isFiniteBF16),
    ENTRY(groupNorm, groupNormPartialF32),
    ENTRY(groupNorm, groupNormPartialBF16),
    ENTRY(groupNorm, groupNormStatistics),
    ENTRY(groupNorm, groupNormApplyF32),
    ENTRY(groupNorm, groupNormApplyBF16),
    ENTRY(headNorm, normalizeAndRotateHeadsF32),
    ENTRY(headNorm, normalizeAndRotateHeadsBF16),
    ENTRY(norms, layerNormF32),
    ENTRY(norms, layerNormBF16),
    ENTRY(norms, modulatedLayerNormF32),
    ENTRY(norms, modulatedLayerNormBF16),
    ENTRY(norms, rmsNormF32),
    ENTRY(norms, rmsNormBF16),
    ENTRY(rows, copyRows),
    ENTRY(rows, embed),
    ENTRY(rows, upsampleNearest),
};

const Kernel *allKernels(size_t &count) {
    count = sizeof kernels / sizeof kernels[0];
    return kernels;
}

}
