#include "Block.hpp"

#include <cstring>

namespace simt {

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

// A product [64, 128] = or += [64, 16]·[16, 128]: the left factor in shared memory or in the threads, the right one along its depth or across.
struct Factors {
    float a[64][16], b[16][128];

    void read(const PendingProduct &product) {
        const bool fromShared = product.kind == Collective::multiplyTiles;
        const Tile right(product.factors.b);
        for (unsigned k = 0; k < 16; k++)
            for (unsigned n = 0; n < 128; n++) b[k][n] = fromShared ? right.element(n, k) : right.element(k, n);
        if (fromShared) {
            const Tile left(product.factors.a);
            for (unsigned row = 0; row < 64; row++)
                for (unsigned k = 0; k < 16; k++) a[row][k] = left.element(row, k);
            return;
        }
        for (unsigned i = 0; i < 128; i++) {
            const unsigned row = i / 32 * 16 + i % 32 / 4, column = i % 4 * 2;
            for (int j = 0; j < 8; j++) {
                const unsigned word = product.registers[i][j / 2];
                a[row + j / 2 % 2 * 8][column + j / 4 * 8 + j % 2] = floatFromBits(j % 2 == 0 ? word << 16 : word & 0xffff0000u);
            }
        }
    }
};

// Too much for a thread's stack.
thread_local Factors factors;
thread_local float sum[64][128];

}

// Its factors must be there now; they are read again when the product ends, and until then nobody may write there.
void Block::startProduct(unsigned warpgroup, Collective kind) {
    Thread *const group = &threads[warpgroup * 128];
    PendingProduct product{kind, *static_cast<const TileFactors *>(group->operand), group->productGroupCount, {}, {}};
    for (unsigned i = 0; i < 128; i++) {
        const TileFactors &mine = *static_cast<const TileFactors *>(group[i].operand);
        const bool isSame = mine.a == product.factors.a && mine.b == product.factors.b && mine.accumulates == product.factors.accumulates
            && group[i].productGroupCount == product.group;
        if (!isSame) fail("threads of a warpgroup describe different products");
        if (!group[i].hasBegunProducts) fail("a warpgroup's product that was not begun");
        product.registers[i] = mine.registers;
        product.results[i] = static_cast<float *>(group[i].result);
    }
    factors.read(product);
    products[warpgroup].push_back(product);
}

// Ends the groups that all threads waited for.
void Block::finishProducts(unsigned warpgroup) {
    const Thread *const group = &threads[warpgroup * 128];
    for (unsigned i = 0; i < 128; i++)
        if (group[i].mask != group->mask) fail("threads of a warpgroup wait for different products");
    std::vector<PendingProduct> &pending = products[warpgroup];
    size_t ended = 0;
    while (ended < pending.size() && pending[ended].group + group->mask < group->productGroupCount) runProduct(pending[ended++]);
    pending.erase(pending.begin(), pending.begin() + ptrdiff_t(ended));
}

void Block::runProduct(const PendingProduct &product) {
    factors.read(product);
    for (unsigned i = 0; i < 128; i++) {
        const unsigned row = i / 32 * 16 + i % 32 / 4, column = i % 4 * 2;
        for (int j = 0; j < 64; j++)
            sum[row + j / 2 % 2 * 8][j / 4 * 8 + column + j % 2] = product.factors.accumulates ? product.results[i][j] : 0;
    }
    for (int row = 0; row < 64; row++)
        for (int k = 0; k < 16; k++)
            for (int n = 0; n < 128; n++) sum[row][n] += factors.a[row][k] * factors.b[k][n];
    for (unsigned i = 0; i < 128; i++) {
        const unsigned row = i / 32 * 16 + i % 32 / 4, column = i % 4 * 2;
        for (int j = 0; j < 64; j++) product.results[i][j] = sum[row + j / 2 % 2 * 8][j / 4 * 8 + column + j % 2];
    }
}

static void meet(Collective kind, const void *operand, void *result, int mask = 0) {
    current().operand = operand;
    current().result = result;
    current().mask = mask;
    block().meet(kind);
}

void multiplyTiles(float (&sum)[64], uint64_t a, uint64_t b, bool accumulates) {
    const TileFactors factors = {a, b, nullptr, accumulates};
    meet(Collective::multiplyTiles, &factors, sum);
}

void multiplyTile(float (&sum)[64], const unsigned (&a)[4], uint64_t b, bool accumulates) {
    const TileFactors factors = {0, b, a, accumulates};
    meet(Collective::multiplyTile, &factors, sum);
}

void beginProducts() { current().hasBegunProducts = true; }

void commitProducts() {
    current().productGroupCount++;
    current().hasBegunProducts = false;
}

void waitForProducts(unsigned pending) { meet(Collective::waitForProducts, nullptr, nullptr, int(pending)); }

}
