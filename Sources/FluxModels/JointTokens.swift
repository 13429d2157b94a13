public import Tensors

/// The text's tokens followed by the picture's in one buffer, so that joint attention and the single-stream blocks need no concatenation.
public struct JointTokens: Sendable {
    /// `[textCount + imageCount, columns]`.
    public let all: Tensor
    public let textCount: Int

    public init(_ all: Tensor, textCount: Int) {
        self.all = all
        self.textCount = textCount
    }

    public var text: Tensor { all.rows(0..<textCount) }
    public var image: Tensor { all.rows(textCount..<all.rows) }

    /// Another buffer of the same layout, undefined contents.
    func empty(_ pass: ForwardPass) throws -> JointTokens {
        JointTokens(try pass.backend.empty(all.shape, all.type), textCount: textCount)
    }
}
