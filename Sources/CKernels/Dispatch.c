#include "KernelTable.h"
#include "Product.h"

KernelLevel kernelBestLevel(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl");
    if (wide && __builtin_cpu_supports("avx512bf16")) return KernelLevelAVX512BF16;
    if (wide) return KernelLevelAVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return KernelLevelAVX2;
#endif
    return KernelLevelBaseline;
}

const KernelTable *kernelTable(KernelLevel level) {
#if defined(__x86_64__)
    switch (level) {
    case KernelLevelAVX512BF16: return &kernelsAVX512BF16;
    case KernelLevelAVX512: return &kernelsAVX512;
    case KernelLevelAVX2: return &kernelsAVX2;
    case KernelLevelBaseline: break;
    }
#else
    (void)level;
#endif
    return &kernelsBaseline;
}

void kernelNorm(KernelTeam team, const KernelNorm *a) {
    teamRun(teamSize(team.threads, a->rows, a->columns * 4), a->rows, kernelTable(team.level)->norm, a);
}

void kernelRotary(KernelTeam team, const KernelRotary *a) {
    teamRun(teamSize(team.threads, a->rows, a->heads * a->headSize * 4), a->rows, kernelTable(team.level)->rotary, a);
}

/// Columns of the rows that a contiguous operand is cut into, so that one long row can be shared out too.
static const size_t pieceColumns = 4096;

static size_t pieceRows(size_t rows, size_t columns) {
    return rows * columns % pieceColumns == 0 ? rows * columns / pieceColumns : 0;
}

void kernelElementwise(KernelTeam team, const KernelElementwise *arguments) {
    KernelElementwise a = *arguments;
    const bool contiguous = (a.x.stride == a.columns && a.output.stride == a.columns) || a.rows == 1;
    if (contiguous && !a.gate && pieceRows(a.rows, a.columns)) {
        a.rows = pieceRows(a.rows, a.columns);
        a.columns = a.x.stride = a.output.stride = pieceColumns;
    }
    teamRun(teamSize(team.threads, a.rows, a.columns * 8), a.rows, kernelTable(team.level)->elementwise, &a);
}

bool kernelIsFinite(KernelTeam team, KernelType type, KernelMatrix x, size_t rows, size_t columns) {
    atomic_bool found = false;
    const FiniteCheck check = {type, x, columns, &found};
    teamRun(teamSize(team.threads, rows, columns * 4), rows, kernelTable(team.level)->finite, &check);
    return !atomic_load(&found);
}

static size_t attentionItems(KernelTeam team, const KernelAttention *a) {
    const size_t block = kernelTable(team.level)->queryBlock;
    return a->heads * ((a->tokens + block - 1) / block);
}

static size_t attentionThreads(KernelTeam team, const KernelAttention *a) {
    const size_t items = attentionItems(team, a);
    return teamSize(team.threads, items, a->heads * a->tokens * a->tokens * a->headSize / 16 / items);
}

size_t kernelAttentionScratch(KernelTeam team, const KernelAttention *a) {
    return attentionThreads(team, a) * kernelTable(team.level)->attentionScratch(a);
}

void kernelAttention(KernelTeam team, const KernelAttention *a) {
    teamRun(attentionThreads(team, a), attentionItems(team, a), kernelTable(team.level)->attention, a);
}

static size_t productThreads(KernelTeam team, const KernelProduct *a) {
    return teamSize(team.threads, a->rows, a->columns * a->depth / 16);
}

size_t kernelProductScratch(KernelTeam team, const KernelProduct *a) {
    const size_t threads = productThreads(team, a);
    return threads * productScratch(productGrid(a, threads)) * sizeof(float);
}

void kernelProduct(KernelTeam team, const KernelProduct *a) {
    const size_t threads = productThreads(team, a);
    const ProductGrid grid = productGrid(a, threads);
    const size_t items = grid.rowBlocks * grid.columnBlocks;
    teamRun(threads < items ? threads : items, items, kernelTable(team.level)->product, &grid);
}
