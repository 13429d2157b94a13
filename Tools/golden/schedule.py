"""Vectors of the sigma schedule and of the time and guidance values that the transformer sees."""

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.flux.pipeline_flux import calculate_shift

SIZES = ((16, 16), (64, 48), (32, 80), (128, 128), (256, 192), (512, 512), (768, 1344), (1024, 1024), (2048, 2048))
STEPS = (1, 2, 3, 4, 20, 28, 50)
GUIDANCE = (0.0, 1.0, 1.5, 2.5, 3.0, 3.5, 4.0, 4.5, 5.7, 7.0, 10.0)


def vectors() -> dict:
    return {
        "note": "Every number is an f32 (mu: f64) written so that reading it back gives the same bits.",
        "dynamic": [entry(steps, size, None) for size in SIZES for steps in STEPS],
        "static": [entry(steps, None, shift) for shift in (1.0, 3.0) for steps in STEPS],
        "guidance": [
            {"guidance": value, "bf16": chain(value, torch.bfloat16), "f32": chain(value, torch.float32)}
            for value in GUIDANCE
        ],
    }


def mu(width: int, height: int) -> float:
    return float(calculate_shift((width // 16) * (height // 16), 256, 4096, 0.5, 1.15))


def entry(steps: int, size: tuple[int, int] | None, shift: float | None) -> dict:
    scheduler = FlowMatchEulerDiscreteScheduler(shift=shift or 3.0, use_dynamic_shifting=shift is None)
    sigmas = np.linspace(1.0, 1 / steps, steps)
    scheduler.set_timesteps(sigmas=sigmas, mu=mu(*size) if size else None)
    key = {"width": size[0], "height": size[1], "mu": mu(*size)} if size else {"shift": shift}
    return key | {
        "steps": steps,
        "sigmas": scheduler.sigmas.tolist(),
        "timesteps": scheduler.timesteps.tolist(),
        "time_bf16": [time_chain(value, torch.bfloat16) for value in scheduler.timesteps],
        "time_f32": [time_chain(value, torch.float32) for value in scheduler.timesteps],
    }


def time_chain(timestep: torch.Tensor, dtype: torch.dtype) -> float:
    """The pipeline divides by 1000 in its own dtype and the transformer multiplies again: each step rounds."""
    return (timestep.to(dtype) / 1000 * 1000).item()


def chain(guidance: float, dtype: torch.dtype) -> float:
    return (torch.tensor(guidance, dtype=torch.float32).to(dtype) * 1000).item()
