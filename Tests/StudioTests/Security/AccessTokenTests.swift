import HTTPTypes
import Testing

@testable import Studio

@Suite struct AccessTokenTests {
    private let text = "0123456789abcdef"
    private let token: AccessToken

    init() throws { token = try AccessToken("0123456789abcdef") }

    private func admits(_ fields: HTTPFields) -> Bool { token.admits(fields) }

    @Test(arguments: ["", "short", "fifteen-letters", "sixteen letters!", "schlüssel-zum-studio"])
    func tokensThatAreWeakOrThatHeadersCannotCarryAreRefused(text: String) {
        #expect(throws: StartRefusal.weakToken) { try AccessToken(text) }
    }

    @Test func generatedTokensHave128BitsAndDiffer() throws {
        let tokens = (0..<100).map { _ in AccessToken.generated() }
        #expect(Set(tokens).count == 100)
        #expect(tokens.allSatisfy { $0.utf8.count == 32 })
        for text in tokens { _ = try AccessToken(text) }
    }

    @Test func bearerBasicAndCookieLetIn() {
        #expect(admits([.authorization: "Bearer 0123456789abcdef"]))
        #expect(admits([.authorization: "bearer 0123456789abcdef"]))
        // "anybody:0123456789abcdef" and ":0123456789abcdef"
        #expect(admits([.authorization: "Basic YW55Ym9keTowMTIzNDU2Nzg5YWJjZGVm"]))
        #expect(admits([.authorization: "Basic OjAxMjM0NTY3ODlhYmNkZWY="]))
        let cookie = String(token.setCookie.prefix { $0 != ";" })
        #expect(admits([.cookie: cookie]))
        #expect(admits([.cookie: "other=1; \(cookie); more=2"]))
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Bearer 0123456789abcdeg", "Bearer 0123456789abcdef0", "Bearer undefined", "Basic dW5kZWZpbmVk",
        "Basic !!!", "Digest 0123456789abcdef", "0123456789abcdef",
    ])
    func anythingElseDoesNot(authorization: String) {
        #expect(!admits([.authorization: authorization]))
    }

    @Test func aWrongAuthorizationIsNotSavedByNothing() {
        #expect(!admits([:]))
        #expect(!admits([.cookie: "sluice=0123456789abcdef"]))
        #expect(!admits([.cookie: "sluice="]))
    }

    @Test func anEmptyAuthorizationLeavesTheCookieToDecide() {
        let cookie = String(token.setCookie.prefix { $0 != ";" })
        #expect(admits([.authorization: "", .cookie: cookie]))
    }

    @Test func theCookieIsOutOfReachOfScriptsAndOtherSitesAndDoesNotHoldTheToken() {
        #expect(token.setCookie.contains("; HttpOnly; SameSite=Strict"))
        #expect(!token.setCookie.contains(text))
    }
}
