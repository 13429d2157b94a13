#include "Block.hpp"

#include <cmath>

namespace simt {

namespace {

struct Factors {
    unsigned a[4], b[2];
};

float wide(unsigned word, int half) { return floatFromBits(half == 0 ? word << 16 : word & 0xffff0000u); }

}

// What the 32 lanes of a warp do together; layouts are those of the PTX reference for m8n8 and m16n8k16.
void Block::complete(unsigned warp, Collective kind) {
    Thread *const lanes = &threads[warp * 32];
    switch (kind) {
    case Collective::warpBarrier: shared.warpBarrier(warp); break;
    case Collective::shuffle: {
        float values[32];
        for (int lane = 0; lane < 32; lane++) values[lane] = *static_cast<const float *>(lanes[lane].operand);
        for (int lane = 0; lane < 32; lane++) *static_cast<float *>(lanes[lane].result) = values[lane ^ lanes[lane].mask];
        break;
    }
    case Collective::loadMatrices:
    case Collective::loadTransposed:
        for (int lane = 0; lane < 32; lane++)
            for (int matrix = 0; matrix < 4; matrix++) {
                auto element = [&](int row, int column) {
                    unsigned short bits;
                    std::memcpy(&bits, static_cast<const unsigned char *>(lanes[matrix * 8 + row].operand) + 2 * column, 2);
                    return unsigned(bits);
                };
                const int row = lane / 4, column = lane % 4 * 2;
                static_cast<unsigned *>(lanes[lane].result)[matrix] =
                    kind == Collective::loadMatrices ? element(row, column) | element(row, column + 1) << 16
                                                     : element(column, row) | element(column + 1, row) << 16;
            }
        break;
    case Collective::multiplyAdd: {
        float a[16][16], b[16][8], sum[16][8];
        for (int lane = 0; lane < 32; lane++) {
            const Factors &factors = *static_cast<const Factors *>(lanes[lane].operand);
            const float *c = static_cast<const float *>(lanes[lane].result);
            const int g = lane / 4, t = lane % 4 * 2;
            for (int half = 0; half < 2; half++) {
                for (int i = 0; i < 4; i++) a[g + i % 2 * 8][t + i / 2 * 8 + half] = wide(factors.a[i], half);
                for (int i = 0; i < 2; i++) {
                    b[t + i * 8 + half][g] = wide(factors.b[i], half);
                    sum[g + i * 8][t + half] = c[2 * i + half];
                }
            }
        }
        for (int row = 0; row < 16; row++)
            for (int k = 0; k < 16; k++)
                for (int column = 0; column < 8; column++) sum[row][column] += a[row][k] * b[k][column];
        for (int lane = 0; lane < 32; lane++)
            for (int i = 0; i < 4; i++)
                static_cast<float *>(lanes[lane].result)[i] = sum[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2];
        break;
    }
    default: break;
    }
}

namespace {

// A factor in shared memory as the PTX reference describes it for rows of 128 bytes with their pieces exchanged.
class Tile {
public:
    explicit Tile(uint64_t description)
        : start((description & 0x3fff) << 4), columnsByteCount((description >> 16 & 0x3fff) << 4),
          rowsByteCount((description >> 32 & 0x3fff) << 4) {
        if (description >> 62 != 1) block().fail("a tile that is not described as one of 128 bytes' exchange");
    }

    // Row of 64 elements, column of any number.
    float element(unsigned row, unsigned column) const {
        const unsigned linear = start + row / 8 * rowsByteCount + row % 8 * 128 + column / 64 * columnsByteCount + column % 64 * 2;
        const unsigned char *address = block().shared.bytes() + (linear ^ (linear >> 3 & 0x70));
        block().shared.read(address, 2, 2);
        unsigned short bits;
        std::memcpy(&bits, address, 2);
        return floatFromBits(unsigned(bits) << 16);
    }

private:
    unsigned start, columnsByteCount, rowsByteCount;
};

struct TileFactors {
    uint64_t a, b;
    unsigned registers[4];
    bool accumulates;
};

}

// [64, 128] = or += [64, 16]·[16, 128]: the left factor in shared memory or in the threads, the right one along its depth or across it.
void Block::completeProduct(unsigned warpgroup, Collective kind) {
    Thread *const group = &threads[warpgroup * 128];
    const bool fromShared = kind == Collective::multiplyTiles;
    const TileFactors &first = *static_cast<const TileFactors *>(group->operand);
    const Tile right(first.b);
    // Too much for a thread's stack.
    static thread_local float a[64][16], b[16][128], sum[64][128];
    for (unsigned k = 0; k < 16; k++)
        for (unsigned n = 0; n < 128; n++) b[k][n] = fromShared ? right.element(n, k) : right.element(k, n);
    for (unsigned i = 0; i < 128; i++) {
        const TileFactors &factors = *static_cast<const TileFactors *>(group[i].operand);
        if (factors.a != first.a || factors.b != first.b || factors.accumulates != first.accumulates)
            fail("threads of a warpgroup describe different products");
        const float *c = static_cast<const float *>(group[i].result);
        const unsigned row = i / 32 * 16 + i % 32 / 4, column = i % 4 * 2;
        for (int j = 0; j < 64; j++) sum[row + j / 2 % 2 * 8][j / 4 * 8 + column + j % 2] = factors.accumulates ? c[j] : 0;
        if (!fromShared)
            for (int j = 0; j < 8; j++) a[row + j / 2 % 2 * 8][column + j / 4 * 8 + j % 2] = wide(factors.registers[j / 2], j % 2);
    }
    if (fromShared) {
        const Tile left(first.a);
        for (unsigned row = 0; row < 64; row++)
            for (unsigned k = 0; k < 16; k++) a[row][k] = left.element(row, k);
    }
    for (int row = 0; row < 64; row++)
        for (int k = 0; k < 16; k++)
            for (int n = 0; n < 128; n++) sum[row][n] += a[row][k] * b[k][n];
    for (unsigned i = 0; i < 128; i++) {
        const unsigned row = i / 32 * 16 + i % 32 / 4, column = i % 4 * 2;
        for (int j = 0; j < 64; j++) static_cast<float *>(group[i].result)[j] = sum[row + j / 2 % 2 * 8][j / 4 * 8 + column + j % 2];
    }
}

static void meet(Collective kind, const void *operand, void *result, int mask = 0) {
    current().operand = operand;
    current().result = result;
    current().mask = mask;
    block().meet(kind);
}

unsigned char *sharedMemory() { return block().shared.bytes(); }
void blockBarrier() { meet(Collective::barrier, nullptr, nullptr); }
void warpBarrier() { meet(Collective::warpBarrier, nullptr, nullptr); }

float shuffleXor(float value, int mask) {
    float result;
    meet(Collective::shuffle, &value, &result, mask);
    return result;
}

void copyAsync16(void *shared, const void *global, bool valid) { block().startCopy(shared, global, valid); }
void commitCopies() { current().groupCount++; }
void waitForCopies(unsigned pending) { block().finishCopies(pending); }

void loadMatrices(unsigned (&fragment)[4], const unsigned char *row, bool transposed) {
    block().shared.read(row, 16, 16);
    meet(transposed ? Collective::loadTransposed : Collective::loadMatrices, row, fragment);
}

void multiplyAdd(float (&sum)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    const Factors factors = {{a[0], a[1], a[2], a[3]}, {b0, b1}};
    meet(Collective::multiplyAdd, &factors, sum);
}

void multiplyTiles(float (&sum)[64], uint64_t a, uint64_t b, bool accumulates) {
    const TileFactors factors = {a, b, {}, accumulates};
    meet(Collective::multiplyTiles, &factors, sum);
}

void multiplyTile(float (&sum)[64], const unsigned (&a)[4], uint64_t b, bool accumulates) {
    const TileFactors factors = {0, b, {a[0], a[1], a[2], a[3]}, accumulates};
    meet(Collective::multiplyTile, &factors, sum);
}

unsigned short bf16Bits(float value) {
    const unsigned bits = bitsOfFloat(value);
    if (std::isnan(value)) return 0x7fff;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

unsigned short f16Bits(float value) {
    if (std::isnan(value)) return 0x7fff;
    const unsigned short sign = bitsOfFloat(value) >> 16 & 0x8000;
    const float magnitude = std::fabs(value);
    if (magnitude >= 65520) return sign | 0x7c00;
    // The exponent of the last of eleven binary digits, or of the smallest subnormal.
    const int exponent = std::max(std::ilogb(magnitude), -14) - 10;
    const float digits = magnitude == 0 ? 0 : std::nearbyint(std::ldexp(magnitude, -exponent));
    return sign | static_cast<unsigned short>(static_cast<int>(digits) + (exponent + 24) * 1024);
}

float f16Value(unsigned short bits) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float sign = bits & 0x8000 ? -1.0f : 1.0f;
    if (exponent == 31) return fraction ? NAN : sign * INFINITY;
    return sign * std::ldexp(float(exponent ? fraction + 1024 : fraction), std::max(exponent, 1) - 25);
}

float exponential2(float x) {
    const float y = std::exp2(x);
    return y < 0x1p-126f ? 0 : y;
}

}
