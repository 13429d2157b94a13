/// A part of a component whose weights are leased together, such as one transformer block.
public struct WeightUnit: Sendable {
    public let name: String
    /// Looks up every weight of the unit; usually the initialiser of the layer, its result dropped.
    public let declare: @Sendable (Parameters) throws -> Void

    public init(_ name: String, declare: @escaping @Sendable (Parameters) throws -> Void) {
        self.name = name
        self.declare = declare
    }
}
