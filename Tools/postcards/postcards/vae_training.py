"""Trains the autoencoder on crops of the pool's pictures, then measures its latents' shift and scale and its PSNR.

FLUX gives the transformer (latents - shift) · scale with zero mean and unit deviation over all channels together.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from .models import new_autoencoder
from .optimizer import Optimizer
from .pool import Shelf, open_pool
from .training_step import Schedule, TrainingStep, training_device

CROP = 128
KL_WEIGHT = 1e-3
ENCODED_PIXELS = 128 * 128 * 128  # at once
HELD_BACK = 128  # the last pictures of every size are for measuring


def main(arguments: list[str]):
    """Trains for a given time and writes the autoencoder in the diffusers layout."""
    parser = argparse.ArgumentParser(prog="postcards vae", description=__doc__)
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--resume", type=Path, help="an autoencoder to continue from")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--pictures", type=int, default=60_000, help="pictures to train on, over all sizes")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--decoder-only", action="store_true", help="keep the encoder, so that latents stay what they are")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=torch.cuda.is_available())
    options = parser.parse_args(arguments)
    torch.manual_seed(0)
    device = training_device()
    vae = (AutoencoderKL.from_pretrained(options.resume) if options.resume else new_autoencoder()).to(device)
    vae.encoder.requires_grad_(not options.decoder_only)
    print(f"autoencoder {sum(p.numel() for p in vae.parameters())} parameters", flush=True)
    pictures = training_pictures(options.pool, options.pictures, device)
    optimizer = train(vae, pictures, options)
    with torch.no_grad():
        for weight, average in zip(optimizer.weights, optimizer.averages):
            weight.copy_(average)
    if not options.decoder_only:
        set_latent_range(vae.eval(), options.pool, device)
    vae.save_pretrained(options.out)
    report(vae.float(), options.pool, device)


def training_pictures(root: Path, wanted: int, device: torch.device) -> list[torch.Tensor]:
    """Waits until the pool has enough, then gives each size's pictures `[count, 3, height, width]`, 8 bits, on the device."""
    shelves = open_pool(root)
    while sum(shelf.ready for shelf in shelves) < min(wanted, 0.9 * sum(len(s.pictures) for s in shelves)):
        time.sleep(0.5)
    share = wanted / sum(len(shelf.pictures) for shelf in shelves)
    taken = [s.pictures[: min(s.ready - HELD_BACK, math.ceil(share * len(s.pictures)))] for s in shelves if s.ready > HELD_BACK]
    return [torch.from_numpy(np.array(pictures)).to(device).permute(0, 3, 1, 2) for pictures in taken]


def train(vae: AutoencoderKL, pictures: list[torch.Tensor], options: argparse.Namespace) -> Optimizer:
    """Trains in bf16 on crops of all sizes, larger pools more often."""
    device = pictures[0].device
    ends = ("conv_in.weight", "conv_out.weight")
    optimizer = Optimizer(vae, lambda name, p: p.ndim >= 2 and not name.endswith(ends), options.rate, decay=0.0, average=0.998)
    measured = torch.compile(loss_of, dynamic=False) if options.compile else loss_of
    batch = crops(pictures[0], options.batch)
    update = TrainingStep(lambda: step(measured, vae, optimizer, batch), device)
    update.prepare()
    likely = torch.tensor([float(len(p)) for p in pictures])
    schedule = Schedule(options.seconds, 50, 0.7)
    while not schedule.over:
        optimizer.set_rate(schedule.next_factor())
        batch.copy_(crops(pictures[int(torch.multinomial(likely, 1))], options.batch))
        loss = update()
        if schedule.steps % 500 == 0:
            print(f"{schedule.steps} steps, {schedule.elapsed:.0f} s, loss {loss.item():.4f}", flush=True)
    return optimizer


def crops(pictures: torch.Tensor, batch: int) -> torch.Tensor:
    """Random crops of random pictures, half of them mirrored: `[batch, 3, CROP, CROP]` in -1…1."""
    count, _, height, width = pictures.shape
    device = pictures.device
    chosen, top, left, mirrored = (
        (torch.rand(batch, device=device) * n).long() for n in (count, height - CROP + 1, width - CROP + 1, 2)
    )
    along = torch.arange(CROP, device=device)
    columns = left[:, None] + torch.where(mirrored[:, None] == 1, CROP - 1 - along, along)
    rows = top[:, None] + along
    cut = pictures.permute(0, 2, 3, 1)[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]
    return cut.permute(0, 3, 1, 2).bfloat16() / 127.5 - 1


def step(measured, vae: AutoencoderKL, optimizer: Optimizer, pictures: torch.Tensor) -> torch.Tensor:
    """One update by the loss that `measured` gives."""
    loss = measured(vae, pictures, torch.randn(len(pictures), 16, CROP // 8, CROP // 8, device=pictures.device))
    loss.backward()
    optimizer.step()
    return loss.detach()


def loss_of(vae: AutoencoderKL, pictures: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Absolute error of pixels and of their differences, squared error, and a little KL divergence."""
    mean, log_variance = vae.encoder(pictures).float().chunk(2, 1)
    log_variance = log_variance.clamp(-12, 6)
    latents = mean + noise * (0.5 * log_variance).exp()
    error = vae.decoder(latents.bfloat16()).float() - pictures.float()
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
    return error.abs().mean() + 0.7 * edges + 2 * error.square().mean() + KL_WEIGHT * divergence


@torch.no_grad()
def set_latent_range(vae: AutoencoderKL, root: Path, device: torch.device):
    """Measures shift and scale over the latents of training pictures."""
    parts = [encoded(vae, shelf.pictures[:HELD_BACK], device).float().flatten() for shelf in open_pool(root)]
    latents = torch.cat(parts)
    shift, scale = latents.mean().item(), 1 / latents.std().item()
    vae.register_to_config(shift_factor=round(shift, 4), scaling_factor=round(scale, 4))
    print(f"latents: shift {shift:.4f}, scale {scale:.4f}", flush=True)


@torch.no_grad()
def report(vae: AutoencoderKL, root: Path, device: torch.device):
    """Prints the PSNR of held-back pictures of every size."""
    for shelf in open_pool(root):
        print(f"PSNR {shelf.size[0]}x{shelf.size[1]} {psnr(vae, shelf, device):.2f} dB", flush=True)


def encoded(vae: AutoencoderKL, pictures: np.ndarray, device: torch.device) -> torch.Tensor:
    """The latents' means of 8-bit pictures `[count, height, width, 3]`, before shift and scale."""
    together = max(1, ENCODED_PIXELS // (pictures.shape[1] * pictures.shape[2]))
    parts = [torch.from_numpy(np.array(pictures[i : i + together])) for i in range(0, len(pictures), together)]
    inputs = (part.to(device).permute(0, 3, 1, 2).to(vae.dtype) / 127.5 - 1 for part in parts)
    return torch.cat([vae.encoder(x)[:, :16] for x in inputs])


def psnr(vae: AutoencoderKL, shelf: Shelf, device: torch.device) -> float:
    """Peak signal to noise ratio in dB of the held-back pictures of one size, as 8-bit pictures."""
    pictures = np.array(shelf.pictures[shelf.ready - HELD_BACK : shelf.ready])
    latents = encoded(vae, pictures, device)
    drawn = torch.cat([vae.decoder(z) for z in latents.split(32)]).clamp(-1, 1)
    drawn = ((drawn.float() + 1) * 127.5).round().permute(0, 2, 3, 1).cpu()
    error = (drawn - torch.from_numpy(pictures).float()).square().mean()
    return 10 * math.log10(255**2 / error.item())
