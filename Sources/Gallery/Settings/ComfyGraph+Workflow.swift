import StrictJSON

extension ComfyGraph {
    /// Names of the widgets of the nodes that matter here, in the order of their values; "" is one that no input has.
    private static let widgets: [String: [String]] = [
        "KSampler": ["seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"],
        "KSamplerAdvanced": ["add_noise", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"],
        "SamplerCustom": ["add_noise", "noise_seed", "", "cfg"],
        "KSamplerSelect": ["sampler_name"],
        "RandomNoise": ["noise_seed"],
        "BasicScheduler": ["scheduler", "steps", "denoise"],
        "CFGGuider": ["cfg"],
        "FluxGuidance": ["guidance"],
        "CLIPTextEncode": ["text"],
        "CLIPTextEncodeFlux": ["clip_l", "t5xxl", "guidance"],
        "EmptyLatentImage": ["width", "height", "batch_size"],
        "EmptySD3LatentImage": ["width", "height", "batch_size"],
        "CheckpointLoaderSimple": ["ckpt_name"],
        "UNETLoader": ["unet_name", "weight_dtype"],
        "PrimitiveNode": ["value"],
    ]

    /// The graph as it is drawn: `{"nodes": [{"id", "type", "inputs": [{"name", "link"}], "widgets_values": […]}], "links": [[id, from, …]]}`.
    init?(workflow: JSONValue) {
        var sources: [Int: JSONValue] = [:]
        for link in workflow["links"]?.array?.compactMap(\.array) ?? [] where link.count >= 3 {
            if let id = link[0].integer { sources[id] = .array([link[1], link[2]]) }
        }
        var members: [JSONValue.Member] = []
        // 2 and 4 are switched off.
        for node in workflow["nodes"]?.array ?? [] where ![2, 4].contains(node["mode"]?.integer) {
            guard let id = node["id"]?.integer ?? node["id"]?.string.flatMap({ Int($0) }), let type = node["type"]?.string else { continue }
            var inputs: [String: JSONValue] = [:]
            for (name, value) in zip(Self.widgets[type] ?? [], node["widgets_values"]?.array ?? []) where !name.isEmpty {
                inputs[name] = value
            }
            for input in node["inputs"]?.array ?? [] {
                if let name = input["name"]?.string, let link = input["link"]?.integer, let source = sources[link] { inputs[name] = source }
            }
            let values = inputs.map { JSONValue.Member(key: $0.key, value: $0.value) }
            members.append(
                JSONValue.Member(
                    key: String(id),
                    value: .object([.init(key: "class_type", value: .string(type)), .init(key: "inputs", value: .object(values))])))
        }
        self.init(prompt: .object(members))
    }
}
