import CPUBackend
import FluxModels
import GoldenData
import Memory
import Tensors
import Testing
import Weights

@testable import Diffusion

/// Tiles: their plan, how they are put together, and when they are used.
@Suite struct DecodeTilingTests {
    @Test("Tiles cover every latent, neighbours share what they must, and shares sum to one")
    func axis() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(state: seed)
        for _ in 0..<300 {
            let tile = Int.random(in: 2...80, using: &random)
            let overlap = Int.random(in: 0..<tile, using: &random)
            let length = Int.random(in: 1...400, using: &random)
            let scale = [1, 2, 8].randomElement(using: &random) ?? 8
            let axis = TileAxis(length: length, tile: tile, overlap: overlap, scale: scale)
            let comment: Comment = "length \(length), tile \(tile), overlap \(overlap), scale \(scale), seed \(seed)"
            #expect(axis.starts.first == 0 && axis.starts.last == length - axis.tile, comment)
            for (one, next) in zip(axis.starts, axis.starts.dropFirst()) {
                #expect(next > one && one + axis.tile - next >= overlap, comment)
            }
            var sums = [Float](repeating: 0, count: length * scale)
            for (start, shares) in zip(axis.starts, axis.shares) {
                #expect(shares.allSatisfy { $0 > 0 }, comment)
                for (x, share) in shares.enumerated() { sums[start * scale + x] += share }
            }
            #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 }, comment)
        }
    }

    @Test("Tiles of 512 pixels with a quarter of overlap: 25 for 2048×2048, and straight lines where two meet")
    func published() {
        let layout = LatentLayout(channels: 16, height: 256, width: 256)
        let grid = TileGrid(layout, scale: 8, .standard)
        #expect(grid.count == 25 && grid.rows.starts == [0, 48, 96, 144, 192] && grid.rows.tile == 64)
        let (left, right) = (grid.columns.shares[0], grid.columns.shares[1])
        for x in 0..<128 {
            #expect(abs(right[x] - (Float(x) + 0.5) / 128) < 1e-6)
            #expect(abs(left[384 + x] + right[x] - 1) < 1e-6)
        }
        #expect(TileGrid(LatentLayout(channels: 16, height: 64, width: 40), scale: 8, .standard).count == 1)
        #expect(TileGrid(layout, scale: 8).count == 1)
    }

    @Test("Tiles that agree give the picture they were cut from, in any strips")
    func assembly() {
        let layout = LatentLayout(channels: 16, height: 10, width: 14)
        let grid = TileGrid(layout, scale: 2, DecodeTiling(side: 8, overlap: 4))
        func value(_ y: Int, _ x: Int, _ c: Int) -> Float { Float((y * 31 + x * 17 + c * 7) % 251) / 125 - 1 }
        var picture = PictureAssembly(grid)
        for tile in 0..<grid.count {
            let (top, left) = (2 * grid.rows.starts[grid.row(tile)], 2 * grid.columns.starts[grid.column(tile)])
            for first in stride(from: 0, to: 8, by: 3) {
                let rows = first..<min(8, first + 3)
                let values = rows.flatMap { y in (0..<8).flatMap { x in (0..<3).map { c in value(top + y, left + x, c) } } }
                picture.add(values, ofTile: tile, from: first)
            }
        }
        var largest: Float = 0
        for y in 0..<20 {
            for x in 0..<28 {
                for c in 0..<3 {
                    let expected = (0.5 * value(y, x, c) + 0.5) * 255
                    largest = max(largest, abs(Float(picture.pixels[3 * (28 * y + x) + c]) - expected))
                }
            }
        }
        #expect(largest <= 0.51)
    }

    private func golden() throws -> GoldenCase { try #require(GoldenCase.all.first { $0.name == "heads2x16-f32" }) }

    @Test("Tiles are planned only with consent, and only where the decoder is what keeps a picture out")
    func consent() throws {
        let golden = try golden()
        let backend = CPUBackend()
        let model = try FluxModel(golden.model, computeType: .f32, retainedByteCount: 0, on: backend)
        let planner = RunPlanner(model, contextByteCount: 50 << 20, on: backend)
        let tiling = DecodeTiling(side: 128, overlap: 32)
        var request = golden.request
        (request.width, request.height) = (1024, 768)
        func plan(_ decoding: Decoding, _ budget: Int) throws -> PlannedRequest {
            var request = request
            request.decoding = decoding
            return try planner.planned(request, budgetByteCount: budget, offload: .sequential)
        }
        func refusal(_ decoding: Decoding, _ budget: Int) -> BudgetRefusal? {
            #expect(throws: BudgetRefusal.self) { try plan(decoding, budget) }
        }
        let whole = try #require(refusal(.whole, 1))
        #expect(whole.bindingPhase == .decode)
        let tiled = try #require(refusal(.tiledIfNeeded(tiling), 1))
        #expect(tiled.smallestByteCount < whole.smallestByteCount)
        for budget in [tiled.smallestByteCount, whole.smallestByteCount - 1] {
            #expect(refusal(.whole, budget)?.smallestByteCount == whole.smallestByteCount)
            let planned = try plan(.tiledIfNeeded(tiling), budget)
            #expect(planned.tiling == tiling && planned.plan.predictedPeakByteCount <= budget)
            // Every tile reads the decoder's weights anew.
            let streamed = try #require(planned.plan.phase(.decode)?.streamedUnits)
            #expect(streamed.count == Set(streamed.map(\.key)).count * 88)
        }
        #expect(refusal(.tiledIfNeeded(tiling), tiled.smallestByteCount - 1) != nil)
        #expect(try plan(.tiledIfNeeded(tiling), whole.smallestByteCount).tiling == nil)
        // One tile would be all of the picture.
        (request.width, request.height) = (128, 96)
        #expect(refusal(.tiledIfNeeded(tiling), 1)?.smallestByteCount == refusal(.whole, 1)?.smallestByteCount)
    }

    @Test("A picture in tiles keeps to its plan, has the same bits with and without a budget, and is near the whole one")
    func drawn() async throws {
        let golden = try golden()
        func draw(_ request: GenerationRequest, _ policy: MemoryPolicy = .unplanned) async throws -> (GeneratedImage, [Notice]) {
            let engine = Engine(model: golden.model, computeType: .f32, policy: policy, on: CPUBackend())
            var notices: [Notice] = []
            for try await event in engine.generate(request) {
                if case .notice(let notice) = event { notices.append(notice) }
                if case .finished(let image) = event { return (image, notices) }
            }
            throw CancellationError()
        }
        var request = golden.request
        (request.width, request.height, request.steps, request.initialLatents) = (160, 112, 1, nil)
        let whole = try await draw(request).0
        let tiling = DecodeTiling(side: 64, overlap: 16)
        request.decoding = .tiled(tiling)
        let tiled = try await draw(request).0
        let budget = MemoryPolicy.budget(byteCount: MemoryPolicy.defaultBudgetByteCount, offload: .sequential)
        let (planned, notices) = try await draw(request, budget)
        #expect(notices == [.decodedInTiles(side: 64, overlap: 16)] && planned.tiling == tiling && whole.tiling == nil)
        #expect(planned.pixels == tiled.pixels)
        #expect(planned.latents == whole.latents)
        #expect(try planned.peakByteCount <= #require(planned.plan).predictedPeakByteCount)
        #expect(tiled.pixels != whole.pixels)
        let squares = zip(tiled.pixels, whole.pixels).reduce(0.0) { sum, pair in
            sum + Double((Int(pair.0) - Int(pair.1)) * (Int(pair.0) - Int(pair.1)))
        }
        // Random weights see other statistics in each tile; misplaced tiles of this picture are four times as far.
        print("tiled: root mean square \((squares / Double(whole.pixels.count)).squareRoot()) of 255")
        #expect((squares / Double(whole.pixels.count)).squareRoot() < 40)
    }
}
