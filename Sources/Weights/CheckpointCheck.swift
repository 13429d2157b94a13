import SystemPackage
import Tensors

/// Compares what a component declares with what its files hold: exactly the declared names, in the declared shapes.
struct CheckpointCheck {
    /// Where each declared tensor lies; complete if there are no problems.
    private(set) var found: [String: Checkpoint.Stored] = [:]
    private(set) var problems: [WeightsProblem] = []
    private let checkpoint: Checkpoint
    /// Checkpoint names that a declared tensor goes by.
    private var known: Set<String> = []
    /// Names of tensors that were found under another name.
    private var dispensable: Set<String> = []

    init(
        _ declared: DeclaredTensors, in checkpoint: Checkpoint, candidates: (String) -> [String], ignoring: (String) -> Bool
    ) {
        self.checkpoint = checkpoint
        problems = declared.problems + checkpoint.problems
        for declaration in declared.all { match(declaration, candidates(declaration.name)) }
        // A model that could not say what it needs, or a folder that could not be read, leaves nothing to compare.
        if declared.problems.isEmpty { checkUnknown(ignoring) }
        if checkpoint.isSharded { checkIndex(ignoring) }
    }

    private mutating func match(_ declaration: DeclaredTensors.Declaration, _ names: [String]) {
        known.formUnion(names)
        let present = names.compactMap { checkpoint.tensors[$0]?.first }
        guard let first = present.first else {
            let shard = names.compactMap { checkpoint.indexed[$0] }.first
            let file = shard ?? checkpoint.location
            if !checkpoint.unread.contains(file) {
                problems.append(.missingTensor(file: file, tensor: names.first ?? declaration.name, expected: declaration.shape))
            }
            return
        }
        dispensable.formUnion(names)
        for stored in present { check(stored, declaration.shape) }
        found[declaration.name] = first
    }

    private mutating func check(_ stored: Checkpoint.Stored, _ shape: [Int]) {
        let entry = stored.entry
        if entry.shape != shape {
            problems.append(.wrongShape(file: stored.file.path, tensor: entry.name, expected: shape, found: entry.shape))
        }
        if entry.type.elementType == nil {
            problems.append(
                .unsupportedType(file: stored.file.path, tensor: entry.name, expected: ElementType.allCases, found: entry.type))
        }
    }

    private mutating func checkUnknown(_ ignoring: (String) -> Bool) {
        for (name, occurrences) in checkpoint.tensors.sorted(by: { $0.key < $1.key }) {
            if occurrences.count > 1 { problems.append(.duplicateTensor(tensor: name, files: occurrences.map(\.file.path))) }
            if let stored = occurrences.first, !known.contains(name), !ignoring(name) {
                problems.append(.unknownTensor(file: stored.file.path, tensor: name, found: stored.entry.shape))
            }
        }
    }

    /// The index must list what the shards hold, and nothing else; except for other names of tensors that are there.
    private mutating func checkIndex(_ ignoring: (String) -> Bool) {
        for (name, file) in checkpoint.indexed.sorted(by: { $0.key < $1.key }) where !checkpoint.unread.contains(file) {
            let holders = checkpoint.tensors[name]?.map(\.file.path) ?? []
            let excused = holders.isEmpty && (known.contains(name) || ignoring(name))
            if !holders.contains(file), !excused { problems.append(.notInShard(file: file, tensor: name)) }
        }
        for (name, occurrences) in checkpoint.tensors.sorted(by: { $0.key < $1.key }) {
            guard let stored = occurrences.first, checkpoint.indexed[name] == nil, !ignoring(name) else { continue }
            problems.append(.notInIndex(file: stored.file.path, tensor: name))
        }
    }
}
