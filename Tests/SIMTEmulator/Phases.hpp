// Meetings in shared memory where warps arrive without waiting, and the copy engine that reports there.
#pragma once

#include "SharedMemory.hpp"
#include "include/SIMTEmulator.h"

namespace simt {

// A tile that was asked for. It comes at the last moment: when its meeting's phase ends.
struct TileCopy {
    simt_tile_map map;
    unsigned char *target;
    int column, row;

    size_t byteCount() const { return size_t(map.tileRows) * map.tileRowByteCount; }
    void run() const;
};

struct PhaseBarrier {
    const void *address;
    unsigned engine, expected;
    int phase = 0;
    // Of the phase under way.
    unsigned arrived = 0;
    size_t announcedByteCount = 0;
    std::vector<TileCopy> copies;
    SharedMemory::Knowledge gathered{};
    // What those learn who waited for the phase before.
    SharedMemory::Knowledge told{};
    std::vector<unsigned> waitingWarps;

    size_t askedByteCount() const;
};

}
