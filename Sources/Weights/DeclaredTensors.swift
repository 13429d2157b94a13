import Memory
import Tensors

/// What the units of a component look up, learnt by running their declarations against tensors without memory.
struct DeclaredTensors {
    struct Declaration: Equatable {
        let name: String
        let shape: [Int]
    }

    /// Declarations by unit, each name once, in the order of the units' code.
    private(set) var units: [String: [Declaration]] = [:]
    private(set) var problems: [WeightsProblem] = []

    init(_ units: [WeightUnit], component: String, type: ElementType) {
        var shapes: [String: [Int]] = [:]
        for unit in units {
            precondition(self.units[unit.name] == nil, "unit \(unit.name) is declared twice")
            let recorder = Recorder(component: component, type: type)
            do {
                try unit.declare(Parameters(lookup: recorder.record))
            } catch let error as WeightsError {
                problems += error.problems
            } catch {
                problems.append(.undeclarable(unit: unit.name, reason: String(describing: error)))
            }
            var unique: [Declaration] = []
            for declaration in recorder.declarations {
                if let first = shapes.updateValue(declaration.shape, forKey: declaration.name), first != declaration.shape {
                    problems.append(.conflictingShapes(tensor: declaration.name, first: first, second: declaration.shape))
                }
                if !unique.contains(declaration) { unique.append(declaration) }
            }
            self.units[unit.name] = unique
        }
    }

    /// Every declaration once, ordered by name.
    var all: [Declaration] {
        var byName: [String: Declaration] = [:]
        for declaration in units.values.joined() { byName[declaration.name] = declaration }
        return byName.values.sorted { $0.name < $1.name }
    }

    private final class Recorder {
        private let component: String
        private let type: ElementType
        private(set) var declarations: [Declaration] = []

        init(component: String, type: ElementType) {
            self.component = component
            self.type = type
        }

        func record(_ name: String, _ shape: [Int]) throws(WeightsError) -> Tensor {
            guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }), let byteCount = type.byteCount(of: shape) else {
                throw WeightsError(component: component, problems: [.impossibleShape(tensor: name, expected: shape)])
            }
            declarations.append(Declaration(name: name, shape: shape))
            return Tensor(storage: Storage(address: nil, byteCount: byteCount) {}, shape: shape, type: type)
        }
    }
}

extension ElementType {
    /// Bytes of a tensor of this shape, `nil` if no machine could address them.
    func byteCount(of shape: [Int]) -> Int? {
        var count = byteCount
        for extent in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: extent)
            if overflows { return nil }
            count = product
        }
        return count
    }
}
