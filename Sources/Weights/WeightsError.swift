/// Why a component's weights cannot be used: everything that is wrong with its folder at once.
public struct WeightsError: Error, Equatable, Sendable {
    /// Folder name of the component, such as "transformer".
    public let component: String
    /// Never empty.
    public let problems: [WeightsProblem]

    public init(component: String, problems: [WeightsProblem]) {
        self.component = component
        self.problems = problems
    }
}

extension WeightsError: CustomStringConvertible {
    /// One line per problem; of very many, the first ones and how many more there are.
    public var description: String {
        let limit = 20
        let lines = problems.prefix(limit).map { "\(component): \($0)" }
        let rest = problems.count - lines.count
        return (lines + (rest > 0 ? ["\(component): and \(rest) more problems"] : [])).joined(separator: "\n")
    }
}
