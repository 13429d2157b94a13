public import Tensors

/// Where a forward pass is: the block, and the part of it that begins now.
public struct ForwardPosition: Sendable, Equatable {
    public let kind: BlockKind
    /// Counted from 0 over all blocks of the model.
    public let block: Int
    public let blockCount: Int
    public let sublayer: Sublayer
}

public enum BlockKind: String, Sendable, CaseIterable {
    case clipLayer, t5Block, modulation, doubleStream, singleStream, decoder
}

public enum Sublayer: String, Sendable, CaseIterable {
    case embedding, attention, feedForward, output, modulation, resnets, upsample
}

/// What a model needs to run once: the engine, and someone to tell where it is.
public struct ForwardPass: Sendable {
    public let backend: any Backend
    /// Told of each sub-layer before it runs; throws to stop the pass there.
    private let observe: @Sendable (ForwardPosition) throws -> Void

    public init(on backend: any Backend, observe: @escaping @Sendable (ForwardPosition) throws -> Void = { _ in }) {
        self.backend = backend
        self.observe = observe
    }

    func enter(_ kind: BlockKind, _ block: Int, of blockCount: Int, _ sublayer: Sublayer) throws {
        try observe(ForwardPosition(kind: kind, block: block, blockCount: blockCount, sublayer: sublayer))
    }
}
