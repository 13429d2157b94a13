import Testing

@testable import Diffusion

@Suite struct GenerationRequestTests {
    private func failure(_ change: (inout GenerationRequest) -> Void) -> RequestError? {
        var request = GenerationRequest(prompt: "a cat", width: 64, height: 48)
        change(&request)
        do { try request.validate(sideMultiple: 16) } catch { return error }
        return nil
    }

    @Test("A usual request is accepted")
    func usual() { #expect(failure { _ in } == nil) }

    @Test("Sides that the model cannot draw are refused with what would work", arguments: [0, -16, 17, 8, 1_000_000_000, 8208])
    func sides(_ side: Int) throws {
        let error = try #require(failure { $0.width = side })
        #expect("\(error)".contains("width \(side)"))
        #expect(!"\(error)".contains("\n"))
    }

    @Test("Step counts, guidance and text lengths out of range are refused")
    func ranges() {
        #expect(failure { $0.steps = 0 } == .outOfRange("steps", "0", "1 to 1000"))
        #expect(failure { $0.steps = 1001 } != nil)
        #expect(failure { $0.guidance = .nan } != nil)
        #expect(failure { $0.guidance = -1 } != nil)
        #expect(failure { $0.guidance = .infinity } != nil)
        #expect(failure { $0.maximumSequenceLength = 0 } != nil)
        #expect(failure { $0.maximumSequenceLength = 513 } != nil)
    }
}
