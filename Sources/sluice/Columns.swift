extension String {
    /// Padded at the end, with at least one space.
    func leftAligned(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
    /// Padded at the front, with at least one space.
    func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(1, width - count)) + self }
}

extension Double {
    /// With so many decimals; for values that are not negative.
    func fixed(_ digits: Int) -> String {
        let factor = (0..<digits).reduce(1) { product, _ in 10 * product }
        let scaled = Int((self * Double(factor)).rounded())
        let fraction = digits == 0 ? "" : "\(scaled % factor)"
        return "\(scaled / factor)" + (digits == 0 ? "" : "." + String(repeating: "0", count: digits - fraction.count) + fraction)
    }
}
