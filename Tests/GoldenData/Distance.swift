import Glibc
public import Testing

/// ‖a − b‖ / ‖b‖.
public func relativeDistance(_ a: [Float], _ b: [Float]) -> Double {
    precondition(a.count == b.count, "\(a.count) values against \(b.count)")
    let difference = zip(a, b).reduce(0.0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
    let norm = b.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (difference / norm).squareRoot()
}

/// Peak signal-to-noise ratio of 8-bit pixels, in decibels.
public func peakSignalToNoise(_ a: [Float], _ b: [Float]) -> Double {
    precondition(a.count == b.count, "\(a.count) values against \(b.count)")
    let squares = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return squares == 0 ? .infinity : -10 * log10(squares / Double(a.count) / (255 * 255))
}

/// Fails unless ‖found − expected‖ / ‖expected‖ is at most `tolerance`.
public func expectClose(
    _ found: [Float], _ expected: [Float], within tolerance: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    guard found.count == expected.count else {
        Issue.record("\(what): \(found.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    let distance = relativeDistance(found, expected)
    #expect(distance <= tolerance, "\(what): relative distance \(distance)", sourceLocation: sourceLocation)
}
