// Any processor: vectors in whatever registers the target has by default.
#define KERNEL_TABLE kernelsBaseline
#define TILE_ROWS 2
#define TILE_VECTORS 1
#include "../KernelTable.h"
#include "Vector.h"
#include "Level.h"
