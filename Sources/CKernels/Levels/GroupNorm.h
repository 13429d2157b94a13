/// First pass, by block of pixels: each channel's mean and sum of squared deviations, from differences to the block's first pixel so
/// that a mean far from zero costs no digits.
INLINE void groupStatisticsBlock(const KernelGroupNorm *a, size_t block, KernelType type) {
    const size_t first = block * groupNormBlock;
    const size_t count = a->pixels - first < groupNormBlock ? a->pixels - first : groupNormBlock;
    float *means = groupNormScratch(a).means + block * a->channels;
    float *deviations = groupNormScratch(a).deviations + block * a->channels;
    EACH_VECTOR(c, n, a->channels) {
        const Vector origin = load(a->x, first * a->channels + c, n, type);
        Vector total = 0, squares = 0;
        for (size_t pixel = first + 1; pixel < first + count; pixel++) {
            const Vector difference = load(a->x, pixel * a->channels + c, n, type) - origin;
            total += difference;
            squares += difference * difference;
        }
        const Vector mean = total / (float)count;
        store(origin + mean, means, c, n, KernelTypeF32);
        store(squares - mean * total, deviations, c, n, KernelTypeF32);
    }
}

static void groupStatistics(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const KernelGroupNorm *a = arguments;
    for (size_t block = begin; block < end; block++) {
        if (a->type == KernelTypeBF16) groupStatisticsBlock(a, block, KernelTypeBF16);
        else groupStatisticsBlock(a, block, KernelTypeF32);
    }
}

INLINE void groupNormalizePixels(const KernelGroupNorm *a, size_t begin, size_t end, KernelType type, bool silu) {
    const GroupNormScratch scratch = groupNormScratch(a);
    for (size_t pixel = begin; pixel < end; pixel++) {
        EACH_VECTOR(c, n, a->channels) {
            const size_t index = pixel * a->channels + c;
            const Vector centred = load(a->x, index, n, type) - load(scratch.groupMean, c, n, KernelTypeF32);
            const Vector y = centred * load(scratch.factor, c, n, KernelTypeF32) + load(a->bias, c, n, type);
            store(silu ? activated(y, KernelActivationSiLU) : y, a->output, index, n, type);
        }
    }
}

static void groupNormalize(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const KernelGroupNorm *a = arguments;
    if (a->type == KernelTypeBF16) groupNormalizePixels(a, begin, end, KernelTypeBF16, a->silu);
    else groupNormalizePixels(a, begin, end, KernelTypeF32, a->silu);
}
