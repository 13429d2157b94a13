extension JSONReader {
    /// Passes over one value of any kind and returns it as it stands in the document.
    public mutating func readSource() throws(Failure) -> String {
        _ = peek()
        let start = position
        _ = try JSONValue(&self)
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
