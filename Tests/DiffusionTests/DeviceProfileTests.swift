import FoundationEssentials
import Testing

@testable import Diffusion

@Suite struct DeviceProfileTests {
    private static let valid: [String: String] = [
        "name": "\"card\"", "memoryBytes": "8000000000", "linkBytesPerSecond": "12e9", "diskBytesPerSecond": "2e9",
        "floatingPointOperationsPerSecond": "5e13", "contextBytes": "500000000", "workspaceBytes": "4194304",
    ]

    private func parse(_ changes: [String: String] = [:], without key: String? = nil) throws(DeviceProfileError) -> DeviceProfile {
        var fields = Self.valid.merging(changes) { $1 }
        if let key { fields[key] = nil }
        let json = fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        return try DeviceProfile(json: Data("{\(json)}".utf8), of: "card.json")
    }

    @Test("A profile is read as it was written, with and without a link")
    func roundTrip() throws {
        for profile in DeviceProfile.builtIn {
            #expect(try DeviceProfile(json: JSONEncoder().encode(profile), of: "card.json") == profile)
        }
        #expect(try parse().linkBytesPerSecond == 12e9)
        #expect(try parse(without: "linkBytesPerSecond").linkBytesPerSecond == nil)
        #expect(try parse(["linkBytesPerSecond": "null"]).linkBytesPerSecond == nil)
        #expect(try parse().defaultBudgetByteCount == 8_000_000_000 - 2 << 30)
    }

    @Test("Built-in profiles have names of their own and leave a budget")
    func builtIn() {
        #expect(Set(DeviceProfile.builtIn.map(\.name)).count == DeviceProfile.builtIn.count)
        for profile in DeviceProfile.builtIn { #expect(profile.defaultBudgetByteCount == profile.memoryBytes - 2 << 30) }
    }

    @Test(
        "A value that no device has is refused by name",
        arguments: [
            ("memoryBytes", "0"), ("memoryBytes", "-5"), ("linkBytesPerSecond", "0"), ("linkBytesPerSecond", "-1"),
            ("diskBytesPerSecond", "0"), ("floatingPointOperationsPerSecond", "-1e12"), ("contextBytes", "9000000000"),
            ("contextBytes", "-1"), ("workspaceBytes", "-1"),
        ])
    func outOfRange(_ key: String, _ value: String) {
        let error = #expect(throws: DeviceProfileError.self) { try parse([key: value]) }
        guard case .outOfRange("card.json", key, _, _)? = error else {
            Issue.record("\(key) \(value): \(String(describing: error))")
            return
        }
    }

    @Test("What is no profile is refused with the key that is wrong")
    func unreadable() {
        #expect(throws: DeviceProfileError.unknownKey(file: "card.json", key: "vram")) { try parse(["vram": "8"]) }
        #expect(throws: DeviceProfileError.unreadable(file: "card.json", reason: "no key \"diskBytesPerSecond\"")) {
            try parse(without: "diskBytesPerSecond")
        }
        #expect(throws: DeviceProfileError.unreadable(file: "card.json", reason: "\"memoryBytes\" is not Int")) {
            try parse(["memoryBytes": "\"8GB\""])
        }
        for json in ["", "[]", "3", "{", "{\"name\": }"] {
            #expect(throws: DeviceProfileError.self, "\(json)") { try DeviceProfile(json: Data(json.utf8), of: "card.json") }
        }
    }
}
