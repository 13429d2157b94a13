#include "Block.hpp"

#include <cmath>

namespace simt {

namespace {

struct Factors {
    unsigned a[4], b[2];
};

float wide(unsigned word, int half) { return floatFromBits(half == 0 ? word << 16 : word & 0xffff0000u); }

}

// What the 32 lanes of a warp do together, and whether they go on at once; layouts are those of the PTX reference for m8n8 and m16n8k16.
bool Block::complete(unsigned warp, Collective kind) {
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
    case Collective::arrive: arriveAtPhase(warp, common<PhaseArrival>(warp)); break;
    case Collective::await: return hasEnded(warp, common<PhaseWait>(warp));
    case Collective::copyTile: askForTile(common<TileRequest>(warp)); break;
    default: break;
    }
    return true;
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
