"""How far two results are apart."""

import torch


def relative_l2(value: torch.Tensor, reference: torch.Tensor) -> float:
    """‖value − reference‖ / ‖reference‖, in f64."""
    value, reference = value.double(), reference.double()
    return ((value - reference).norm() / reference.norm()).item()


def psnr(value: torch.Tensor, reference: torch.Tensor) -> float:
    """Decibels over 8-bit pixels; infinite where they are equal."""
    error = (value.double() - reference.double()).square().mean().item()
    return float("inf") if error == 0 else 10 * torch.tensor(255**2 / error, dtype=torch.float64).log10().item()
