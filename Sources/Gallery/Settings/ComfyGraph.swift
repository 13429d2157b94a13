import StrictJSON

/// A graph of ComfyUI: what each node is, what it is given, and which node it gets the rest from.
struct ComfyGraph {
    struct Node {
        let id: String
        let type: String
        /// Values, and links as [node, slot].
        var inputs: [String: JSONValue]
    }

    private(set) var nodes: [String: Node] = [:]

    /// The graph as it was run: `{"3": {"class_type": …, "inputs": {…}}, …}`.
    init?(prompt: JSONValue) {
        for member in prompt.members ?? [] {
            guard let type = member.value["class_type"]?.string else { continue }
            let inputs = (member.value["inputs"]?.members ?? []).reduce(into: [:]) { $0[$1.key] = $1.value }
            nodes[member.key] = Node(id: member.key, type: type, inputs: inputs)
        }
        if nodes.isEmpty { return nil }
    }

    /// Nodes in the order of their numbers.
    var ordered: [Node] {
        nodes.values.sorted { ($0.id.utf8.count, $0.id) < ($1.id.utf8.count, $1.id) }
    }

    /// The node that a value is a link to.
    func node(linkedBy value: JSONValue?) -> Node? {
        guard let link = value?.array, link.count == 2, let id = link[0].string ?? link[0].integer.map({ String($0) }) else { return nil }
        return nodes[id]
    }

    /// A node and what it gets anything from, nearest first, at most `limit` in all; graphs from files may have cycles.
    func upstream(from start: Node, limit: Int = .max) -> [Node] {
        var found = [start]
        var seen: Set<String> = [start.id]
        var next = 0
        while next < found.count, found.count < limit {
            for (_, value) in found[next].inputs.sorted(by: { $0.key < $1.key }) {
                if let node = node(linkedBy: value), seen.insert(node.id).inserted { found.append(node) }
            }
            next += 1
        }
        return found
    }

    /// An input's value: its own, or that of a node nearby which does nothing but hold one.
    func value<Value>(_ input: String, of node: Node, as convert: (JSONValue) -> Value?) -> Value? {
        guard let stated = node.inputs[input] else { return nil }
        if let value = convert(stated) { return value }
        guard let linked = self.node(linkedBy: stated) else { return nil }
        for holder in upstream(from: linked, limit: 16) {
            for key in [input, "value", "Value", "seed", "int", "float", "string", "text"] {
                if let value = holder.inputs[key].flatMap(convert) { return value }
            }
        }
        return nil
    }
}
