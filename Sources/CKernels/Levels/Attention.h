// Attention by blocks of queries and keys with a running softmax (Milakov and Gimelshein 2018; Dao et al. 2022): the score matrix
// exists one block at a time. Both products go by tiles (Tile.h).

enum {
    queryBlock = TILE_ROWS * 16,
    keyBlock = 256,
};

/// One thread's scratch, in units of 4 bytes, and the sizes it is cut by.
typedef struct {
    /// Units of one head's channels, units and vector-padded number of its keys, vector-padded channels.
    size_t depth, keyUnits, keys, channels;
    float *keyPanels, *valuePanels, *queries, *scores, *sums, *maxima, *totals;
    size_t unitCount;
} AttentionScratch;

INLINE AttentionScratch attentionScratchAt(const KernelAttention *a, float *base, size_t perUnit) {
    AttentionScratch s;
    s.depth = ceilDivide(a->headSize, perUnit);
    s.keyUnits = ceilDivide(a->tokens, perUnit);
    s.keys = inVectors(a->tokens);
    s.channels = inVectors(a->headSize);
    s.keyPanels = base;
    s.valuePanels = s.keyPanels + s.depth * s.keys;
    s.scores = s.valuePanels + inVectors(s.keyUnits * s.channels);
    s.sums = s.scores + queryBlock * keyBlock;
    s.queries = s.sums + queryBlock * s.channels;
    s.maxima = s.queries + inVectors(queryBlock * s.depth);
    s.totals = s.maxima + queryBlock;
    s.unitCount = inVectors((size_t)(s.totals + queryBlock - base));
    return s;
}

/// Elements [index, index + perUnit) of a row as one unit; zero past `count`.
INLINE float unitAt(const void *row, size_t index, size_t count, KernelType type, size_t perUnit) {
    uint32_t bits = 0;
    if (type == KernelTypeF32) return ((const float *)row)[index];
    const uint16_t *elements = (const uint16_t *)row + index;
    if (perUnit == 2) bits = elements[0] | (index + 1 < count ? (uint32_t)elements[1] << 16 : 0);
    else bits = (uint32_t)elements[0] << 16;
    float unit;
    memcpy(&unit, &bits, sizeof unit);
    return unit;
}

/// key [tokens, headSize] → panels over keys, units along channels.
INLINE void packKeys(const KernelAttention *a, size_t head, const AttentionScratch *s, KernelType type, size_t perUnit) {
    for (size_t first = 0; first < s->keys; first += panelWidth) {
        const size_t width = smaller(panelWidth, s->keys - first);
        float *panel = s->keyPanels + first * s->depth;
        for (size_t key = 0; key < width; key++) {
            const bool inside = first + key < a->tokens;
            const void *row = inside ? elementAt(a->key, first + key, head * a->headSize, type) : NULL;
            for (size_t unit = 0; unit < s->depth; unit++)
                panel[unit * width + key] = inside ? unitAt(row, unit * perUnit, a->headSize, type, perUnit) : 0;
        }
    }
}

/// value [tokens, headSize] → panels over channels, units along keys.
INLINE void packValues(const KernelAttention *a, size_t head, const AttentionScratch *s, KernelType type, size_t perUnit) {
    for (size_t first = 0; first < s->channels; first += panelWidth) {
        const size_t width = smaller(panelWidth, s->channels - first);
        float *panel = s->valuePanels + first * s->keyUnits;
        for (size_t unit = 0; unit < s->keyUnits; unit++) {
            const size_t key = unit * perUnit;
            const void *even = elementAt(a->value, key, head * a->headSize + first, type);
            const void *odd = elementAt(a->value, smaller(key + 1, a->tokens - 1), head * a->headSize + first, type);
            const bool hasOdd = key + 1 < a->tokens;
            EACH_VECTOR(c, n, width) {
                const size_t present = first + c < a->headSize ? smaller(n, a->headSize - first - c) : 0;
                Bits bits = bitsOf(load(even, c, present, type));
                if (perUnit == 2) {
                    const Bits upper = hasOdd ? bitsOf(load(odd, c, present, type)) : (Bits)0;
                    bits = (bits >> 16) | upper;
                }
                store((Vector)bits, panel + unit * width, c, lanes, KernelTypeF32);
            }
        }
    }
}

/// Queries [first, first + count) as rows of units; rows up to a multiple of TILE_ROWS are zero.
INLINE void packQueries(
    const KernelAttention *a, size_t head, size_t first, size_t count, const AttentionScratch *s, KernelType type, size_t perUnit) {
    const size_t rows = ceilDivide(count, TILE_ROWS) * TILE_ROWS;
    for (size_t query = 0; query < rows; query++) {
        const void *row = query < count ? elementAt(a->query, first + query, head * a->headSize, type) : NULL;
        for (size_t unit = 0; unit < s->depth; unit++)
            s->queries[query * s->depth + unit] = row ? unitAt(row, unit * perUnit, a->headSize, type, perUnit) : 0;
    }
}

/// Weights that become bf16 are powers of two of scaled scores, the others powers of e of scores.
INLINE float scoreFactor(size_t perUnit) { return perUnit == 2 ? 1.44269504f : 1; }

INLINE Vector weightsOf(Vector scores, size_t perUnit) {
    return perUnit == 2 ? coarsePowerOfTwo(scores) : exponentialOfNegative(scores);
}

/// Stores weights as units over the scores they came from: bf16 pairs need half the room, so a write never passes the reading.
INLINE void storeWeights(Vector weights, float *row, size_t c, size_t perUnit) {
#ifdef HAS_PAIRS
    if (perUnit == 2) {
        const Halves rounded = roundNormal(weights);
        memcpy((uint16_t *)row + c, &rounded, sizeof rounded);
        return;
    }
#endif
    (void)perUnit;
    store(weights, row, c, lanes, KernelTypeF32);
}

/// One row of a block: scores → exp(scale·score + bias − running maximum), the row's sums rescaled to that maximum.
/// Scores past `valid` get weight zero up to the `width` that the next product reads.
INLINE void softmaxRow(
    const KernelAttention *a, const AttentionScratch *s, size_t row, size_t valid, size_t width, const float *bias, size_t perUnit) {
    float *scores = s->scores + row * keyBlock;
    const float biasFactor = scoreFactor(perUnit), factor = a->scale * biasFactor;
    Vector peak = -INFINITY;
    EACH_VECTOR(c, n, valid) {
        Vector score = load(scores, c, lanes, KernelTypeF32) * factor;
        if (bias) {
            score += load(bias, c, n, KernelTypeF32) * biasFactor;
            store(score, scores, c, lanes, KernelTypeF32);
        }
        if (n < lanes) score = choose(laneIndex() < (int32_t)n, score, -INFINITY);
        peak = score > peak ? score : peak;
    }
    const float before = s->maxima[row], found = largest(peak), maximum = found > before ? found : before;
    const float pending = bias ? 1 : factor;
    Vector total = 0;
    EACH_VECTOR(c, n, width) {
        Vector weights = 0;
        if (c < valid) {
            weights = weightsOf(load(scores, c, lanes, KernelTypeF32) * pending - maximum, perUnit);
            if (c + lanes > valid) weights = choose(laneIndex() < (int32_t)(valid - c), weights, 0);
        }
        total += weights;
        storeWeights(weights, scores, c, perUnit);
    }
    if (maximum > before) {
        const Vector shrink = exponential((Vector)((before - maximum) / biasFactor));
        s->totals[row] *= shrink[0];
        float *sums = s->sums + row * s->channels;
        for (size_t c = 0; c < s->channels; c += lanes) store(load(sums, c, lanes, KernelTypeF32) * shrink, sums, c, lanes, KernelTypeF32);
        s->maxima[row] = maximum;
    }
    s->totals[row] += sum(total);
}

/// Queries [first, first + count) of a head against keys [firstKey, firstKey + keys).
INLINE void attendBlock(
    const KernelAttention *a, size_t head, size_t first, size_t count, size_t firstKey, size_t keys, const AttentionScratch *s,
    size_t perUnit) {
    const size_t rows = ceilDivide(count, TILE_ROWS) * TILE_ROWS, width = inVectors(keys);
    for (size_t column = 0; column < width; column += panelWidth) {
        const size_t panel = smaller(panelWidth, s->keys - firstKey - column);
        multiplyPanel(
            s->queries, s->depth, rows, s->keyPanels + (firstKey + column) * s->depth, panel, s->depth, s->scores + column, keyBlock,
            false, perUnit);
    }
    for (size_t row = 0; row < count; row++) {
        const size_t query = first + row;
        const size_t visible = query + 1 > firstKey ? query + 1 - firstKey : 0;
        const float *bias =
            a->relativeBias ? a->relativeBias + head * (2 * a->tokens - 1) + firstKey + a->tokens - 1 - query : NULL;
        softmaxRow(a, s, row, a->causal ? smaller(keys, visible) : keys, width, bias, perUnit);
    }
    for (size_t column = 0; column < s->channels; column += panelWidth) {
        const size_t panel = smaller(panelWidth, s->channels - column);
        multiplyPanel(
            s->scores, keyBlock, rows, s->valuePanels + column * s->keyUnits + firstKey / perUnit * panel, panel,
            ceilDivide(keys, perUnit), s->sums + column, s->channels, true, perUnit);
    }
}

INLINE void attendQueries(const KernelAttention *a, size_t head, size_t first, const AttentionScratch *s, KernelType type, size_t perUnit) {
    const size_t count = smaller(queryBlock, a->tokens - first);
    const size_t keys = a->causal ? first + count : a->tokens;
    packQueries(a, head, first, count, s, type, perUnit);
    memset(s->sums, 0, queryBlock * s->channels * sizeof(float));
    for (size_t row = 0; row < queryBlock; row++) {
        s->maxima[row] = -INFINITY;
        s->totals[row] = 0;
    }
    for (size_t firstKey = 0; firstKey < keys; firstKey += keyBlock)
        attendBlock(a, head, first, count, firstKey, smaller(keyBlock, keys - firstKey), s, perUnit);
    for (size_t row = 0; row < count; row++) {
        void *output = elementAt(a->output, first + row, head * a->headSize, type);
        EACH_VECTOR(c, n, a->headSize)
            store(load(s->sums, row * s->channels + c, lanes, KernelTypeF32) / s->totals[row], output, c, n, type);
    }
}

/// Work items are blocks of queries, head after head; a thread packs the keys and values of each head it meets.
INLINE void attendItems(const KernelAttention *a, size_t worker, size_t begin, size_t end, KernelType type, size_t perUnit) {
    const size_t blocks = ceilDivide(a->tokens, queryBlock);
    const size_t unitCount = attentionScratchAt(a, NULL, perUnit).unitCount;
    const AttentionScratch s = attentionScratchAt(a, (float *)a->scratch + worker * unitCount, perUnit);
    for (size_t item = begin; item < end; item++) {
        const size_t head = item / blocks;
        if (item == begin || item % blocks == 0) {
            packKeys(a, head, &s, type, perUnit);
            packValues(a, head, &s, type, perUnit);
        }
        attendQueries(a, head, item % blocks * queryBlock, &s, type, perUnit);
    }
}

static void attention(const void *arguments, size_t worker, size_t begin, size_t end) {
    const KernelAttention *a = arguments;
    if (a->type == KernelTypeBF16) attendItems(a, worker, begin, end, KernelTypeBF16, perUnitBF16);
    else attendItems(a, worker, begin, end, KernelTypeF32, 1);
}

static size_t attentionScratch(const KernelAttention *a) {
    return attentionScratchAt(a, NULL, a->type == KernelTypeBF16 ? perUnitBF16 : 1).unitCount * sizeof(float);
}
