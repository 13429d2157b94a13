/// A part of a component whose weights are leased together, such as one transformer block.
public struct WeightUnit: Sendable {
    public let name: String
    /// Whether only rows of it are read, as of an embedding table: then it stays in its file, in the type it is stored in.
    public let isTable: Bool
    /// Looks up every weight of the unit; usually the initialiser of the layer, its result dropped.
    public let declare: @Sendable (Parameters) throws -> Void

    public init(_ name: String, isTable: Bool = false, declare: @escaping @Sendable (Parameters) throws -> Void) {
        self.name = name
        self.isTable = isTable
        self.declare = declare
    }
}
