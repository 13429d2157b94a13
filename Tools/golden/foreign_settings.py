"""Settings as other programs write them into their pictures, and what is to be read there."""

import json

FORGE = (
    "A photo of a fox, (masterpiece:1.2), café\nsecond line\nNegative prompt: blurry, bad\nmore of it\n"
    "Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 2.5, Seed: 3283917021, Size: 896x1152, "
    'Model hash: bea01d51bd, Model: flux1-dev-bnb-nf4-v2, Lora hashes: "x: abc, y: def", Version: f2.0.1v1.10.1-previous-224-g900196889'
)
FORGE_SETTINGS = {
    "source": "a1111", "prompt": "A photo of a fox, (masterpiece:1.2), café\nsecond line", "negativePrompt": "blurry, bad\nmore of it",
    "steps": 20, "sampler": "Euler", "guidance": 2.5, "seed": 3283917021, "width": 896, "height": 1152, "model": "flux1-dev-bnb-nf4-v2",
    "notes": ["negativePromptUnused", "loras"],
}  # fmt: skip

CHINESE = (
    '一只狐狸在雪地里，"安静"，🦊👩🏽‍🚀\n第二行: 细节\nSteps: 28, Sampler: Undefined, CFG scale: 7, Seed: 7, Size: 512x512, '
    'Clip skip: 2, Model: "雪, 一号"'
)
CHINESE_SETTINGS = {
    "source": "a1111", "prompt": '一只狐狸在雪地里，"安静"，🦊👩🏽‍🚀\n第二行: 细节', "steps": 28, "seed": 7, "width": 512, "height": 512,
    "model": "雪, 一号", "notes": ["scaleOfOtherModels"],
}  # fmt: skip

FLUX_GRAPH = {
    "5": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 832, "height": ["40", 0], "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "cute anime girl\nwith 猫 \"ears\"", "clip": ["11", 0]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["13", 0], "vae": ["10", 0]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}, "is_changed": [float("nan")]},
    "10": {"class_type": "VAELoader", "inputs": {"vae_name": "ae.safetensors"}},
    "11": {"class_type": "DualCLIPLoader", "inputs": {"clip_name1": "t5xxl_fp16.safetensors", "clip_name2": "clip_l.safetensors", "type": "flux"}},
    "12": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux/flux1-dev.safetensors", "weight_dtype": "default"}},
    "13": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {"noise": ["25", 0], "guider": ["22", 0], "sampler": ["16", 0], "sigmas": ["17", 0], "latent_image": ["5", 0]},
    },
    "16": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "17": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 24, "denoise": 1.0, "model": ["12", 0]}},
    "22": {"class_type": "BasicGuider", "inputs": {"model": ["12", 0], "conditioning": ["26", 0]}},
    "25": {"class_type": "RandomNoise", "inputs": {"noise_seed": 219670278747233}},
    "26": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.2, "conditioning": ["6", 0]}},
    "40": {"class_type": "PrimitiveInt", "inputs": {"value": 1216}},
}  # fmt: skip
FLUX_GRAPH_SETTINGS = {
    "source": "comfyui", "prompt": "cute anime girl\nwith 猫 \"ears\"", "steps": 24, "sampler": "euler", "guidance": 3.2,
    "seed": 219670278747233, "width": 832, "height": 1216, "model": "flux1-dev", "notes": [],
}  # fmt: skip

# Two passes; the second has the lower number. True guidance with a negative prompt, and a seed beyond JavaScript's integers.
PASSES_GRAPH = {
    "2": {
        "class_type": "KSampler",
        "inputs": {"seed": 1, "steps": 9, "cfg": 1.0, "sampler_name": "heun", "scheduler": "simple", "denoise": 0.5, "model": ["4", 0],
                   "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["20", 0]},
    },
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 9007199254740993, "steps": 30, "cfg": 2.0, "sampler_name": "dpmpp_2m", "scheduler": "beta", "denoise": 1.0,
                   "model": ["19", 0], "positive": ["8", 0], "negative": ["7", 0], "latent_image": ["5", 0]},
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "folder\\flux1-dev-fp8.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 384, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncodeFlux", "inputs": {"clip_l": "short", "t5xxl": "a long text", "guidance": 4, "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": ["18", 0], "clip": ["4", 1]}},
    "8": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["6", 0], "conditioning_2": ["6", 0]}},
    "18": {"class_type": "PrimitiveString", "inputs": {"value": "watermark"}},
    "19": {"class_type": "LoraLoaderModelOnly", "inputs": {"lora_name": "x.safetensors", "strength_model": 1, "model": ["4", 0]}},
    "20": {"class_type": "LatentUpscale", "inputs": {"upscale_method": "nearest-exact", "samples": ["3", 0]}},
}  # fmt: skip
PASSES_SETTINGS = {
    "source": "comfyui", "prompt": "a long text", "negativePrompt": "watermark", "steps": 30, "sampler": "dpmpp_2m", "guidance": 4,
    "trueGuidance": 2, "width": 640, "height": 384, "model": "flux1-dev-fp8", "notes": ["severalSamplers", "seedTooLarge", "loras"],
}  # fmt: skip

WORKFLOW = {
    "version": 0.4,
    "nodes": [
        {"id": 31, "type": "KSampler", "mode": 0, "widgets_values": [5, "randomize", 12, 1, "euler", "simple", 1],
         "inputs": [{"name": "model", "type": "MODEL", "link": 1}, {"name": "positive", "type": "CONDITIONING", "link": 2},
                    {"name": "negative", "type": "CONDITIONING", "link": 3}, {"name": "latent_image", "type": "LATENT", "link": 4}]},
        {"id": 32, "type": "KSampler", "mode": 4, "widgets_values": [6, "randomize", 13, 1, "euler", "simple", 1],
         "inputs": [{"name": "positive", "type": "CONDITIONING", "link": 2}]},
        {"id": 30, "type": "CheckpointLoaderSimple", "mode": 0, "inputs": [], "widgets_values": ["flux1-schnell.gguf"]},
        {"id": 35, "type": "FluxGuidance", "mode": 0, "widgets_values": [2.75], "inputs": [{"name": "conditioning", "link": 5}]},
        {"id": 6, "type": "CLIPTextEncode", "mode": 0, "widgets_values": ["a lighthouse"], "inputs": [{"name": "clip", "link": 6}]},
        {"id": 33, "type": "ConditioningZeroOut", "mode": 0, "inputs": [{"name": "conditioning", "link": 7}]},
        {"id": 27, "type": "EmptySD3LatentImage", "mode": 0, "widgets_values": [1024, 768, 1], "inputs": []},
        {"id": 99, "type": "Note", "mode": 0, "widgets_values": ["a note"]},
    ],
    "links": [[1, 30, 0, 31, 0, "MODEL"], [2, 35, 0, 31, 1, "CONDITIONING"], [3, 33, 0, 31, 2, "CONDITIONING"],
              [4, 27, 0, 31, 3, "LATENT"], [5, 6, 0, 35, 0, "CONDITIONING"], [6, 30, 1, 6, 0, "CLIP"], [7, 6, 0, 33, 0, "CONDITIONING"]],
}  # fmt: skip
WORKFLOW_SETTINGS = {
    "source": "comfyui", "prompt": "a lighthouse", "steps": 12, "sampler": "euler", "guidance": 2.75, "seed": 5, "width": 1024,
    "height": 768, "model": "flux1-schnell", "notes": [],
}  # fmt: skip

INVOKE = {
    "app_version": "5.6.0", "generation_mode": "flux_txt2img", "positive_prompt": "a red fox, 雪", "negative_prompt": "", "width": 1024,
    "height": 1024, "seed": 2881450127, "rand_device": "cpu", "cfg_scale": 1, "steps": 30, "scheduler": "euler", "guidance": 4,
    "model": {"key": "k", "hash": "blake3:00", "name": "FLUX Dev (Quantized)", "base": "flux", "type": "main"}, "loras": [],
}  # fmt: skip
INVOKE_SETTINGS = {
    "source": "invokeai", "prompt": "a red fox, 雪", "steps": 30, "sampler": "euler", "guidance": 4, "seed": 2881450127, "width": 1024,
    "height": 1024, "model": "FLUX Dev (Quantized)", "notes": [],
}  # fmt: skip

SWARM = {
    "sui_image_params": {
        "prompt": "a cat 🐈", "negativeprompt": "", "model": "Flux/flux1-dev-fp8.safetensors", "seed": "1700", "steps": 22, "cfgscale": 1.0,
        "fluxguidancescale": 3.0, "aspectratio": "1:1", "width": 1024, "height": "1024", "sampler": "euler", "swarm_version": "0.9.4.0",
    },
    "sui_extra_data": {"date": "2025-01-25", "generation_time": "4.84 sec"},
}  # fmt: skip
SWARM_SETTINGS = {
    "source": "swarmui", "prompt": "a cat 🐈", "steps": 22, "sampler": "euler", "guidance": 3, "seed": 1700, "width": 1024, "height": 1024,
    "model": "flux1-dev-fp8", "notes": [],
}  # fmt: skip

# By keyword: text, and whether it is compressed. Pillow writes tEXt, zTXt or iTXt as the text requires.
PNG = {
    "forge.png": {"parameters": (FORGE, False)},
    "forge-compressed.png": {"parameters": (FORGE, True)},
    "chinese.png": {"parameters": (CHINESE, False)},
    "chinese-compressed.png": {"parameters": (CHINESE, True)},
    "comfy-flux.png": {"prompt": (json.dumps(FLUX_GRAPH), False), "workflow": ("{}", False)},
    "comfy-passes.png": {"prompt": (json.dumps(PASSES_GRAPH), True)},
    "comfy-workflow.png": {"workflow": (json.dumps(WORKFLOW), False)},
    "invoke.png": {"invokeai_metadata": (json.dumps(INVOKE, ensure_ascii=False), False), "invokeai_graph": ("{}", False)},
    "swarm.png": {"parameters": (json.dumps(SWARM, indent=4), False)},
    "silent.png": {},
}
# Text and byte order.
EXIF = {
    "forge-big-endian.jpg": (FORGE, "big"),
    "chinese-big-endian.jpg": (CHINESE, "big"),
    "chinese-little-endian.jpg": (CHINESE, "little"),
    "chinese-big-endian.webp": (CHINESE, "big"),
    "swarm-little-endian.webp": (json.dumps(SWARM, ensure_ascii=False), "little"),
}
EXPECTED = {
    "forge.png": FORGE_SETTINGS,
    "forge-compressed.png": FORGE_SETTINGS,
    "chinese.png": CHINESE_SETTINGS,
    "chinese-compressed.png": CHINESE_SETTINGS,
    "comfy-flux.png": FLUX_GRAPH_SETTINGS,
    "comfy-passes.png": PASSES_SETTINGS,
    "comfy-workflow.png": WORKFLOW_SETTINGS,
    "invoke.png": INVOKE_SETTINGS,
    "swarm.png": SWARM_SETTINGS,
    "silent.png": None,
    "forge-big-endian.jpg": FORGE_SETTINGS,
    "chinese-big-endian.jpg": CHINESE_SETTINGS,
    "chinese-little-endian.jpg": CHINESE_SETTINGS,
    "chinese-big-endian.webp": CHINESE_SETTINGS,
    "swarm-little-endian.webp": SWARM_SETTINGS,
}
