/// The picture's latents, unpacked `[channels, height, width]` and packed in tokens of 2×2 latents `[height/2·width/2, 4·channels]`:
/// token (y/2)·(width/2) + x/2, channel 4c + 2(y mod 2) + (x mod 2).
public struct LatentLayout: Sendable, Equatable {
    public let channels: Int
    public let height: Int
    public let width: Int

    public var tokenRows: Int { height / 2 }
    public var tokenColumns: Int { width / 2 }
    public var tokens: Int { tokenRows * tokenColumns }
    public var count: Int { channels * height * width }

    func packed(_ latents: [Float]) -> [Float] {
        var tokens = [Float](repeating: 0, count: count)
        forEachElement { unpacked, packed in tokens[packed] = latents[unpacked] }
        return tokens
    }

    func unpacked(_ tokens: [Float]) -> [Float] {
        var latents = [Float](repeating: 0, count: count)
        forEachElement { unpacked, packed in latents[unpacked] = tokens[packed] }
        return latents
    }

    /// A part of the latents, `[channels, height, width] → [rows, columns, channels]`.
    func channelsLast(_ latents: [Float], rows: Range<Int>, columns: Range<Int>) -> [Float] {
        rows.flatMap { y in
            columns.flatMap { x in (0..<channels).map { c in latents[(c * height + y) * width + x] } }
        }
    }

    private func forEachElement(_ body: (_ unpacked: Int, _ packed: Int) -> Void) {
        for c in 0..<channels {
            for y in 0..<height {
                for x in 0..<width {
                    let token = (y / 2) * tokenColumns + x / 2
                    body((c * height + y) * width + x, token * 4 * channels + 4 * c + 2 * (y % 2) + x % 2)
                }
            }
        }
    }
}
