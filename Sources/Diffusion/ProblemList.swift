/// Gathers what is wrong with several parts, so that a user mends a folder once and not one file at a time.
struct ProblemList {
    private(set) var problems: [any Error] = []

    /// The value of `body`, or nothing and one more problem.
    mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
        do { return try body() } catch {
            problems.append(error)
            return nil
        }
    }

    mutating func require(_ condition: Bool, else problem: @autoclosure () -> any Error) {
        if !condition { problems.append(problem()) }
    }
}
