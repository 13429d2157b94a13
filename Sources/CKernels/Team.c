#define _GNU_SOURCE
#include "Team.h"

#include "CKernels.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

// oneDNN brings an OpenMP runtime into the process (libgomp, or one that offers the same entry points). Running on its threads
// rather than on others keeps two pools from waiting for each other's processors. The entry points are looked up by name so that
// no compiler flag is needed.
static struct {
    void (*parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
    int (*threadNumber)(void);
    int (*teamThreads)(void);
    int (*maxThreads)(void);
} openMP;

static void findOpenMP(void) {
    *(void **)&openMP.threadNumber = dlsym(RTLD_DEFAULT, "omp_get_thread_num");
    *(void **)&openMP.teamThreads = dlsym(RTLD_DEFAULT, "omp_get_num_threads");
    *(void **)&openMP.maxThreads = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    if (openMP.threadNumber && openMP.teamThreads && openMP.maxThreads)
        *(void **)&openMP.parallel = dlsym(RTLD_DEFAULT, "GOMP_parallel");
}

int32_t kernelThreadCount(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, findOpenMP);
    return openMP.parallel ? openMP.maxThreads() : 1;
}

/// Below this a second thread costs more than it saves.
static const size_t costPerThread = 64 << 10;

size_t teamSize(int32_t limit, size_t count, size_t costPerItem) {
    size_t size = (size_t)kernelThreadCount();
    if (limit > 0 && size > (size_t)limit) size = (size_t)limit;
    const size_t worth = count * costPerItem / costPerThread;
    if (size > worth) size = worth;
    if (size > count) size = count;
    return size < 1 ? 1 : size;
}

typedef struct {
    size_t size, count;
    TeamBody body;
    const void *arguments;
    /// The first item that nobody has taken, where they are shared.
    atomic_size_t next;
} Run;

/// The runtime may give fewer threads than asked for: parts are then dealt out in turn.
static void runParts(void *data) {
    const Run *run = data;
    const size_t threads = (size_t)openMP.teamThreads();
    for (size_t part = (size_t)openMP.threadNumber(); part < run->size; part += threads)
        run->body(run->arguments, part, run->count * part / run->size, run->count * (part + 1) / run->size);
}

/// Each takes a part of what is left, less as it runs out (guided self-scheduling, Polychronopoulos and Kuck 1987).
static void takeShares(void *data) {
    Run *run = data;
    size_t begin = atomic_load(&run->next);
    while (begin < run->count) {
        const size_t left = run->count - begin, share = left / (2 * run->size), end = begin + (share > 0 ? share : 1);
        if (!atomic_compare_exchange_weak(&run->next, &begin, end)) continue;
        run->body(run->arguments, (size_t)openMP.threadNumber(), begin, end);
        begin = atomic_load(&run->next);
    }
}

static void start(void (*work)(void *), size_t size, size_t count, TeamBody body, const void *arguments) {
    if (size <= 1 || !openMP.parallel) return body(arguments, 0, 0, count);
    Run run = {size, count, body, arguments, 0};
    openMP.parallel(work, &run, (unsigned)size, 0);
}

void teamRun(size_t size, size_t count, TeamBody body, const void *arguments) { start(runParts, size, count, body, arguments); }

void teamShare(size_t size, size_t count, TeamBody body, const void *arguments) { start(takeShares, size, count, body, arguments); }
