"""Guidance distillation, as FLUX.1-dev was made: the student with guidance w gives in one pass what its teacher gives in
two, v_u + w · (v_c - v_u), where v_c sees the caption and v_u the empty text."""

import copy

import torch
from torch import nn

from .buckets import Bucket
from .flow import empty_captions, noised, packed, padded, sampled_times, velocity
from .flow_training import flow_optimizer, run, training_parser
from .models import new_flow_models
from .optimizer import Optimizer
from .training_step import Schedule, training_device

STRONGEST = 6.0
USUAL, USUAL_SHARE, ONE_SHARE = 3.5, 0.10, 0.06


def main(arguments: list[str]):
    """Distils the averaged weights of a state for a given time."""
    options = training_parser("distill", __doc__).parse_args(arguments)
    torch.manual_seed(options.seed + 1)
    device = training_device()
    models = new_flow_models(options.tokenizers).to(device)
    state = torch.load(options.resume)
    models.load_state_dict(state["averages"], strict=False)
    teacher = copy.deepcopy(models).bfloat16().eval().requires_grad_(False)
    optimizer = flow_optimizer(models.train(), options, decay=0.0)

    def step(models: nn.ModuleDict, optimizer: Optimizer, bucket: Bucket, places: torch.Tensor) -> torch.Tensor:
        return distillation_step(teacher, models, optimizer, bucket, places)

    run(models, optimizer, step, Schedule(options.seconds, 100, 0.7), options)


def sampled_guidance(batch: int, device: torch.device) -> torch.Tensor:
    """Guidance scales `[batch]`: uniform from 1 to the strongest, with the two ends of use met a little more often."""
    scale = 1 + (STRONGEST - 1) * torch.rand(batch, device=device)
    kind = torch.rand(batch, device=device)
    scale = torch.where(kind < USUAL_SHARE, USUAL, scale)
    return torch.where(kind > 1 - ONE_SHARE, 1.0, scale).bfloat16().float()


def distillation_step(teacher, models, optimizer: Optimizer, bucket: Bucket, places: torch.Tensor) -> torch.Tensor:
    """One update towards the teacher's guided velocity; strong guidance has large targets, so it is weighed down."""
    latents, clip, t5 = bucket.shelf.batch(bucket.batch)
    no_clip, no_t5 = empty_captions(clip, t5)
    t5, no_t5 = padded(t5, bucket.length), padded(no_t5, bucket.length)
    x0 = packed(latents).float()
    times = sampled_times(len(x0), x0.shape[1], x0.device)
    x = noised(x0, torch.randn_like(x0), times)
    guidance = sampled_guidance(len(x0), x0.device)
    with torch.no_grad():
        one = torch.ones_like(guidance)
        with_caption = velocity(teacher, x, times, one, clip, t5, places)
        without = velocity(teacher, x, times, one, no_clip, no_t5, places)
        target = without + guidance[:, None, None] * (with_caption - without)
    v = velocity(models, x, times, guidance, clip, t5, places)
    loss = ((v - target).square().mean((1, 2)) / (1 + 0.25 * (guidance - 1).square())).mean()
    loss.backward()
    optimizer.step()
    return loss.detach()
