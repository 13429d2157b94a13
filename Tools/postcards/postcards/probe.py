"""A small classifier that reads subject, colour, place, time, shape and background from a 128x128 picture.

It learns from rendered pictures alone, held-out combinations among them, blurred, noised and recoloured a little, so that it
neither favours training combinations nor trips over a generator's softness.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .labels import ABSENT, ATTRIBUTES
from .pool import open_pool
from .training_step import Schedule, training_device

TESTED = 2048  # the last pictures are for testing


class Probe(nn.Module):
    """Five strided convolutions and one linear classifier per attribute over the whole picture."""

    def __init__(self):
        super().__init__()
        widths = [3, 32, 64, 96, 128, 160]
        layers = []
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [nn.Conv2d(inputs, outputs, 3, 2, 1), nn.BatchNorm2d(outputs), nn.GELU()]
        head = [nn.Flatten(), nn.Dropout(0.2), nn.Linear(160 * 16, 256), nn.GELU()]
        self.features = nn.Sequential(*layers, *head)
        self.heads = nn.ModuleDict({name: nn.Linear(256, len(names)) for name, names in ATTRIBUTES.items()})

    def forward(self, pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits per attribute for pictures `[batch, 3, 128, 128]` in -1…1."""
        features = self.features(pictures)
        return {name: head(features) for name, head in self.heads.items()}

    @torch.no_grad()
    def read(self, pictures: np.ndarray) -> np.ndarray:
        """The classes `[count, attributes]` of 8-bit pictures `[count, 128, 128, 3]`."""
        device = next(self.parameters()).device
        parts = torch.from_numpy(np.array(pictures)).split(256)
        inputs = (part.to(device).permute(0, 3, 1, 2).float() / 127.5 - 1 for part in parts)
        return torch.cat([torch.stack([logits.argmax(1) for logits in self(x).values()], 1) for x in inputs]).cpu().numpy()


def main(arguments: list[str]):
    """Trains for a given time, prints the accuracy on unseen pictures, writes the weights."""
    parser = argparse.ArgumentParser(prog="postcards probe", description=__doc__)
    parser.add_argument("--pool", type=Path, required=True, help="made by render --square --held-out-too")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--batch", type=int, default=256)
    options = parser.parse_args(arguments)
    torch.manual_seed(0)
    device = training_device()
    [shelf] = open_pool(options.pool)
    pictures = torch.from_numpy(np.array(shelf.pictures[: shelf.ready])).to(device)
    labels = torch.from_numpy(np.array(shelf.labels[: shelf.ready])).long().to(device)
    tested = min(TESTED, len(pictures) // 4)
    probe = Probe().to(device)
    train(probe, pictures[:-tested], labels[:-tested], options)
    probe.eval()
    read = probe.read(pictures[-tested:].cpu().numpy())
    truth = labels[-tested:].cpu().numpy()
    for i, name in enumerate(ATTRIBUTES):
        named = truth[:, i] != ABSENT
        print(f"probe on unseen rendered pictures: {name} {(read[named, i] == truth[named, i]).mean():.4f}", flush=True)
    torch.save(probe.state_dict(), options.out)


def train(probe: Probe, pictures: torch.Tensor, labels: torch.Tensor, options: argparse.Namespace):
    """Cross entropy over all attributes that a picture has."""
    device = pictures.device
    optimizer = torch.optim.AdamW(probe.parameters(), 2e-3, weight_decay=0.02)
    schedule = Schedule(options.seconds, 50, 0.9)
    while not schedule.over:
        factor = schedule.next_factor()
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * factor
        chosen = torch.randint(len(pictures), (options.batch,), device=device)
        with torch.autocast(device.type, torch.bfloat16):
            logits = probe(disturbed(pictures[chosen].permute(0, 3, 1, 2).float() / 127.5 - 1))
        losses = [nn.functional.cross_entropy(x.float(), labels[chosen, i], ignore_index=ABSENT) for i, x in enumerate(logits.values())]
        loss = torch.stack(losses).nan_to_num().sum()  # a small batch may lack an attribute altogether
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"probe trained for {schedule.steps} steps", flush=True)


def disturbed(pictures: torch.Tensor) -> torch.Tensor:
    """Pictures with a little colour shift, noise, and for half the batch blur."""
    batch = len(pictures)
    tint = 1 + 0.08 * torch.randn(batch, 3, 1, 1, device=pictures.device)
    noise = 0.15 * torch.rand(batch, 1, 1, 1, device=pictures.device) * torch.randn_like(pictures)
    soft = nn.functional.avg_pool2d(pictures, 3, 1, 1)
    blurred = torch.rand(batch, 1, 1, 1, device=pictures.device) < 0.5
    return torch.where(blurred, soft, pictures) * tint + noise


def load_probe(path: Path, device: torch.device) -> Probe:
    """The trained probe, ready to read."""
    probe = Probe()
    probe.load_state_dict(torch.load(path, map_location="cpu"))
    return probe.to(device).eval()
