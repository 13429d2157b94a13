"""The model's sizes and its untrained parts. Everything is FLUX.1-dev's architecture; only the sizes are small."""

import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, FluxTransformer2DModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, T5Config, T5EncoderModel

from .tokenizer_training import load_clip, load_t5

CLIP_WIDTH, T5_WIDTH = 64, 128
TRANSFORMER = {
    "num_layers": 2,
    "num_single_layers": 6,
    "num_attention_heads": 5,
    "attention_head_dim": 32,
    "axes_dims_rope": (4, 14, 14),
    "in_channels": 64,
    "joint_attention_dim": T5_WIDTH,
    "pooled_projection_dim": CLIP_WIDTH,
    "guidance_embeds": True,
}
VAE = {
    "block_out_channels": (32, 40, 48, 64),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "latent_channels": 16,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "sample_size": 128,
    "use_quant_conv": False,
    "use_post_quant_conv": False,
}


def new_autoencoder() -> AutoencoderKL:
    """An untrained autoencoder whose posterior starts nearly without noise: else it learns nothing for long."""
    vae = AutoencoderKL(**VAE, scaling_factor=1.0, shift_factor=0.0)
    with torch.no_grad():
        vae.encoder.conv_out.bias[16:].fill_(-5.0)
        vae.encoder.conv_out.weight[:16].mul_(3.0)
    return vae


def new_flow_models(tokenizers: Path) -> nn.ModuleDict:
    """The untrained transformer and text encoders for the vocabularies in `tokenizers`."""
    clip = load_clip(tokenizers / "tokenizer").get_vocab_size()
    t5 = load_t5(tokenizers / "tokenizer_2").get_vocab_size()
    parts = {"transformer": new_transformer(), "text_encoder": new_clip(clip), "text_encoder_2": new_t5(t5)}
    for name in ("text_encoder", "text_encoder_2"):
        parts[name].set_attn_implementation("eager")  # see training_device
    return nn.ModuleDict(parts)


def new_transformer() -> FluxTransformer2DModel:
    """FLUX's transformer with every modulation at zero, so that each block starts as the identity."""
    transformer = FluxTransformer2DModel(**TRANSFORMER)
    zero = ("norm1.linear", "norm1_context.linear", "norm.linear", "norm_out.linear", "proj_out")
    for name, module in transformer.named_modules():
        if name == "proj_out" or (name.endswith(zero) and not name.endswith(".proj_out")):
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)
    conditioning = transformer.time_text_embed
    for embedder in (conditioning.timestep_embedder, conditioning.guidance_embedder):
        for linear in (embedder.linear_1, embedder.linear_2):
            nn.init.normal_(linear.weight, std=0.02)
    # The three last biases are added together: one suffices, the others stay zero.
    for embedder in (conditioning.guidance_embedder, conditioning.text_embedder):
        embedder.linear_2.bias.requires_grad_(False).zero_()
    return transformer


def new_clip(vocabulary: int) -> CLIPTextModel:
    """A CLIP text encoder; the last two ids of the vocabulary start and end a text."""
    return CLIPTextModel(CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=CLIP_WIDTH, intermediate_size=4 * CLIP_WIDTH, projection_dim=CLIP_WIDTH,
        num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=77, hidden_act="quick_gelu",
        bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1,
    ))  # fmt: skip


def new_t5(vocabulary: int) -> T5EncoderModel:
    """A T5 v1.1 encoder (gated GELU)."""
    return T5EncoderModel(T5Config(
        vocab_size=vocabulary, d_model=T5_WIDTH, d_kv=32, d_ff=2 * T5_WIDTH, num_layers=2, num_decoder_layers=2, num_heads=4,
        feed_forward_proj="gated-gelu", relative_attention_num_buckets=32, relative_attention_max_distance=128,
        dropout_rate=0.0, is_encoder_decoder=False, use_cache=False, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
    ))  # fmt: skip


def latent_range(vae: AutoencoderKL) -> tuple[float, float]:
    """Shift and scale: the transformer works on (latents - shift) · scale."""
    return vae.config.shift_factor, vae.config.scaling_factor


def parameter_counts(models: nn.Module) -> str:
    """The number of parameters of each part, for the log."""
    return json.dumps({name: sum(p.numel() for p in part.parameters()) for name, part in models.named_children()})
