INLINE void elementwiseRows(
    const KernelElementwise *a, size_t begin, size_t end, KernelElementwiseKind kind, KernelType from, KernelType to) {
    for (size_t row = begin; row < end; row++) {
        const void *x = elementAt(a->x, row, 0, from);
        void *output = elementAt(a->output, row, 0, to);
        EACH_VECTOR(c, n, a->columns) {
            Vector y = load(x, c, n, from);
            switch (kind) {
            case KernelElementwiseAdd:
                if (a->gate) y *= load(a->gate, c, n, from);
                y += load(output, c, n, to);
                break;
            case KernelElementwiseMultiply: y *= load(output, c, n, to); break;
            case KernelElementwiseActivate: y = activated(y, a->activation); break;
            case KernelElementwiseConvert: break;
            case KernelElementwiseStep: y = load(output, c, n, to) + a->delta * y; break;
            }
            store(y, output, c, n, to);
        }
    }
}

INLINE void elementwiseKinds(const KernelElementwise *a, size_t begin, size_t end, KernelType from, KernelType to) {
    switch (a->kind) {
    case KernelElementwiseAdd: elementwiseRows(a, begin, end, KernelElementwiseAdd, from, to); break;
    case KernelElementwiseMultiply: elementwiseRows(a, begin, end, KernelElementwiseMultiply, from, to); break;
    case KernelElementwiseActivate: elementwiseRows(a, begin, end, KernelElementwiseActivate, from, to); break;
    case KernelElementwiseConvert: elementwiseRows(a, begin, end, KernelElementwiseConvert, from, to); break;
    case KernelElementwiseStep: elementwiseRows(a, begin, end, KernelElementwiseStep, from, to); break;
    }
}

INLINE void elementwiseFrom(const KernelElementwise *a, size_t begin, size_t end, KernelType from) {
    switch (a->to) {
    case KernelTypeF32: elementwiseKinds(a, begin, end, from, KernelTypeF32); break;
    case KernelTypeF16: elementwiseKinds(a, begin, end, from, KernelTypeF16); break;
    case KernelTypeBF16: elementwiseKinds(a, begin, end, from, KernelTypeBF16); break;
    }
}

static void elementwise(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const KernelElementwise *a = arguments;
    switch (a->from) {
    case KernelTypeF32: elementwiseFrom(a, begin, end, KernelTypeF32); break;
    case KernelTypeF16: elementwiseFrom(a, begin, end, KernelTypeF16); break;
    case KernelTypeBF16: elementwiseFrom(a, begin, end, KernelTypeBF16); break;
    }
}

static void checkFinite(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const FiniteCheck *a = arguments;
    Bits worst = 0;
    for (size_t row = begin; row < end; row++) {
        const void *x = elementAt(a->x, row, 0, a->type);
        EACH_VECTOR(c, n, a->columns) {
            const Bits magnitude = bitsOf(load(x, c, n, a->type)) & 0x7fffffff;
            worst = chooseBits(magnitude > worst, magnitude, worst);
        }
    }
    for (int i = 0; i < lanes; i++)
        if (worst[i] >= 0x7f800000) atomic_store(a->found, true);
}
