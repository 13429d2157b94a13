import StrictJSON

extension PictureSettings {
    /// Sluice's own record.
    static func sluice(_ json: String) -> PictureSettings? {
        guard let own = PictureMetadata(text: [PictureMetadata.keyword: json]) else {
            return nil
        }
        var settings = PictureSettings(.sluice)
        settings.prompt = own.prompt
        settings.setSize(own.width, own.height)
        settings.setSteps(own.steps)
        settings.setSeed(own.seed)
        settings.sampler = own.sampler
        settings.setModel(own.model)
        settings.guidance = own.guidance
        settings.trueGuidance = ForeignJSON.parse(json)?["origin"]?["trueGuidance"]?.asDouble
        settings.setNegativePrompt(own.negativePrompt)
        return settings
    }

    /// The text of AUTOMATIC1111's web interface and its relatives; without its last line all of it is the prompt.
    static func parameters(_ text: String) -> PictureSettings? {
        let parsed = ParametersText(text)
        guard !parsed.prompt.isEmpty || !parsed.pairs.isEmpty else { return nil }
        var settings = PictureSettings(.a1111)
        settings.prompt = parsed.prompt
        settings.setSize(parsed.size?.width, parsed.size?.height)
        settings.setSteps(parsed.steps)
        settings.setSeed(parsed.seed)
        settings.sampler = parsed["Sampler"].flatMap { $0 == "Undefined" ? nil : $0 }
        settings.setModel(parsed["Model"])
        settings.setGuidance(distilled: parsed.distilledGuidance, scale: parsed.scale)
        settings.setNegativePrompt(parsed.negativePrompt)
        if parsed["Hires upscale"] != nil || parsed["Hires steps"] != nil { settings.notes.append(.severalSamplers) }
        if parsed["Lora hashes"] != nil || parsed.prompt.contains("<lora:") { settings.notes.append(.loras) }
        if parsed["Face restoration"] != nil { settings.notes.append(.faceRestoration) }
        return settings
    }

    /// SwarmUI: JSON under "parameters"; numbers may be strings.
    static func swarm(_ text: String) -> PictureSettings? {
        guard let values = ForeignJSON.parse(text)?["sui_image_params"], let prompt = values["prompt"]?.string else { return nil }
        var settings = PictureSettings(.swarmui)
        settings.prompt = prompt
        settings.setSize(values["width"]?.asInteger, values["height"]?.asInteger)
        settings.setSteps(values["steps"]?.asInteger)
        settings.setSeed(values["seed"]?.asSeed)
        settings.sampler = (values["sampler"] ?? values["comfyuisampler"])?.string
        settings.setModel(values["model"]?.string)
        // Its models without distilled guidance state a scale of 1, which stands for none.
        let scale = values["cfgscale"]?.asDouble
        settings.setGuidance(distilled: values["fluxguidancescale"]?.asDouble, scale: scale == 1 ? nil : scale)
        settings.setNegativePrompt(values["negativeprompt"]?.string)
        if values["loras"] != nil || prompt.contains("<lora:") { settings.notes.append(.loras) }
        return settings
    }

    /// InvokeAI: JSON under "invokeai_metadata".
    static func invoke(_ text: String) -> PictureSettings? {
        guard let values = ForeignJSON.parse(text), let prompt = values["positive_prompt"]?.string else { return nil }
        var settings = PictureSettings(.invokeai)
        settings.prompt = prompt
        settings.setSize(values["width"]?.asInteger, values["height"]?.asInteger)
        settings.setSteps(values["steps"]?.asInteger)
        settings.setSeed(values["seed"]?.asSeed)
        settings.sampler = values["scheduler"]?.string
        settings.setModel((values["model"]?["name"] ?? values["model"]?["model_name"])?.string)
        settings.setGuidance(distilled: values["guidance"]?.asDouble, scale: values["cfg_scale"]?.asDouble)
        settings.setNegativePrompt(values["negative_prompt"]?.string)
        if values["loras"]?.array?.isEmpty == false { settings.notes.append(.loras) }
        return settings
    }
}
