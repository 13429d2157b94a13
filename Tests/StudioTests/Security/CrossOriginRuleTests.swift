import HTTPTypes
import Testing

@testable import Studio

@Suite struct CrossOriginRuleTests {
    private let rule = CrossOriginRule(allowedOrigins: ["https://tool.example"])

    private func request(_ fields: HTTPFields, authority: String? = "localhost:7860") -> HTTPRequest {
        HTTPRequest(method: .post, scheme: "http", authority: authority, path: "/api/v1/queue/pause", headerFields: fields)
    }

    @Test(arguments: ["http://localhost:7860", "https://localhost:7860", "http://LOCALHOST:7860", "https://tool.example"])
    func ourOwnPageAndTheOnesNamedMayChangeThings(origin: String) {
        #expect(rule.allowsChange(request([.origin: origin])))
        #expect(rule.allowsChange(request([.origin: origin, .secFetchSite: "cross-site"])))
    }

    @Test(arguments: [
        "null", "", "http://localhost:7861", "http://localhost", "http://evil.example", "https://tool.example.evil.example",
        "https://tool.example/", "http://tool.example", "file://", "http://localhost:7860.evil.example",
    ])
    func otherPagesMayNot(origin: String) {
        #expect(!rule.allowsChange(request([.origin: origin])))
        #expect(!rule.allowsChange(request([.origin: origin, .secFetchSite: "same-origin"])))
    }

    @Test func toolsThatAreNoBrowserMay() {
        #expect(rule.allowsChange(request([:])))
        #expect(rule.allowsChange(request([.secFetchSite: "none"])))
        #expect(rule.allowsChange(request([.secFetchSite: "same-origin"])))
    }

    @Test(arguments: ["cross-site", "same-site", "anything"])
    func aBrowserThatSaysTheRequestComesFromElsewhereIsBelieved(site: String) {
        #expect(!rule.allowsChange(request([.secFetchSite: site])))
    }

    @Test func anOriginIsNeverReflected() {
        #expect(rule.allowedOrigin(request([.origin: "https://evil.example"])) == nil)
        #expect(rule.allowedOrigin(request([.origin: "https://tool.example"])) == "https://tool.example")
        #expect(rule.allowedOrigin(request([:])) == nil)
    }
}
