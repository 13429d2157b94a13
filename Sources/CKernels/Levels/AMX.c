#if defined(__x86_64__)

#define KERNEL_TABLE kernelsAMX
#define TILE_ROWS 32
#define TILE_VECTORS 2
#define VECTOR_ROWS 8
#define HAS_PAIRS
#define HAS_TILE_REGISTERS
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "../GroupNorm.h"
#include "../KernelTable.h"
#include "../Product.h"

#pragma clang attribute push(                                                                                                              \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16"))), apply_to = function)
#include "Vector.h"

#include "Pairs.h"
#include "TileRegisters.h"

#include "Level.h"
#pragma clang attribute pop

#endif
