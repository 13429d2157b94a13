/// For lanes (a, b) and angle lanes (cos, sin): (a·cos − b·sin, b·cos + a·sin).
INLINE Vector rotated(Vector x, Vector angle) {
    const Vector swapped = __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    const Vector cosine = __builtin_shufflevector(angle, angle, 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14);
    const Vector sine = __builtin_shufflevector(angle, angle, 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15);
    const Vector sign = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
    return x * cosine + swapped * (sine * sign);
}

INLINE void rotaryRow(const KernelRotary *a, size_t row, KernelType type) {
    const float *angles = a->rotary + row * a->headSize;
    for (size_t head = 0; head < a->heads; head++) {
        void *x = elementAt(a->x, row, head * a->headSize, type);
        Vector squares = 0;
        EACH_VECTOR(c, n, a->headSize) {
            const Vector v = load(x, c, n, type);
            squares += v * v;
        }
        const float factor = 1 / __builtin_sqrtf(sum(squares) / (float)a->headSize + a->epsilon);
        EACH_VECTOR(c, n, a->headSize) {
            const Vector normal = load(x, c, n, type) * factor * load(a->weight, c, n, type);
            store(rotated(normal, load(angles, c, n, KernelTypeF32)), x, c, n, type);
        }
    }
}

static void rotary(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const KernelRotary *a = arguments;
    if (a->type == KernelTypeBF16)
        for (size_t row = begin; row < end; row++) rotaryRow(a, row, KernelTypeBF16);
    else
        for (size_t row = begin; row < end; row++) rotaryRow(a, row, KernelTypeF32);
}
