/// Pixels by value, 256 counts each of R', G', B' and of luma Y' rounded to 8 bits.
public struct Histograms: Codable, Equatable, Sendable {
    public let red, green, blue, luma: [Int]

    private enum CodingKeys: String, CodingKey {
        case red = "r"
        case green = "g"
        case blue = "b"
        case luma = "y"
    }

    init(_ picture: Picture, _ plane: Luma) {
        let none = [Int](repeating: 0, count: 256)
        var (red, green, blue, luma) = (none, none, none, none)
        let pixels = picture.pixels.span
        let values = plane.values.span
        for index in values.indices {
            red[Int(pixels[3 * index])] += 1
            green[Int(pixels[3 * index + 1])] += 1
            blue[Int(pixels[3 * index + 2])] += 1
            luma[(Int(values[index]) + Luma.unitsPerLevel / 2) / Luma.unitsPerLevel] += 1
        }
        (self.red, self.green, self.blue, self.luma) = (red, green, blue, luma)
    }
}
