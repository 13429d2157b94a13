/// Who may use the studio, and from where.
public struct AccessPolicy: Sendable {
    public var hosts: HostAllowlist
    /// Origins of other pages that may use the interface, exactly as browsers send them.
    public var corsOrigins: Set<String>
    /// Asked for if there is one.
    public var token: AccessToken?
    /// Pictures can be looked at, not starred, deleted or restored.
    public var historyIsReadOnly: Bool

    public init(
        hosts: HostAllowlist = HostAllowlist(), corsOrigins: Set<String> = [], token: AccessToken? = nil, historyIsReadOnly: Bool = false
    ) {
        self.hosts = hosts
        self.corsOrigins = corsOrigins
        self.token = token
        self.historyIsReadOnly = historyIsReadOnly
    }

    /// Addresses that only this machine reaches.
    public static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Whether a studio may open at `host`.
    /// - Throws: `StartRefusal`.
    public static func check(host: String, hasToken: Bool, isOpen: Bool) throws(StartRefusal) {
        if hasToken, isOpen { throw .tokenWithoutAuthentication }
        if !isLoopback(host), !hasToken, !isOpen { throw .openToOthers(host: host) }
    }
}
