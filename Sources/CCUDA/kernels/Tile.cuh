// Tiles of bf16 in shared memory, [rows, 8·chunks], laid out so that neither copies in nor fragments out meet in a bank.
//
// A row is `chunks` pieces of 16 bytes. Piece c of row r lies in place c XOR s(r), s(r) the row's number among those that share 128 bytes'
// phase: eight rows at one c then touch all 32 banks once. 4, 8 or 16 chunks.
#ifndef TILE_CUH
#define TILE_CUH

#include "Device.cuh"

template <int chunks> struct Tile {
    static_assert(chunks == 4 || chunks == 8 || chunks == 16, "rows of 64, 128 or 256 bytes");
    static constexpr int rowByteCount = 16 * chunks;

    static __device__ __forceinline__ int phase(int row) { return chunks == 4 ? row / 2 % 4 : row % 8; }

    // Bytes from the tile's start to a piece.
    static __device__ __forceinline__ int offset(int row, int chunk) { return row * rowByteCount + (chunk ^ phase(row)) * 16; }

    // This lane's row and half for loadMatrices of a [16, 16] block at (0, 0) whose rows are the fragment's rows: factors a.
    // The block at (16i, 16j) is i·16·rowByteCount further, with bit pattern 32j exclusive-ored in.
    static __device__ __forceinline__ int leftOffset(int lane) { return offset(lane % 16, lane / 16); }

    // The same for two blocks [8, 16] below each other, each row a column of b: fragments (b0, b1) of one, then of the other.
    static __device__ __forceinline__ int rightOffset(int lane) { return offset(lane % 8 + lane / 16 * 8, lane / 8 % 2); }
};

// Eight elements, or zeros for those at or beyond `count`, one by one.
__device__ __forceinline__ uint4 gather(const bf16 *address, int count) {
    unsigned words[4] = {};
#pragma unroll
    for (int i = 0; i < 8; i++)
        if (i < count) words[i / 2] |= (unsigned)load(address + i).bits << i % 2 * 16;
    return make_uint4(words[0], words[1], words[2], words[3]);
}

#endif
