#include "Simulation.hpp"

#include <cmath>
#include <cstring>

namespace simulated {

struct Description {
    int transposeA = 0, transposeB = 0;
    unsigned epilogue = CUDAEpilogueNone;
    uint64_t bias = 0;
};

struct Layout {
    int type;
    uint64_t rows, columns;
    int64_t stride;

    size_t elementByteCount() const { return type == CUDATypeF32 ? 4 : 2; }
    size_t byteCount() const { return ((columns - 1) * stride + rows) * elementByteCount(); }
};

struct Preference {
    size_t workspaceByteCount = 0;
    unsigned reductionSchemes = 0;
};

static float loaded(const void *base, int type, size_t index) {
    if (type == CUDATypeF32) return static_cast<const float *>(base)[index];
    if (type == CUDATypeF16) return float(static_cast<const _Float16 *>(base)[index]);
    uint32_t bits = uint32_t(static_cast<const uint16_t *>(base)[index]) << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void store(void *base, int type, size_t index, float value) {
    if (type == CUDATypeF32) {
        static_cast<float *>(base)[index] = value;
    } else if (type == CUDATypeF16) {
        static_cast<_Float16 *>(base)[index] = _Float16(value);
    } else {
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        bool isNaN = (bits & 0x7fffffff) > 0x7f800000;
        static_cast<uint16_t *>(base)[index] = isNaN ? 0x7fff : uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
}

// A matrix as rows of f32: those of its transpose, so that dot products run along memory.
static std::vector<float> lines(uint64_t address, const Layout &layout, bool isTransposed) {
    const void *base = reinterpret_cast<const void *>(address);
    std::vector<float> values(layout.rows * layout.columns);
    for (uint64_t column = 0; column < layout.columns; column++)
        for (uint64_t row = 0; row < layout.rows; row++) {
            size_t index = isTransposed ? column * layout.rows + row : row * layout.columns + column;
            values[index] = loaded(base, layout.type, column * layout.stride + row);
        }
    return values;
}

struct Product {
    Description description;
    Layout a, b, d;
    float alpha, beta;
    uint64_t addressA, addressB, addressD;

    // d(i, j) = epilogue(alpha·Σ a(i, l)·b(l, j)) + beta·d(i, j), column-major, sums in f32. What beta's term is added to is rounded to d's type
    // first: so does the library on an H200, unless it splits the depth.
    void run() const {
        size_t depth = description.transposeA ? a.rows : a.columns;
        auto left = lines(addressA, a, description.transposeA), right = lines(addressB, b, !description.transposeB);
        void *base = reinterpret_cast<void *>(addressD);
        for (uint64_t j = 0; j < d.columns; j++)
            for (uint64_t i = 0; i < d.rows; i++) {
                const float *x = &left[i * depth], *y = &right[j * depth];
                float sum = 0;
                for (size_t l = 0; l < depth; l++) sum += x[l] * y[l];
                size_t index = j * d.stride + i;
                const float before = beta == 0 ? 0 : loaded(base, d.type, index);
                store(base, d.type, index, finished(alpha * sum, i));
                if (beta != 0) store(base, d.type, index, loaded(base, d.type, index) + beta * before);
            }
    }

    float finished(float value, uint64_t row) const {
        unsigned epilogue = description.epilogue;
        if (epilogue == CUDAEpilogueBias || epilogue == CUDAEpilogueBiasGELU)
            value += loaded(reinterpret_cast<const void *>(description.bias), d.type, row);
        if (epilogue == CUDAEpilogueGELU || epilogue == CUDAEpilogueBiasGELU)
            value = 0.5f * value * (1 + std::tanh(0.7978845608f * (value + 0.044715f * value * value * value)));
        return value;
    }
};

template <typename T> static T *object(const void *handle) { return static_cast<T *>(const_cast<void *>(handle)); }

static int cublasLtCreate(CUDAProductsHandle *handle) {
    *handle = reinterpret_cast<CUDAProductsHandle>(new int);
    return 0;
}

static int cublasLtDestroy(CUDAProductsHandle handle) {
    delete object<int>(handle);
    return 0;
}

static int cublasLtMatmulDescCreate(CUDAProductDescription *description, int computeType, int scaleType) {
    if (computeType != CUDAComputeF32 || scaleType != CUDATypeF32) return 15;
    *description = reinterpret_cast<CUDAProductDescription>(new Description);
    return 0;
}

static int cublasLtMatmulDescDestroy(CUDAProductDescription description) {
    delete object<Description>(description);
    return 0;
}

static int set(void *target, size_t wanted, const void *value, size_t byteCount) {
    if (byteCount != wanted) return 7;
    memcpy(target, value, byteCount);
    return 0;
}

static int cublasLtMatmulDescSetAttribute(CUDAProductDescription handle, int attribute, const void *value, size_t byteCount) {
    auto d = object<Description>(handle);
    switch (attribute) {
    case CUDAProductTransposeA: return set(&d->transposeA, 4, value, byteCount);
    case CUDAProductTransposeB: return set(&d->transposeB, 4, value, byteCount);
    case CUDAProductEpilogue: return set(&d->epilogue, 4, value, byteCount);
    case CUDAProductBias: return set(&d->bias, 8, value, byteCount);
    default: return 7;
    }
}

static int cublasLtMatrixLayoutCreate(CUDAMatrixLayout *layout, int type, uint64_t rows, uint64_t columns, int64_t stride) {
    if (rows == 0 || columns == 0 || stride < int64_t(rows)) return 7;
    *layout = reinterpret_cast<CUDAMatrixLayout>(new Layout{type, rows, columns, stride});
    return 0;
}

static int cublasLtMatrixLayoutDestroy(CUDAMatrixLayout layout) {
    delete object<Layout>(layout);
    return 0;
}

static int cublasLtMatmulPreferenceCreate(CUDAProductPreference *preference) {
    *preference = reinterpret_cast<CUDAProductPreference>(new Preference);
    return 0;
}

static int cublasLtMatmulPreferenceDestroy(CUDAProductPreference preference) {
    delete object<Preference>(preference);
    return 0;
}

static int cublasLtMatmulPreferenceSetAttribute(CUDAProductPreference handle, int attribute, const void *value, size_t byteCount) {
    auto preference = object<Preference>(handle);
    uint32_t alignment = 0;
    switch (attribute) {
    case CUDAPreferenceWorkspace: return set(&preference->workspaceByteCount, 8, value, byteCount);
    case CUDAPreferenceReductionSchemes: return set(&preference->reductionSchemes, 4, value, byteCount);
    case CUDAPreferenceAlignmentA:
    case CUDAPreferenceAlignmentB:
    case CUDAPreferenceAlignmentC:
    case CUDAPreferenceAlignmentD: return set(&alignment, 4, value, byteCount);
    default: return 7;
    }
}

// Whether operands' shapes agree.
static bool agree(const Description &p, const Layout &a, const Layout &b, const Layout &d) {
    uint64_t m = p.transposeA ? a.columns : a.rows, k = p.transposeA ? a.rows : a.columns;
    uint64_t n = p.transposeB ? b.rows : b.columns, l = p.transposeB ? b.columns : b.rows;
    return m == d.rows && n == d.columns && k == l && a.type == b.type;
}

static int cublasLtMatmulAlgoGetHeuristic(
    CUDAProductsHandle, CUDAProductDescription description, CUDAMatrixLayout a, CUDAMatrixLayout b, CUDAMatrixLayout, CUDAMatrixLayout d,
    CUDAProductPreference, int capacity, CUDAProductHeuristic *results, int *count) {
    bool isPossible = agree(*object<Description>(description), *object<Layout>(a), *object<Layout>(b), *object<Layout>(d));
    *count = isPossible && capacity > 0 ? 1 : 0;
    if (*count == 1) results[0] = CUDAProductHeuristic{{{0x51, 0}}, 0, 0, 1, {}};
    return isPossible ? 0 : 15;
}

static int cublasLtMatmul(
    CUDAProductsHandle, CUDAProductDescription description, const void *alpha, CUDAAddress addressA, CUDAMatrixLayout layoutA,
    CUDAAddress addressB, CUDAMatrixLayout layoutB, const void *beta, CUDAAddress addressC, CUDAMatrixLayout, CUDAAddress addressD,
    CUDAMatrixLayout layoutD, const CUDAProductAlgorithm *algorithm, CUDAAddress workspace, size_t workspaceByteCount,
    CUDAStreamHandle stream) {
    State &s = state();
    std::unique_lock<std::mutex> guard(s.lock);
    if (enter(s, __func__, true) != 0) return 14;
    Product product{
        *object<Description>(description), *object<Layout>(layoutA), *object<Layout>(layoutB), *object<Layout>(layoutD),
        *object<const float>(alpha), *object<const float>(beta), addressA, addressB, addressD};
    bool isPlaced = agree(product.description, product.a, product.b, product.d) && addressC == addressD
        && s.isAccessible(addressA, product.a.byteCount()) && s.isAccessible(addressB, product.b.byteCount())
        && s.isAccessible(addressD, product.d.byteCount()) && s.isAccessible(workspace, workspaceByteCount)
        && algorithm->words[0] == 0x51;
    if (!isPlaced) {
        s.violate("cublasLtMatmul: operands that do not agree or are not in mapped memory");
        return 7;
    }
    Task task{[product] { product.run(); }};
    task.touchesAnything = true;
    return enqueue(s, stream, std::move(task)) == 0 ? 0 : 7;
}

} // namespace simulated

const CUDAProducts *simulatedProducts(void) {
    static const CUDAProducts table = [] {
        CUDAProducts table{};
#define CUDA_CALL(NAME, PARAMETERS) table.NAME = simulated::NAME;
        CUDA_PRODUCTS_CALLS(CUDA_CALL)
#undef CUDA_CALL
        return table;
    }();
    return &table;
}
