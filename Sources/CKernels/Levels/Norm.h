INLINE void normRow(const KernelNorm *a, size_t row, KernelType type, KernelNormKind kind) {
    const void *x = elementAt(a->x, row, 0, type);
    void *output = elementAt(a->output, row, 0, type);
    const float count = (float)a->columns;
    float mean = 0;
    if (kind != KernelNormRMS) {
        Vector total = 0;
        EACH_VECTOR(c, n, a->columns) total += load(x, c, n, type);
        mean = sum(total) / count;
    }
    Vector squares = 0;
    EACH_VECTOR(c, n, a->columns) {
        const Vector centred = load(x, c, n, type) - mean;
        squares += n == lanes ? centred * centred : choose(laneIndex() < (int32_t)n, centred * centred, 0);
    }
    const float factor = 1 / __builtin_sqrtf(sum(squares) / count + a->epsilon);
    EACH_VECTOR(c, n, a->columns) {
        Vector y = (load(x, c, n, type) - mean) * factor;
        const Vector weight = load(a->weight, c, n, type);
        y = kind == KernelNormModulated ? y * (1 + weight) : y * weight;
        if (kind != KernelNormRMS) y += load(a->bias, c, n, type);
        store(y, output, c, n, type);
    }
}

INLINE void normRows(const KernelNorm *a, size_t begin, size_t end, KernelType type) {
    for (size_t row = begin; row < end; row++) {
        switch (a->kind) {
        case KernelNormLayer: normRow(a, row, type, KernelNormLayer); break;
        case KernelNormModulated: normRow(a, row, type, KernelNormModulated); break;
        case KernelNormRMS: normRow(a, row, type, KernelNormRMS); break;
        }
    }
}

static void norm(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const KernelNorm *a = arguments;
    if (a->type == KernelTypeBF16) normRows(a, begin, end, KernelTypeBF16);
    else normRows(a, begin, end, KernelTypeF32);
}
