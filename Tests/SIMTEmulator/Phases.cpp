#include "Block.hpp"

#include <cstring>

namespace simt {

// Into the order of 128 bytes' exchange: piece c of row r lies in place c XOR r mod 8. Zeros beyond the matrix.
void TileCopy::run() const {
    for (unsigned r = 0; r < map.tileRows; r++)
        for (unsigned piece = 0; piece < map.tileRowByteCount / 16; piece++) {
            unsigned char *place = target + r * map.tileRowByteCount + ((piece ^ r % 8) * 16);
            const int64_t y = int64_t(row) + r, byte = int64_t(column) * map.elementByteCount + piece * 16;
            const bool isInside = y >= 0 && y < int64_t(map.rows) && byte >= 0 && byte < int64_t(map.columns * map.elementByteCount);
            if (!isInside) {
                std::memset(place, 0, 16);
                continue;
            }
            const auto *source = reinterpret_cast<const unsigned char *>(map.address + y * map.rowByteCount + byte);
            block().checkGlobal(source, 16, "copy");
            std::memcpy(place, source, 16);
        }
}

size_t PhaseBarrier::askedByteCount() const {
    size_t sum = 0;
    for (const TileCopy &copy : copies) sum += copy.byteCount();
    return sum;
}

PhaseBarrier &Block::phaseBarrier(const void *address) {
    shared.read(address, 8, 8);
    for (PhaseBarrier &barrier : phaseBarriers)
        if (barrier.address == address) return barrier;
    fail("a meeting in shared memory that was never made");
}

void Block::makeBarrier(void *address, unsigned warps) {
    shared.write(address, 8, 8);
    for (const PhaseBarrier &barrier : phaseBarriers)
        if (barrier.address == address) fail("a meeting in shared memory that is made twice");
    if (phaseBarriers.size() == SharedMemory::engineCount) fail("more meetings in shared memory than the emulator counts");
    PhaseBarrier barrier{};
    barrier.address = address;
    barrier.engine = unsigned(phaseBarriers.size());
    barrier.expected = warps;
    phaseBarriers.push_back(barrier);
}

void Block::arriveAtPhase(unsigned warp, const PhaseArrival &arrival) {
    PhaseBarrier &barrier = phaseBarrier(arrival.barrier);
    SharedMemory::add(barrier.gathered, shared.tell(warp));
    if (barrier.arrived == barrier.expected) fail("more warps arrive in a phase than its barrier was made for");
    barrier.arrived++;
    barrier.announcedByteCount += arrival.byteCount;
    endPhase(barrier);
}

void Block::askForTile(const TileRequest &request) {
    PhaseBarrier &barrier = phaseBarrier(request.barrier);
    simt_tile_map map;
    std::memcpy(&map, request.map, sizeof map);
    if (map.mark != SIMT_TILE_MAP_MARK) fail("a tile of something that is no map");
    if ((static_cast<unsigned char *>(request.tile) - shared.bytes()) % 1024 != 0) fail("a tile that does not begin at a multiple of 1024 bytes");
    const TileCopy copy = {map, static_cast<unsigned char *>(request.tile), request.column, request.row};
    shared.writeByEngine(request.tile, copy.byteCount(), barrier.engine);
    barrier.copies.push_back(copy);
    if (barrier.askedByteCount() > barrier.announcedByteCount) fail("a copy of more bytes than its barrier was told of");
    endPhase(barrier);
}

// Once all have arrived, and all bytes that they announced were asked for.
void Block::endPhase(PhaseBarrier &barrier) {
    if (barrier.arrived < barrier.expected || barrier.askedByteCount() < barrier.announcedByteCount) return;
    for (const TileCopy &copy : barrier.copies) copy.run();
    barrier.told = barrier.gathered;
    shared.addEngine(barrier.told, barrier.engine);
    barrier.gathered = {};
    barrier.copies.clear();
    barrier.arrived = 0;
    barrier.announcedByteCount = 0;
    barrier.phase++;
    std::vector<unsigned> waiting;
    waiting.swap(barrier.waitingWarps);
    for (unsigned warp : waiting) {
        shared.learn(warp, barrier.told);
        release(warp * 32, 32);
    }
}

// Whether the warp can go on. A device tells phases apart by their last bit only.
bool Block::hasEnded(unsigned warp, const PhaseWait &wait) {
    PhaseBarrier &barrier = phaseBarrier(wait.barrier);
    if (wait.phase == barrier.phase) {
        barrier.waitingWarps.push_back(warp);
        return false;
    }
    if (wait.phase != barrier.phase - 1)
        fail("waits for phase " + std::to_string(wait.phase) + " while phase " + std::to_string(barrier.phase) + " is under way");
    shared.learn(warp, barrier.told);
    return true;
}

static void meet(Collective kind, const void *operand) {
    current().operand = operand;
    current().result = nullptr;
    block().meet(kind);
}

void makeBarrier(void *barrier, unsigned warps) { block().makeBarrier(barrier, warps); }

void arrive(void *barrier, unsigned byteCount) {
    const PhaseArrival arrival = {barrier, byteCount};
    meet(Collective::arrive, &arrival);
}

void await(void *barrier, int phase) {
    const PhaseWait wait = {barrier, phase};
    meet(Collective::await, &wait);
}

void copyTile(void *tile, const void *map, int column, int row, void *barrier) {
    const TileRequest request = {tile, map, column, row, barrier};
    meet(Collective::copyTile, &request);
}

}
