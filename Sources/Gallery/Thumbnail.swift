/// Small JPEG pictures for overviews.
public enum Thumbnail {
    /// A JPEG file of the picture within `side` × `side` pixels; smaller pictures keep their size.
    ///
    /// Each pixel is the average of the area it covers, in linear light, so that fine patterns keep their brightness.
    /// - Parameter quality: libjpeg's, from 1 to 100.
    /// - Throws: `GalleryError.thumbnailFailed`.
    public static func jpeg(_ picture: Picture, side: Int = 256, quality: Int = 85) throws(GalleryError) -> [UInt8] {
        precondition(side > 0 && (1...100).contains(quality))
        let longest = max(picture.width, picture.height)
        let (width, height) = (scaled(picture.width, side, longest), scaled(picture.height, side, longest))
        let small = longest <= side ? picture : try averaged(picture, width: width, height: height)
        do throws(JPEGCodec.Refusal) {
            return try JPEGCodec.encode(small, quality: quality)
        } catch {
            throw .thumbnailFailed(message: error.message)
        }
    }

    private static func scaled(_ length: Int, _ side: Int, _ longest: Int) -> Int {
        max(1, Int((Double(length) * Double(side) / Double(longest)).rounded()))
    }

    /// A smaller picture by averages over areas.
    static func averaged(_ picture: Picture, width: Int, height: Int) throws(GalleryError) -> Picture {
        let light = (0...255).map { Luminance.linear($0) }
        let columns = Coverage(from: picture.width, to: width)
        let rows = Coverage(from: picture.height, to: height)
        var sums = [Double](repeating: 0, count: 3 * width)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for row in 0..<height {
            for column in sums.indices { sums[column] = 0 }
            for (source, weight) in rows[row] {
                add(picture, row: source, weight: weight, columns, light, to: &sums)
            }
            pixels += sums.map { Luminance.encoded($0) }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    private static func add(
        _ picture: Picture, row: Int, weight: Double, _ columns: Coverage, _ light: [Double], to sums: inout [Double]
    ) {
        let (pixels, light) = (picture.pixels.span, light.span)
        for column in 0..<sums.count / 3 {
            for (source, share) in columns[column] {
                let first = 3 * (row * picture.width + source)
                for channel in 0..<3 { sums[3 * column + channel] += weight * share * light[Int(pixels[first + channel])] }
            }
        }
    }
}

/// Which of `from` pixels in a row each of `to` larger pixels covers, and how much of it each makes up.
private struct Coverage {
    private let entries: [[(index: Int, share: Double)]]

    subscript(pixel: Int) -> [(index: Int, share: Double)] { entries[pixel] }

    init(from: Int, to: Int) {
        let ratio = Double(from) / Double(to)
        entries = (0..<to).map { pixel in
            let (start, end) = (Double(pixel) * ratio, Double(pixel + 1) * ratio)
            return (Int(start)..<min(Int(end.rounded(.up)), from)).map { index in
                (index, (min(end, Double(index + 1)) - max(start, Double(index))) / ratio)
            }
        }
    }
}
