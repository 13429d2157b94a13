import Testing

@testable import Studio

@Suite struct HostAllowlistTests {
    private let hosts = HostAllowlist(["Studio.Example", "192.168.1.5"])

    @Test(arguments: [
        "localhost", "localhost:7860", "LOCALHOST:80", "127.0.0.1:7860", "[::1]:7860", "[::1]", "studio.example", "studio.example:443",
        "192.168.1.5:7860",
    ])
    func namesOfTheStudioAreAllowed(authority: String) {
        #expect(hosts.allows(authority: authority, localAddress: nil))
    }

    @Test(arguments: [
        nil, "", ":7860", "evil.example", "localhost.evil.example", "evil.example:7860", "localhost:", "localhost:99999",
        "localhost:7860:1",
        "[::1", "[::1]x", "127.0.0.1.nip.io", "user@localhost", "localhost/", "10.0.0.1", "[::ffff:127.0.0.1]",
    ])
    func otherNamesAreNot(authority: String?) {
        #expect(!hosts.allows(authority: authority, localAddress: "127.0.0.1"))
    }

    @Test func theAddressAtWhichAConnectionArrivedIsAllowed() {
        #expect(hosts.allows(authority: "10.1.2.3:7860", localAddress: "10.1.2.3"))
        #expect(!hosts.allows(authority: "10.1.2.4:7860", localAddress: "10.1.2.3"))
    }
}
