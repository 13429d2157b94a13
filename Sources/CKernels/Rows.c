#include "CKernels.h"
#include "Team.h"

#include <string.h>

typedef struct {
    const char *source;
    char *target;
    const int32_t *ids;
    size_t sourceStride, targetStride, byteCount;
} RowCopy;

static void copyRows(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const RowCopy *a = arguments;
    for (size_t row = begin; row < end; row++) {
        const size_t from = a->ids ? (size_t)a->ids[row] : row;
        memcpy(a->target + row * a->targetStride, a->source + from * a->sourceStride, a->byteCount);
    }
}

void kernelCopyRows(
    KernelTeam team, const void *source, size_t sourceStride, const int32_t *ids, void *target, size_t targetStride, size_t rows,
    size_t byteCount) {
    const RowCopy copy = {source, target, ids, sourceStride, targetStride, byteCount};
    teamRun(teamSize(team.threads, rows, byteCount), rows, copyRows, &copy);
}

typedef struct {
    const char *x;
    char *output;
    size_t width, byteCount;
} Upsampling;

static void upsampleRows(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const Upsampling *a = arguments;
    const size_t rowBytes = 2 * a->width * a->byteCount;
    for (size_t row = begin; row < end; row++) {
        char *output = a->output + 2 * row * rowBytes;
        for (size_t pixel = 0; pixel < a->width; pixel++) {
            const char *x = a->x + (row * a->width + pixel) * a->byteCount;
            memcpy(output + 2 * pixel * a->byteCount, x, a->byteCount);
            memcpy(output + (2 * pixel + 1) * a->byteCount, x, a->byteCount);
        }
        memcpy(output + rowBytes, output, rowBytes);
    }
}

void kernelUpsample(KernelTeam team, const void *x, size_t height, size_t width, size_t byteCount, void *output) {
    const Upsampling upsampling = {x, output, width, byteCount};
    teamRun(teamSize(team.threads, height, 4 * width * byteCount), height, upsampleRows, &upsampling);
}
