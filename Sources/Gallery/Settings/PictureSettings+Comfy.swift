import StrictJSON

extension PictureSettings {
    /// The settings of the graph's first sampler; `nil` without one.
    static func comfy(_ graph: ComfyGraph) -> PictureSettings? {
        let samplers = graph.ordered.filter { node in
            node.type.contains("Sampler") && ["positive", "guider"].contains { node.inputs[$0] != nil }
        }
        // The first one starts from an empty picture, later ones from what others made.
        guard let sampler = samplers.first(where: { startsEmpty($0, graph) }) ?? samplers.first else { return nil }
        var settings = PictureSettings(.comfyui)
        let upstream = graph.upstream(from: sampler)
        if samplers.count > 1 { settings.notes.append(.severalSamplers) }
        settings.setDrawing(sampler, graph)
        settings.setTexts(sampler, graph)
        settings.setModel(upstream.lazy.compactMap { ($0.inputs["unet_name"] ?? $0.inputs["ckpt_name"])?.string }.first)
        if upstream.contains(where: { $0.inputs["lora_name"] != nil }) { settings.notes.append(.loras) }
        return settings
    }

    private static func startsEmpty(_ sampler: ComfyGraph.Node, _ graph: ComfyGraph) -> Bool {
        graph.node(linkedBy: sampler.inputs["latent_image"])?.type.hasPrefix("Empty") == true
    }

    /// Seed, steps, sampler and size, from the sampler itself or from the nodes that ComfyUI's newer samplers are put together from.
    private mutating func setDrawing(_ sampler: ComfyGraph.Node, _ graph: ComfyGraph) {
        let parts = ["noise", "sigmas", "sampler"].compactMap { graph.node(linkedBy: sampler.inputs[$0]) }
        func first<Value>(_ keys: [String], _ convert: (JSONValue) -> Value?) -> Value? {
            for node in [sampler] + parts {
                for key in keys { if let value = graph.value(key, of: node, as: convert) { return value } }
            }
            return nil
        }
        setSeed(first(["seed", "noise_seed"]) { $0.asSeed })
        setSteps(first(["steps"]) { $0.asInteger })
        self.sampler = first(["sampler_name"]) { $0.string }
        guard let latents = graph.node(linkedBy: sampler.inputs["latent_image"]) else { return }
        for node in graph.upstream(from: latents) where node.inputs["width"] != nil {
            return setSize(
                graph.value("width", of: node) { $0.asInteger }, graph.value("height", of: node) { $0.asInteger })
        }
    }

    private mutating func setTexts(_ sampler: ComfyGraph.Node, _ graph: ComfyGraph) {
        let guider = graph.node(linkedBy: sampler.inputs["guider"]) ?? sampler
        let positive = graph.node(linkedBy: guider.inputs["positive"] ?? guider.inputs["conditioning"])
        let conditioning = positive.map { graph.upstream(from: $0) } ?? []
        prompt = conditioning.lazy.compactMap { Self.text(of: $0, graph) }.first ?? ""
        let distilled = conditioning.lazy.compactMap { graph.value("guidance", of: $0) { $0.asDouble } }.first
        let scale = graph.value("cfg", of: guider) { $0.asDouble }
        // A scale of 1 is how a sampler is told not to use it.
        setGuidance(distilled: distilled, scale: scale == 1 ? nil : scale)
        guard let negative = graph.node(linkedBy: guider.inputs["negative"]) else { return }
        let path = graph.upstream(from: negative)
        let end = path.firstIndex { Self.text(of: $0, graph) != nil }
        // What is zeroed on the way says nothing.
        guard let end, !path[...end].contains(where: { $0.type == "ConditioningZeroOut" }) else { return }
        setNegativePrompt(Self.text(of: path[end], graph))
    }

    /// What a node that encodes text is given.
    private static func text(of node: ComfyGraph.Node, _ graph: ComfyGraph) -> String? {
        guard node.type.contains("TextEncode") || node.inputs["clip"] != nil else { return nil }
        let texts = ["text", "t5xxl", "clip_l", "prompt"].compactMap { key in graph.value(key, of: node) { $0.string } }
        return texts.first { !$0.isEmpty } ?? texts.first
    }
}
