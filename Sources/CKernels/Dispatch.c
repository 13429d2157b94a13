#define _GNU_SOURCE
#include "KernelTable.h"
#include "Product.h"

#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
/// Linux saves 8 KiB of tile registers only for processes that ask for it (Documentation/arch/x86/xstate.rst of its sources).
static bool mayUseTileRegisters(void) {
    enum { requestPermission = 0x1023, tileData = 18 };
    return __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") &&
        syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
}
#endif

KernelLevel kernelBestLevel(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl");
    if (wide && __builtin_cpu_supports("avx512bf16")) return mayUseTileRegisters() ? KernelLevelAMX : KernelLevelAVX512BF16;
    if (wide) return KernelLevelAVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return KernelLevelAVX2;
#endif
    return KernelLevelBaseline;
}

const KernelTable *kernelTable(KernelLevel level) {
#if defined(__x86_64__)
    switch (level) {
    case KernelLevelAMX: return &kernelsAMX;
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

static size_t attentionThreads(KernelTeam team, const KernelAttention *a) {
    const size_t items = a->heads * ceilDivide(a->tokens, attentionQueries);
    return teamSize(team.threads, items, a->heads * a->tokens * a->tokens * a->headSize / 16 / items);
}

static AttentionGroup attentionGroup(const KernelAttention *a, size_t threads) {
    const size_t wanted = ceilDivide(attentionItems * threads, ceilDivide(a->tokens, attentionQueries));
    return (AttentionGroup){a, 0, wanted < a->heads ? wanted : a->heads};
}

size_t kernelAttentionScratch(KernelTeam team, const KernelAttention *a) {
    const size_t threads = attentionThreads(team, a);
    const AttentionGroup group = attentionGroup(a, threads);
    return kernelTable(team.level)->attentionScratch(&group, threads);
}

void kernelAttention(KernelTeam team, const KernelAttention *a) {
    const KernelTable *table = kernelTable(team.level);
    const size_t threads = attentionThreads(team, a), blocks = ceilDivide(a->tokens, attentionKeys);
    AttentionGroup group = attentionGroup(a, threads);
    const size_t step = group.heads;
    for (; group.firstHead < a->heads; group.firstHead += step) {
        const size_t left = a->heads - group.firstHead;
        if (group.heads > left) group.heads = left;
        teamShare(threads, group.heads * blocks, table->packAttention, &group);
        teamShare(threads, group.heads * ceilDivide(a->tokens, attentionQueries), table->attention, &group);
    }
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
    teamShare(threads < items ? threads : items, items, kernelTable(team.level)->product, &grid);
}
