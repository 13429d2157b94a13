"""Trains the transformer and both text encoders together by flow matching, with captions left out now and then."""

import argparse
import time
from pathlib import Path

import torch
from torch import nn

from .buckets import Bucket, buckets_of, drawn
from .flow import empty_captions, noised, packed, padded, picture_ids, sampled_times, velocity
from .latents import grow_all, latent_pool
from .models import new_flow_models, parameter_counts
from .optimizer import Optimizer, write_state
from .training_step import Schedule, TrainingStep, training_device

CAPTION_DROPOUT = 0.1
FIRST_PICTURES = 1024  # of every size, or all there will be, before training starts


def main(arguments: list[str]):
    """Trains for a given time and writes the state to continue or distil from."""
    parser = training_parser("flow", __doc__)
    parser.add_argument("--cooldown", type=float, default=0.5, help="last share of the time in which the learning rate falls")
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    device = training_device()
    models = new_flow_models(options.tokenizers).to(device).train()
    print(parameter_counts(models), flush=True)
    optimizer = flow_optimizer(models, options)
    if options.resume:
        optimizer.load(torch.load(options.resume))
    run(models, optimizer, flow_step, Schedule(options.seconds, 100, options.cooldown), options)


def training_parser(name: str, text: str) -> argparse.ArgumentParser:
    """The options that flow matching and distillation share."""
    parser = argparse.ArgumentParser(prog=f"postcards {name}", description=text)
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--tokenizers", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="state file")
    parser.add_argument("--resume", type=Path, help="state file to start from")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--share", type=float, default=1.0, help="share of the pool to use")
    parser.add_argument("--tokens", type=int, default=24_576, help="picture and text tokens of a batch")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--average", type=float, default=0.999, help="decay of the weights' running average")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def flow_optimizer(models: nn.ModuleDict, options: argparse.Namespace, decay: float = 0.01) -> Optimizer:
    """Muon on the transformer blocks' matrices except modulation, AdamW on everything else."""

    def is_matrix(name: str, parameter: nn.Parameter) -> bool:
        return parameter.ndim == 2 and "transformer_blocks." in name and ".norm" not in name

    return Optimizer(models, is_matrix, options.rate, decay, options.average)


def flow_step(models: nn.ModuleDict, optimizer: Optimizer, bucket: Bucket, places: torch.Tensor) -> torch.Tensor:
    """One update of flow matching; its loss."""
    latents, clip, t5 = bucket.shelf.batch(bucket.batch)
    no_clip, no_t5 = empty_captions(clip, t5)
    dropped = torch.rand(len(clip), 1, device=clip.device) < CAPTION_DROPOUT
    clip, t5 = torch.where(dropped, no_clip, clip), torch.where(dropped, no_t5, t5)
    x0 = packed(latents).float()
    noise, times = torch.randn_like(x0), sampled_times(len(x0), x0.shape[1], x0.device)
    guidance = torch.ones(len(x0), device=x0.device)
    v = velocity(models, noised(x0, noise, times), times, guidance, clip, padded(t5, bucket.length), places)
    loss = (v - (noise - x0)).square().mean()
    loss.backward()
    optimizer.step()
    return loss.detach()


def run(models: nn.ModuleDict, optimizer: Optimizer, step, schedule: Schedule, options: argparse.Namespace):
    """Draws kinds of batches and steps until the time is up, while the pool fills; saves every minute."""
    device = optimizer.flat_masters.device
    shelves, vae = latent_pool(options.pool, options.share, options.vae, device)
    wait_for_pictures(shelves, vae)
    buckets = buckets_of(shelves, options.tokens)
    places = {shelf.size: picture_ids(shelf.size, device) for shelf in shelves}
    steps = [TrainingStep(lambda b=b: step(models, optimizer, b, places[b.shelf.size]), device) for b in buckets]
    for prepared in steps:
        prepared.prepare()
    generator, seen, losses, saved = torch.Generator().manual_seed(options.seed), 0, [], time.monotonic()
    while not schedule.over:
        factor = schedule.next_factor()
        optimizer.set_rate(factor)
        kind = drawn(buckets, generator)
        loss = steps[kind]()
        seen += buckets[kind].batch
        if kind == 0:
            losses.append(loss.clone())
        if schedule.steps % 50 == 0:
            grow_all(shelves, vae)
        if schedule.steps % 500 == 0 and losses:
            mean = torch.stack(losses).mean().item()
            losses.clear()
            pictures = sum(shelf.count for shelf in shelves)
            progress = f"{schedule.steps} steps, {schedule.elapsed:.0f} s, {seen} seen of {pictures}"
            print(f"{progress}, rate x{factor:.2f}, loss {mean:.5f}", flush=True)
            if mean != mean:
                raise SystemExit("the loss is not finite")
        if time.monotonic() - saved > 60:
            write_state(optimizer.state(), options.out)
            saved = time.monotonic()
    write_state(optimizer.state(), options.out)
    print(f"done: {schedule.steps} steps, {seen} pictures seen", flush=True)


def wait_for_pictures(shelves, vae):
    """Fills the shelves with what a first batch needs."""
    while any(shelf.count < min(FIRST_PICTURES, shelf.capacity) for shelf in shelves):
        if not grow_all(shelves, vae):
            time.sleep(0.2)


