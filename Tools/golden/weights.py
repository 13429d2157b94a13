"""Random weights under which every term of a model matters."""

import zlib

import torch
from torch import nn

# Projections whose output scale would otherwise hide a mistake (a dead gate) or drown the rest (a saturated softmax).
GAINS = {"norm1.linear": 0.6, "norm1_context.linear": 0.6, "norm.linear": 0.6, "norm_out.linear": 0.6, "conv_out": 0.7}
QUERY_KEY_NORMS = ("norm_q", "norm_k", "norm_added_q", "norm_added_k")

# What feeds the first norms, and the queries and keys before theirs.
FAINT = (
    *("x_embedder", "context_embedder", "token_embedding", "position_embedding", "embed_tokens", "decoder.conv_in"),
    *("attn.to_q", "attn.to_k", "attn.add_q_proj", "attn.add_k_proj"),
)


def enliven(model: nn.Module, seed: int, faint: bool) -> None:
    """Overwrites all parameters; each is drawn from its own name, so the order of definition does not matter.

    `faint` makes the inputs of many norms so small that their epsilon shows.
    """
    for path, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            # A tied weight (T5's `shared`) comes up under each of its names: the last one decides.
            generator = torch.Generator().manual_seed(seed * 2**32 + zlib.crc32(f"{path}.{name}".encode()))
            noise = torch.randn(parameter.shape, generator=generator)
            with torch.no_grad():
                parameter.copy_(scaled(noise, path, name, module))
                if faint and path.endswith(FAINT):
                    parameter.mul_(0.02)


def scaled(noise: torch.Tensor, path: str, name: str, module: nn.Module) -> torch.Tensor:
    if name == "bias":
        return noise * 0.2
    if noise.ndim == 1:  # a norm's weight; above 1 on queries and keys, so that attention is far from an average
        return (1.6 if path.endswith(QUERY_KEY_NORMS) else 1) + noise * 0.25
    if isinstance(module, nn.Embedding):
        return noise
    fan_in = noise[0].numel()
    gain = next((value for suffix, value in GAINS.items() if path.endswith(suffix)), 1.0)
    if path.endswith("SelfAttention.q"):  # T5 has no 1/sqrt(d) in its scores, the weights carry it
        gain *= (module.out_features / 2) ** -0.5
    if path.endswith(("timestep_embedder.linear_1", "guidance_embedder.linear_1")):
        return noise * smoothness() * gain
    return noise * gain * fan_in**-0.5


def smoothness() -> torch.Tensor:
    """Weights [256] of the sinusoid's channels, of unit length, falling with frequency as in a trained model.

    With equal weights the model would be chaotic in t: the rounding of t to bf16 (904 for 902.34) would change its
    output by half, and a bf16 run could not be compared with an f32 run.
    """
    frequency = torch.exp(-torch.log(torch.tensor(10000.0)) * torch.arange(128) / 128)
    weights = 1 / (1 + 100 * frequency)
    return torch.cat([weights, weights]) / (2 * weights.square().sum()).sqrt()
