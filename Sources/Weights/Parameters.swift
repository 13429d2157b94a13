public import Tensors

/// How model code names its weights: the one place where a name and a shape are written down.
///
/// The same initialiser runs twice. Before anything is loaded it declares what the checkpoint must hold, and is given tensors
/// without memory; under a lease it is given the weights themselves.
public struct Parameters {
    typealias Lookup = (_ name: String, _ shape: [Int]) throws(WeightsError) -> Tensor
    private let prefix: String
    private let lookup: Lookup

    init(prefix: String = "", lookup: @escaping Lookup) {
        self.prefix = prefix
        self.lookup = lookup
    }

    /// The weight called `name` in this scope, contiguous and of exactly this shape, in the store's compute type.
    /// - Throws: `WeightsError` for a shape that cannot be, or that differs from what was declared.
    public func callAsFunction(_ name: String, _ shape: Int...) throws(WeightsError) -> Tensor {
        try lookup(prefix + name, shape)
    }

    /// Names below `name`: scope "a", then "b", then the weight "c" is "a.b.c".
    public func scope(_ name: String) -> Parameters {
        Parameters(prefix: prefix + name + ".", lookup: lookup)
    }
}
