import TestFixtures

extension TemporaryFolder {
    /// - Parameter files: names and contents.
    convenience init(_ files: [String: [UInt8]]) throws {
        try self.init()
        for (name, bytes) in files { try write(bytes, name) }
    }
}
