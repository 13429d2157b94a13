import Testing

@testable import Studio

@Suite struct AccessPolicyTests {
    @Test(arguments: ["127.0.0.1", "localhost", "::1", "127.1.2.3"], [false, true])
    func thisMachineOnlyNeedsNothing(host: String, hasToken: Bool) throws {
        try AccessPolicy.check(host: host, hasToken: hasToken, isOpen: false)
        try AccessPolicy.check(host: host, hasToken: false, isOpen: true)
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.1.5", "studio.example", ""])
    func anAddressThatOthersReachNeedsATokenOrThePlainWordThatItDoesNot(host: String) throws {
        #expect(throws: StartRefusal.openToOthers(host: host)) { try AccessPolicy.check(host: host, hasToken: false, isOpen: false) }
        try AccessPolicy.check(host: host, hasToken: true, isOpen: false)
        try AccessPolicy.check(host: host, hasToken: false, isOpen: true)
    }

    @Test func aTokenThatNobodyAsksForIsRefused() {
        #expect(throws: StartRefusal.tokenWithoutAuthentication) {
            try AccessPolicy.check(host: "0.0.0.0", hasToken: true, isOpen: true)
        }
    }
}
