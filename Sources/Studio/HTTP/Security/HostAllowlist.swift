/// The names this server answers to. A page of somebody else whose name was made to lead here does not know them, so it cannot use the
/// browser of a person as a way in (DNS rebinding).
public struct HostAllowlist: Sendable {
    private let names: Set<String>

    /// - Parameter names: Host names or addresses without port, besides those of the loopback interface.
    public init(_ names: some Sequence<String> = []) {
        self.names = Set(["localhost", "127.0.0.1", "::1"] + names.map { $0.lowercased() })
    }

    /// - Parameters:
    ///   - authority: The request's Host, with or without port.
    ///   - localAddress: Where the connection arrived; an address, unlike a name, cannot be made to lead elsewhere.
    func allows(authority: String?, localAddress: String?) -> Bool {
        guard let host = authority.flatMap(Self.host) else { return false }
        return names.contains(host) || host == localAddress
    }

    /// "Example.org:7860" → "example.org", "[::1]:7860" → "::1"; `nil` for what is no host with an optional port.
    static func host(_ authority: String) -> String? {
        let text = authority.lowercased()
        let host: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            (host, rest) = (text[text.index(after: text.startIndex)..<end], text[text.index(after: end)...])
        } else {
            let end = text.firstIndex(of: ":") ?? text.endIndex
            (host, rest) = (text[..<end], text[end...])
        }
        let isPort = rest.isEmpty || (rest.hasPrefix(":") && UInt16(rest.dropFirst()) != nil)
        return isPort && !host.isEmpty ? String(host) : nil
    }
}
