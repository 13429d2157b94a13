import Glibc
import SystemPackage
import TestFixtures
import Testing

@testable import Studio

@Suite struct TokenFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aTokenIsMadeOnceForItsOwnersEyesAndKept() throws {
        let made = try TokenFile(in: folder.path).token()
        #expect(made.isNew)
        var status = stat()
        #expect(stat(folder.path.appending("token").string, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let kept = try TokenFile(in: folder.path).token()
        #expect(!kept.isNew)
        #expect(kept.text == made.text)
    }

    @Test func aTokenThatOthersCouldReadIsNotUsed() throws {
        _ = try TokenFile(in: folder.path).token()
        chmod(folder.path.appending("token").string, 0o644)
        #expect(throws: StartRefusal.self) { try TokenFile(in: folder.path).token() }
    }

    @Test func aLinkInItsPlaceIsNotFollowed() throws {
        try folder.write("0123456789abcdef0123", "elsewhere")
        try folder.link("token", to: "elsewhere")
        #expect(throws: (any Error).self) { try TokenFile(in: folder.path).token() }
    }
}
