"""Rectified flow as FLUX does it: latents in 2x2 patches, noise levels shifted by resolution, and the model's velocity.

x_t = (1 - t) · latents + t · noise; the velocity to learn is noise - latents.
"""

import math

import torch
from torch import nn

TOKEN_SHIFT = (256, 0.5, 4096, 1.15)  # FLUX's: mu = 0.5 at 256 picture tokens, 1.15 at 4096, linear between
UNIFORM_SHARE = 0.25


def packed(latents: torch.Tensor) -> torch.Tensor:
    """`[batch, 16, h, w]` to tokens `[batch, h·w / 4, 64]`: one token per 2x2 patch, channel first."""
    batch, channels, h, w = latents.shape
    patches = latents.view(batch, channels, h // 2, 2, w // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return patches.reshape(batch, h * w // 4, channels * 4)


def picture_ids(size: tuple[int, int], device: torch.device) -> torch.Tensor:
    """Each token's place `[tokens, 3]`: 0, row, column."""
    rows, columns = size[1] // 16, size[0] // 16
    ids = torch.zeros(rows, columns, 3, device=device)
    ids[..., 1] = torch.arange(rows, device=device)[:, None]
    ids[..., 2] = torch.arange(columns, device=device)[None]
    return ids.view(-1, 3)


def shift_of(tokens: int) -> float:
    """exp(mu): how strongly noise levels are moved up for pictures of `tokens` tokens."""
    n0, low, n1, high = TOKEN_SHIFT
    return math.exp(low + (high - low) * (tokens - n0) / (n1 - n0))


def sampled_times(batch: int, tokens: int, device: torch.device) -> torch.Tensor:
    """Noise levels `[batch]` in bf16: logit-normal, a quarter of them uniform so that both ends are learnt, then shifted."""
    t = torch.sigmoid(torch.randn(batch, device=device))
    t = torch.where(torch.rand(batch, device=device) < UNIFORM_SHARE, torch.rand(batch, device=device), t)
    shift = shift_of(tokens)
    return (shift * t / (1 + (shift - 1) * t)).clamp(0.001, 1).bfloat16()


def noised(latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
    """x_t in bf16 for tokens `[batch, tokens, 64]`."""
    t = times.float()[:, None, None]
    return ((1 - t) * latents + t * noise).bfloat16()


def padded(t5: torch.Tensor, length: int) -> torch.Tensor:
    """T5 ids `[batch, …]` with <pad> up to `length`: FLUX's transformer sees the padding too."""
    return nn.functional.pad(t5, (0, length - t5.shape[1]))


def empty_captions(clip: torch.Tensor, t5: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The ids of the empty text in the shapes of `clip` and `t5`; every CLIP row starts with the start and ends with the end token."""
    no_clip = clip[:, -1:].expand_as(clip).clone()
    no_clip[:, 0] = clip[:, 0]
    no_t5 = torch.zeros_like(t5)
    no_t5[:, 0] = 1
    return no_clip, no_t5


def velocity(models: nn.ModuleDict, x, times, guidance, clip, t5, places: torch.Tensor) -> torch.Tensor:
    """The transformer's velocity `[batch, tokens, 64]` in f32 for token ids `clip` and `t5`.

    The text encoders get their usual masks in full: making them themselves, they copy from the CPU, which cannot be captured.
    """
    seen, unseen = x.new_zeros(()), x.new_full((), -torch.inf)
    everything = seen.expand(1, 1, t5.shape[1], t5.shape[1])
    before = torch.ones(clip.shape[1], clip.shape[1], dtype=torch.bool, device=x.device).tril()[None, None]
    context = models["text_encoder_2"](input_ids=t5, attention_mask=everything)[0]
    pooled = models["text_encoder"](input_ids=clip, attention_mask=torch.where(before, seen, unseen)).pooler_output
    text_places = torch.zeros(t5.shape[1], 3, device=x.device)
    return models["transformer"](
        hidden_states=x, encoder_hidden_states=context, pooled_projections=pooled, timestep=times, guidance=guidance.bfloat16(),
        img_ids=places, txt_ids=text_places, return_dict=False,
    )[0].float()  # fmt: skip
