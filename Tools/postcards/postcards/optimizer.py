"""Muon for matrices and AdamW for the rest, on fp32 masters behind bf16 weights, with a running average of the masters.

Muon (Jordan et al. 2024) replaces a matrix's momentum by the nearest orthogonal matrix; the update's scale
0.2 · sqrt(larger side) makes its size that of Adam's (Liu et al. 2025), so both share one learning rate.
A step launches the same kernels on the same memory every time: it can be captured as a CUDA graph.
"""

import math
from collections import defaultdict
from collections.abc import Callable

import torch
from torch import nn

# Newton-Schulz coefficients, one triple per iteration (You Jiacheng's schedule).
ORTHOGONALIZATION = [
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
]
MOMENTUM = 0.95
ALIGNMENT = 64


def orthogonalized(matrices: torch.Tensor) -> torch.Tensor:
    """The nearest orthogonal matrices of `[count, rows, columns]`, roughly, in bf16."""
    x = matrices.bfloat16()
    tall = x.size(-2) > x.size(-1)
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for a, b, c in ORTHOGONALIZATION:
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Optimizer:
    """Owns the fp32 masters and averages of a model whose weights it turns into bf16 views of one flat buffer."""

    def __init__(self, model: nn.Module, is_matrix: Callable[[str, nn.Parameter], bool], rate: float, decay: float = 0.01, average: float = 0.999):
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        self.names, self.weights = [n for n, _ in named], [p for _, p in named]
        self.rate, self.decay, self.average, self.steps = rate, decay, average, 0
        device = self.weights[0].device
        self.flat_masters, self.masters = self.flat_copies(torch.float32)
        self.flat_averages, self.averages = self.flat_copies(torch.float32)
        self.flat_weights, views = self.flat_copies(torch.bfloat16)
        model.bfloat16()
        for weight, view in zip(self.weights, views):
            weight.data = view
        self.current_rate = torch.tensor(0.0, device=device)
        self.matrix_groups = self.grouped([is_matrix(n, p) for n, p in named])
        in_groups = {i for indices, _ in self.matrix_groups for i in indices}
        self.others = [i for i in range(len(named)) if i not in in_groups]
        for i in self.others:
            self.masters[i].grad = torch.zeros_like(self.masters[i])
        self.adam = torch.optim.AdamW(
            [self.masters[i] for i in self.others], lr=self.current_rate, betas=(0.9, 0.98), weight_decay=decay,
            fused=True, capturable=device.type == "cuda",
        )  # fmt: skip

    def flat_copies(self, dtype: torch.dtype) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """One buffer with a copy of all weights, and a view of it per weight."""
        sizes = [-(-w.numel() // ALIGNMENT) * ALIGNMENT for w in self.weights]
        flat = torch.zeros(sum(sizes), dtype=dtype, device=self.weights[0].device)
        views = [part[: w.numel()].view_as(w) for part, w in zip(flat.split(sizes), self.weights)]
        for view, weight in zip(views, self.weights):
            view.copy_(weight.detach())
        return flat, views

    def grouped(self, are_matrices: list[bool]) -> list[tuple[list[int], torch.Tensor]]:
        """Indices of the matrices of each shape with their momenta, so that a shape is orthogonalized in one go."""
        shapes = defaultdict(list)
        for i, (weight, chosen) in enumerate(zip(self.weights, are_matrices)):
            if chosen:
                shapes[tuple(weight.flatten(1).shape)].append(i)
        return [(indices, torch.zeros(len(indices), *shape, device=self.weights[0].device)) for shape, indices in shapes.items()]

    def set_rate(self, factor: float):
        """The learning rate of the steps to come, as a factor of the full one."""
        self.current_rate.fill_(self.rate * factor)
        self.steps += 1
        if self.steps == 200:  # the average forgets the untrained weights
            self.flat_averages.copy_(self.flat_masters)

    @torch.no_grad()
    def step(self):
        """One update from the weights' gradients, which are consumed."""
        for i in self.others:
            self.masters[i].grad.copy_(self.weights[i].grad)
        nn.utils.clip_grad_norm_([self.masters[i] for i in self.others], 1.0)
        self.adam.step()
        shrink = 1 - self.current_rate * self.decay
        for indices, momenta in self.matrix_groups:
            gradients = torch.stack([self.weights[i].grad.flatten(1).float() for i in indices])
            momenta.lerp_(gradients, 1 - MOMENTUM)
            updates = orthogonalized(gradients.lerp(momenta, MOMENTUM)).float()
            updates = updates * (self.current_rate * 0.2 * math.sqrt(max(updates.shape[-2:])))
            masters = [self.masters[i].flatten(1) for i in indices]
            torch._foreach_mul_(masters, shrink)
            torch._foreach_sub_(masters, list(updates.unbind()))
        self.flat_averages.lerp_(self.flat_masters, 1 - self.average)
        self.flat_weights.copy_(self.flat_masters)
        for weight in self.weights:
            weight.grad = None

    def state(self) -> dict[str, dict[str, torch.Tensor]]:
        """Masters and averages by name, on the CPU; momenta are rebuilt within a few dozen steps."""
        kept = {"masters": self.masters, "averages": self.averages}
        return {key: {n: t.detach().cpu().clone() for n, t in zip(self.names, tensors)} for key, tensors in kept.items()}

    @torch.no_grad()
    def load(self, state: dict[str, dict[str, torch.Tensor]]):
        """Continues from `state`."""
        for i, name in enumerate(self.names):
            self.masters[i].copy_(state["masters"][name])
            self.averages[i].copy_(state["averages"][name])
        self.flat_weights.copy_(self.flat_masters)


def write_state(state: dict, path):
    """Saves beside and renames, so that an interruption leaves the last whole checkpoint."""
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)
