#if defined(__x86_64__)

#define KERNEL_TABLE kernelsAVX512BF16
#define TILE_ROWS 6
#define TILE_VECTORS 4
#define HAS_PAIRS
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "../GroupNorm.h"
#include "../KernelTable.h"
#include "../Product.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))), apply_to = function)
#include "Vector.h"

#include "Pairs.h"

#include "Level.h"
#pragma clang attribute pop

#endif
