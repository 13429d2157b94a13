"""Checks that the golden models can tell: neutralises one tensor after the other and measures the effect.

    cd Tools && python -m golden.liveness

A tensor whose loss the final latents (VAE: the image) do not show could be skipped or misread without any golden test
failing. Key biases are left out: they add the same amount to all scores of a query, which softmax removes.
"""

from . import environment  # noqa: F401  isort: skip

import sys

import torch

from . import stages
from .configurations import CONFIGURATIONS, Configuration
from .distance import relative_l2
from .models import GOLDEN

SMALLEST_EFFECT = 5e-4
# T5 has no biases; FLUX normalises keys after their bias, so there it does count.
INERT = ("self_attn.k_proj.bias", "attentions.0.to_k.bias")


def main() -> None:
    faint = 0
    for configuration in CONFIGURATIONS:
        found = sorted(effects(configuration))
        print(configuration.name, f"{len(found)} tensors; least effect:", *found[0])
        faint += sum(effect < SMALLEST_EFFECT for effect, _ in found)
    sys.exit(f"{faint} tensors have an effect below {SMALLEST_EFFECT}" if faint else 0)


def effects(configuration: Configuration) -> list[tuple[float, str]]:
    model = GOLDEN / configuration.name / "model"
    pipeline = stages.load(model, torch.float32, configuration.storage.variant)
    latents = stages.generate(pipeline, configuration.request)[1][-1]
    image = decode(pipeline, latents)
    found = []
    for part in ("transformer", "text_encoder", "text_encoder_2", "vae"):
        for name, parameter in getattr(pipeline, part).named_parameters():
            if name.endswith(INERT) or (part == "vae" and name.startswith("encoder.")):
                continue
            kept = parameter.data
            is_norm = parameter.ndim == 1 and name.endswith("weight")
            parameter.data = torch.ones_like(kept) if is_norm else torch.zeros_like(kept)
            if part == "vae":
                effect = relative_l2(decode(pipeline, latents), image)
            else:
                effect = relative_l2(stages.generate(pipeline, configuration.request)[1][-1], latents)
            parameter.data = kept
            found.append((effect, f"{part}.{name}"))
    return found


@torch.no_grad()
def decode(pipeline, latents: torch.Tensor) -> torch.Tensor:
    config = pipeline.vae.config
    return pipeline.vae.decode(latents / config.scaling_factor + config.shift_factor)[0]


if __name__ == "__main__":
    main()
