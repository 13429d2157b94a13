#include "GroupNorm.h"

#include "KernelTable.h"
#include "Team.h"

#include <math.h>

size_t kernelGroupNormScratch(const KernelGroupNorm *a) {
    return (2 * groupNormBlocks(a) + 2) * a->channels * sizeof(float);
}

static float channelWeight(const KernelGroupNorm *a, size_t channel) {
    if (a->type == KernelTypeF32) return ((const float *)a->weight)[channel];
    const union {
        uint32_t bits;
        float value;
    } widened = {(uint32_t)((const uint16_t *)a->weight)[channel] << 16};
    return widened.value;
}

/// Second pass: joins the blocks' statistics of each group in f64 (Chan, Golub and LeVeque 1979), always in the same order.
static void joinGroups(const void *arguments, size_t worker, size_t begin, size_t end) {
    (void)worker;
    const KernelGroupNorm *a = arguments;
    const GroupNormScratch scratch = groupNormScratch(a);
    const size_t size = a->channels / a->groups, blocks = groupNormBlocks(a);
    for (size_t group = begin; group < end; group++) {
        double count = 0, mean = 0, deviation = 0;
        for (size_t block = 0; block < blocks; block++) {
            const size_t left = a->pixels - block * groupNormBlock;
            const double pixels = left < groupNormBlock ? left : groupNormBlock;
            for (size_t channel = group * size; channel < (group + 1) * size; channel++) {
                const size_t index = block * a->channels + channel;
                const double difference = scratch.means[index] - mean, joined = count + pixels;
                mean += difference * pixels / joined;
                deviation += scratch.deviations[index] + difference * difference * count * pixels / joined;
                count = joined;
            }
        }
        const double factor = 1 / sqrt(deviation / count + a->epsilon);
        for (size_t channel = group * size; channel < (group + 1) * size; channel++) {
            scratch.groupMean[channel] = (float)mean;
            scratch.factor[channel] = (float)(factor * channelWeight(a, channel));
        }
    }
}

void kernelGroupNorm(KernelTeam team, const KernelGroupNorm *a) {
    const KernelTable *table = kernelTable(team.level);
    const size_t blocks = groupNormBlocks(a), pixelCost = a->channels * 4;
    teamRun(teamSize(team.threads, blocks, groupNormBlock * pixelCost), blocks, table->groupStatistics, a);
    teamRun(teamSize(team.threads, a->groups, blocks * a->channels / a->groups * 32), a->groups, joinGroups, a);
    teamRun(teamSize(team.threads, a->pixels, pixelCost), a->pixels, table->groupNormalize, a);
}
