import ArgumentParser
import Studio
import SystemPackage

/// Who may use the studio.
struct AccessOptions: ParsableArguments {
    @Option(help: "Address to listen on. Others than this machine's own need a token.") var host = "127.0.0.1"
    @Option(
        help: ArgumentHelp("What people and tools must show; \"generate\" makes one, prints it once and keeps it.", valueName: "TOKEN"))
    var token: String?
    @Flag(help: "Let everybody in who reaches the address.") var insecureNoAuth = false
    @Option(help: ArgumentHelp("A name, besides localhost, under which browsers reach the studio.", valueName: "NAME"))
    var allowHost: [String] = []
    @Option(help: ArgumentHelp("A page elsewhere that may use the interface, such as https://example.org.", valueName: "ORIGIN"))
    var corsOrigin: [String] = []
    @Flag(help: "Pictures can be looked at, not starred or deleted.") var readOnlyHistory = false

    /// - Throws: `StartRefusal`.
    func check() throws(StartRefusal) {
        try AccessPolicy.check(host: host, hasToken: token != nil, isOpen: insecureNoAuth)
    }

    /// The rules, and a token that was made now and nobody knows yet.
    func policy(_ folder: FilePath) throws -> (policy: AccessPolicy, newToken: String?) {
        var (text, newToken) = (token, String?.none)
        if token == "generate" {
            let kept = try TokenFile(in: folder).token()
            (text, newToken) = (kept.text, kept.isNew ? kept.text : nil)
        }
        let policy = AccessPolicy(
            hosts: HostAllowlist(allowHost + [host]), corsOrigins: Set(corsOrigin), token: try text.map { try AccessToken($0) },
            historyIsReadOnly: readOnlyHistory)
        return (policy, newToken)
    }

    /// The host as it stands in an address that leads here.
    var name: String {
        if host == "::1" { return "[::1]" }
        if AccessPolicy.isLoopback(host) || host == "0.0.0.0" || host == "::" { return "localhost" }
        return host.contains(":") ? "[\(host)]" : host
    }
}
