"""Writes one configuration as a model folder in the diffusers layout."""

import json
import shutil
import zlib
from pathlib import Path

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, T5Config, T5EncoderModel, T5Tokenizer

from .configurations import Configuration
from .weights import enliven

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def write(configuration: Configuration, folder: Path, tokenizers: Path) -> None:
    dtype = DTYPES.get(configuration.storage.dtype, torch.float32)
    parts = {
        "transformer": transformer(configuration),
        "text_encoder": clip(configuration),
        "text_encoder_2": t5(configuration),
        "vae": vae(configuration),
    }
    for offset, part in enumerate(parts.values()):
        enliven(part, configuration.seed * 10 + offset, configuration.faint)
        part.to(dtype)
    pipeline = FluxPipeline(
        scheduler=scheduler(configuration),
        tokenizer=CLIPTokenizer.from_pretrained(tokenizers / "tokenizer"),
        tokenizer_2=T5Tokenizer.from_pretrained(tokenizers / "tokenizer_2"),
        **parts,
    )
    storage = configuration.storage
    pipeline.save_pretrained(folder, variant=storage.variant, max_shard_size=storage.shard)
    copy_tokenizers(configuration, folder, tokenizers)
    for part in parts:
        revise(folder / part, configuration)
    revise_json(folder, configuration)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def transformer(configuration: Configuration) -> FluxTransformer2DModel:
    shape = configuration.transformer
    return FluxTransformer2DModel(
        num_layers=shape.doubles,
        num_single_layers=shape.singles,
        attention_head_dim=shape.head_dim,
        num_attention_heads=shape.heads,
        joint_attention_dim=configuration.t5.width,
        pooled_projection_dim=configuration.clip.width,
        guidance_embeds=shape.guidance,
        axes_dims_rope=shape.axes or (16, 56, 56),
    )


def clip(configuration: Configuration) -> CLIPTextModel:
    shape = configuration.clip
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=857,
            hidden_size=shape.width,
            intermediate_size=4 * shape.width,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            projection_dim=shape.width,
            bos_token_id=855,
            eos_token_id=shape.eos_token_id,
            pad_token_id=856,
        )
    )


def t5(configuration: Configuration) -> T5EncoderModel:
    shape = configuration.t5
    return T5EncoderModel(
        T5Config(
            vocab_size=346,
            d_model=shape.width,
            d_kv=shape.head_dim,
            d_ff=shape.hidden,
            num_layers=shape.layers,
            num_heads=shape.heads,
            feed_forward_proj="gated-gelu",
        )
    )


def vae(configuration: Configuration) -> AutoencoderKL:
    shape = configuration.vae
    return AutoencoderKL(
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        block_out_channels=shape.channels,
        layers_per_block=shape.layers,
        latent_channels=16,
        norm_num_groups=shape.groups,
        sample_size=1024,
        scaling_factor=shape.scaling,
        shift_factor=shape.shift,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )


def scheduler(configuration: Configuration) -> FlowMatchEulerDiscreteScheduler:
    if configuration.static_shift is not None:
        return FlowMatchEulerDiscreteScheduler(shift=configuration.static_shift, use_dynamic_shifting=False)
    return FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True)


def copy_tokenizers(configuration: Configuration, folder: Path, tokenizers: Path) -> None:
    """Puts FLUX.1's own file sets in place of those that `save_pretrained` chose."""
    optional = {"spiece.model", "tokenizer.json"}
    for name in ("tokenizer", "tokenizer_2"):
        shutil.rmtree(folder / name)
        (folder / name).mkdir()
        for file in sorted((tokenizers / name).iterdir()):
            if file.name not in optional or file.name in configuration.storage.t5_tokenizer:
                shutil.copyfile(file, folder / name / file.name)


def revise(folder: Path, configuration: Configuration) -> None:
    """Rewrites a component's weight files with the names and dtypes of the configuration."""
    placed = {}
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, "pt") as stored:
            tensors = {}
            for key in stored.keys():
                for name in stored_names(key, folder.name, configuration):
                    tensors[name] = stored_tensor(name, stored.get_tensor(key), configuration)
        save_file(tensors, file, {"format": "pt"})
        placed.update({name: file.name for name in tensors})
    for index in folder.glob("*.index*.json"):
        content = json.loads(index.read_text())
        content["weight_map"] = dict(sorted(placed.items()))
        index.write_text(json.dumps(content, indent=2) + "\n")


def stored_names(key: str, component: str, configuration: Configuration) -> list[str]:
    if component == "text_encoder":
        bare = key.removeprefix("text_model.")
        return ["text_model." + bare if configuration.clip.prefix else bare]
    if key == "shared.weight":
        tied = {"shared": [key], "embed_tokens": ["encoder.embed_tokens.weight"]}
        return tied.get(configuration.t5.embedding, [key, "encoder.embed_tokens.weight"])
    return [key]


def stored_tensor(name: str, tensor: torch.Tensor, configuration: Configuration) -> torch.Tensor:
    if configuration.storage.dtype != "mixed":
        return tensor.clone()
    # The tied embedding's two names must get the same dtype, or the two copies would differ.
    key = "shared.weight" if name == "encoder.embed_tokens.weight" else name
    return tensor.to(list(DTYPES.values())[zlib.crc32(key.encode()) % 3]).clone()


def revise_json(folder: Path, configuration: Configuration) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    # The class names that FLUX.1's own folder gives; transformers 5 writes others.
    index["tokenizer_2"] = ["transformers", "T5TokenizerFast"]
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    if configuration.transformer.axes is None:
        path = folder / "transformer" / "config.json"
        config = json.loads(path.read_text())
        del config["axes_dims_rope"]
        path.write_text(json.dumps(config, indent=2) + "\n")
