// Attention by blocks of queries and keys with a running softmax (Milakov and Gimelshein 2018; Dao et al. 2022): the score matrix
// exists one block at a time. Both products go by tiles (Tile.h).

/// How scratch is cut, in units of 4 bytes: panels of the group's heads for all threads, then each thread's own.
typedef struct {
    /// Units of one head's channels, units and vector-padded number of its keys, vector-padded channels.
    size_t depth, keyUnits, keys, channels;
    float *keyPanels, *valuePanels, *queries, *scores, *sums, *maxima, *totals;
    size_t headUnitCount, threadUnitCount;
} AttentionScratch;

/// Of the group's head number `head`, and of thread number `worker`.
INLINE AttentionScratch attentionScratchAt(const AttentionGroup *group, size_t head, size_t worker, size_t perUnit) {
    const KernelAttention *a = group->attention;
    AttentionScratch s;
    s.depth = ceilDivide(a->headSize, perUnit);
    s.keyUnits = ceilDivide(a->tokens, perUnit);
    s.keys = inVectors(a->tokens);
    s.channels = inVectors(a->headSize);
    const size_t scoreCount = attentionQueries * attentionKeys, sumCount = attentionQueries * s.channels;
    s.headUnitCount = inVectors(s.depth * s.keys + s.keyUnits * s.channels);
    s.threadUnitCount = inVectors(scoreCount + sumCount + attentionQueries * (s.depth + 2));
    s.keyPanels = (float *)a->scratch + head * s.headUnitCount;
    s.valuePanels = s.keyPanels + s.depth * s.keys;
    s.scores = (float *)a->scratch + group->heads * s.headUnitCount + worker * s.threadUnitCount;
    s.sums = s.scores + scoreCount;
    s.queries = s.sums + sumCount;
    s.maxima = s.queries + attentionQueries * s.depth;
    s.totals = s.maxima + attentionQueries;
    return s;
}

/// Units [unit, unit + lanes) of a head's keys [first, first + lanes), zero past the tokens and past the channels.
INLINE void loadKeys(
    const KernelAttention *a, size_t head, size_t first, size_t unit, Vector block[lanes], KernelType type, size_t perUnit) {
    const size_t channel = unit * perUnit, channels = smaller(lanes * perUnit, a->headSize - channel);
    for (size_t i = 0; i < lanes; i++) {
        block[i] = 0;
        if (first + i >= a->tokens) continue;
        const void *row = elementAt(a->key, first + i, head * a->headSize + channel, type);
        if (perUnit == 2) memcpy(&block[i], row, channels * sizeOf(type));
        else block[i] = load(row, 0, channels, type);
    }
}

/// Keys [begin, end) of key [tokens, headSize] → panels over keys, units along channels; begin is a panel's.
INLINE void packKeys(
    const KernelAttention *a, size_t head, size_t begin, size_t end, const AttentionScratch *s, KernelType type, size_t perUnit) {
    for (size_t first = begin; first < end; first += lanes) {
        const size_t panelStart = first / panelWidth * panelWidth, width = smaller(panelWidth, s->keys - panelStart);
        float *panel = s->keyPanels + panelStart * s->depth + (first - panelStart);
        EACH_VECTOR(unit, n, s->depth) {
            Vector block[lanes];
            loadKeys(a, head, first, unit, block, type, perUnit);
            transpose(block);
            for (size_t i = 0; i < n; i++) store(block[i], panel + (unit + i) * width, 0, lanes, KernelTypeF32);
        }
    }
}

/// Keys [begin, end) of value [tokens, headSize] → panels over channels, units along keys; begin is a unit's.
INLINE void packValues(
    const KernelAttention *a, size_t head, size_t begin, size_t end, const AttentionScratch *s, KernelType type, size_t perUnit) {
    for (size_t first = 0; first < s->channels; first += panelWidth) {
        const size_t width = smaller(panelWidth, s->channels - first);
        float *panel = s->valuePanels + first * s->keyUnits;
        for (size_t key = begin; key < end; key += perUnit) {
            const size_t unit = key / perUnit;
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
    memset(s->queries, 0, rows * s->depth * sizeof(float));
    for (size_t query = 0; query < count; query++) {
        const void *row = elementAt(a->query, first + query, head * a->headSize, type);
        float *units = s->queries + query * s->depth;
        if (perUnit == 2) memcpy(units, row, a->headSize * sizeOf(type));
        else EACH_VECTOR(c, n, a->headSize) store(load(row, c, n, type), units, c, n, KernelTypeF32);
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
    float *scores = s->scores + row * attentionKeys;
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
            s->queries, s->depth, rows, s->keyPanels + (firstKey + column) * s->depth, panel, s->depth, s->scores + column, attentionKeys,
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
            s->scores, attentionKeys, rows, s->valuePanels + column * s->keyUnits + firstKey / perUnit * panel, panel,
            ceilDivide(keys, perUnit), s->sums + column, s->channels, true, perUnit);
    }
}

INLINE void attendQueries(const KernelAttention *a, size_t head, size_t first, const AttentionScratch *s, KernelType type, size_t perUnit) {
    const size_t count = smaller(attentionQueries, a->tokens - first);
    const size_t keys = a->causal ? first + count : a->tokens;
    packQueries(a, head, first, count, s, type, perUnit);
    memset(s->sums, 0, attentionQueries * s->channels * sizeof(float));
    for (size_t row = 0; row < attentionQueries; row++) {
        s->maxima[row] = -INFINITY;
        s->totals[row] = 0;
    }
    for (size_t firstKey = 0; firstKey < keys; firstKey += attentionKeys)
        attendBlock(a, head, first, count, firstKey, smaller(attentionKeys, keys - firstKey), s, perUnit);
    for (size_t row = 0; row < count; row++) {
        void *output = elementAt(a->output, first + row, head * a->headSize, type);
        EACH_VECTOR(c, n, a->headSize)
            store(load(s->sums, row * s->channels + c, lanes, KernelTypeF32) / s->totals[row], output, c, n, type);
    }
}

/// Work items are blocks of keys, head after head of the group.
static void packAttention(const void *arguments, size_t worker, size_t begin, size_t end) {
    const AttentionGroup *group = arguments;
    const KernelAttention *a = group->attention;
    const bool pairs = a->type == KernelTypeBF16;
    const size_t blocks = ceilDivide(a->tokens, attentionKeys);
    for (size_t item = begin; item < end; item++) {
        const size_t head = item / blocks, first = item % blocks * attentionKeys, last = smaller(first + attentionKeys, a->tokens);
        const AttentionScratch s = attentionScratchAt(group, head, worker, pairs ? perUnitBF16 : 1);
        if (pairs) {
            packKeys(a, group->firstHead + head, first, last, &s, KernelTypeBF16, perUnitBF16);
            packValues(a, group->firstHead + head, first, last, &s, KernelTypeBF16, perUnitBF16);
        } else {
            packKeys(a, group->firstHead + head, first, last, &s, KernelTypeF32, 1);
            packValues(a, group->firstHead + head, first, last, &s, KernelTypeF32, 1);
        }
    }
}

/// Work items are blocks of queries, head after head of the group.
static void attention(const void *arguments, size_t worker, size_t begin, size_t end) {
    const AttentionGroup *group = arguments;
    const KernelAttention *a = group->attention;
    const bool pairs = a->type == KernelTypeBF16;
    const size_t blocks = ceilDivide(a->tokens, attentionQueries);
    configureTiles();
    for (size_t item = begin; item < end; item++) {
        const size_t head = item / blocks, first = item % blocks * attentionQueries;
        const AttentionScratch s = attentionScratchAt(group, head, worker, pairs ? perUnitBF16 : 1);
        if (pairs) attendQueries(a, group->firstHead + head, first, &s, KernelTypeBF16, perUnitBF16);
        else attendQueries(a, group->firstHead + head, first, &s, KernelTypeF32, 1);
    }
    releaseTiles();
}

static size_t attentionScratch(const AttentionGroup *group, size_t threads) {
    const AttentionScratch s = attentionScratchAt(group, 0, 0, group->attention->type == KernelTypeBF16 ? perUnitBF16 : 1);
    return (group->heads * s.headUnitCount + threads * s.threadUnitCount) * sizeof(float);
}
