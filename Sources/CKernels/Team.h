#ifndef CKERNELS_TEAM_H
#define CKERNELS_TEAM_H

#include <stddef.h>
#include <stdint.h>

static inline size_t ceilDivide(size_t x, size_t divisor) { return (x + divisor - 1) / divisor; }

/// Does items [begin, end); `worker` is less than the number of threads and distinct among those at work.
typedef void (*TeamBody)(const void *arguments, size_t worker, size_t begin, size_t end);

/// Threads that `count` items of `costPerItem` (about bytes touched) are worth, at most `limit` (0: the whole team).
size_t teamSize(int32_t limit, size_t count, size_t costPerItem);

/// Runs `body` over [0, count) in `size` equal contiguous parts, one per thread, and returns when all are done. The same thread meets
/// the same rows in one operation after the other, which keeps small ones in its cache.
void teamRun(size_t size, size_t count, TeamBody body, const void *arguments);

/// The same for much work by item: a thread takes more when it is done, so that one whose processor is slower, or busy with something
/// else, does less.
void teamShare(size_t size, size_t count, TeamBody body, const void *arguments);

#endif
