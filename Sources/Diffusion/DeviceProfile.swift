public import FoundationEssentials

/// A device as plans see it, present or not.
public struct DeviceProfile: Codable, Equatable, Sendable {
    public let name: String
    /// Memory of the device, bytes.
    public let memoryBytes: Int
    /// Sustained rate from host memory to the device, bytes per second; absent where both share their memory.
    public let linkBytesPerSecond: Double?
    /// Sustained rate of reading files, bytes per second.
    public let diskBytesPerSecond: Double
    /// Sustained rate of matrix products in bf16 with f32 sums, floating-point operations per second.
    public let floatingPointOperationsPerSecond: Double
    /// What the device's context, modules and libraries hold, bytes.
    public let contextBytes: Int
    /// Scratch of one library call, bytes.
    public let workspaceBytes: Int

    /// What a picture may take when nobody says: 2 GiB are left to others.
    public var defaultBudgetByteCount: Int { max(1, memoryBytes - 2 << 30) }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, memoryBytes, linkBytesPerSecond, diskBytesPerSecond, floatingPointOperationsPerSecond, contextBytes, workspaceBytes
    }

    init(
        name: String, memoryBytes: Int, linkBytesPerSecond: Double?, diskBytesPerSecond: Double, floatingPointOperationsPerSecond: Double,
        contextBytes: Int, workspaceBytes: Int
    ) {
        self.name = name
        self.memoryBytes = memoryBytes
        self.linkBytesPerSecond = linkBytesPerSecond
        self.diskBytesPerSecond = diskBytesPerSecond
        self.floatingPointOperationsPerSecond = floatingPointOperationsPerSecond
        self.contextBytes = contextBytes
        self.workspaceBytes = workspaceBytes
    }

    /// - Throws: `DeviceProfileError` for what `file` holds if it is no profile: an object of exactly these keys.
    public init(json: Data, of file: String) throws(DeviceProfileError) {
        do {
            let found = try JSONDecoder().decode(KeyNames.self, from: json).names
            let unknown = found.subtracting(CodingKeys.allCases.map(\.rawValue))
            if let key = unknown.min() { throw DeviceProfileError.unknownKey(file: file, key: key) }
            self = try JSONDecoder().decode(Self.self, from: json)
        } catch let error as DeviceProfileError { throw error } catch let error as DecodingError {
            throw .unreadable(file: file, reason: error.reason)
        } catch { throw .unreadable(file: file, reason: "not JSON") }
        try check(file)
    }

    private func check(_ file: String) throws(DeviceProfileError) {
        let rates: [(CodingKeys, Double?)] = [
            (.linkBytesPerSecond, linkBytesPerSecond), (.diskBytesPerSecond, diskBytesPerSecond),
            (.floatingPointOperationsPerSecond, floatingPointOperationsPerSecond),
        ]
        for case (let key, let rate?) in rates where !(rate.isFinite && rate > 0) {
            throw .outOfRange(file: file, key: key.rawValue, found: "\(rate)", expected: "a positive number")
        }
        if !(1...1 << 50).contains(memoryBytes) {
            throw .outOfRange(file: file, key: CodingKeys.memoryBytes.rawValue, found: "\(memoryBytes)", expected: "1 to 2^50")
        }
        for (key, byteCount) in [(CodingKeys.contextBytes, contextBytes), (.workspaceBytes, workspaceBytes)]
        where !(0...memoryBytes).contains(byteCount) {
            throw .outOfRange(file: file, key: key.rawValue, found: "\(byteCount)", expected: "0 to memoryBytes (\(memoryBytes))")
        }
    }

    /// The names of an object's keys, whatever they hold.
    private struct KeyNames: Decodable {
        let names: Set<String>

        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            names = Set(try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue))
        }
    }
}

/// A device profile that cannot be used.
public enum DeviceProfileError: Error, Equatable, Sendable {
    case unreadable(file: String, reason: String)
    case unknownKey(file: String, key: String)
    case outOfRange(file: String, key: String, found: String, expected: String)
}

extension DeviceProfileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): \(reason)"
        case .unknownKey(let file, let key): "\(file): unknown key \(key.debugDescription)"
        case .outOfRange(let file, let key, let found, let expected): "\(file): \(key) is \(found), expected \(expected)"
        }
    }
}

extension DecodingError {
    fileprivate var reason: String {
        switch self {
        case .keyNotFound(let key, _): "no key \"\(key.stringValue)\""
        case .typeMismatch(let type, let context): "\"\(context.codingPath.last?.stringValue ?? "the file")\" is not \(type)"
        case .valueNotFound(let type, let context): "\"\(context.codingPath.last?.stringValue ?? "the file")\" is null, expected \(type)"
        case .dataCorrupted(let context):
            context.codingPath.last.map { "\"\($0.stringValue)\" cannot be represented" } ?? "not valid JSON"
        @unknown default: "not valid JSON"
        }
    }
}
