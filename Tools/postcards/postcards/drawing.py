"""Pictures from an exported folder with the stock FluxPipeline."""

from pathlib import Path

import torch
from diffusers import FluxPipeline


def load_pipeline(folder: Path, device: torch.device) -> FluxPipeline:
    """The folder's pipeline in bf16."""
    pipeline = FluxPipeline.from_pretrained(folder, torch_dtype=torch.bfloat16).to(device)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def draw(pipeline: FluxPipeline, prompts: list[str], size=(128, 128), steps=20, guidance=3.5, length=64, seed=0, batch=32):
    """One picture per prompt; prompt i starts from noise of seed + i made on the CPU, whatever the device."""
    pictures = []
    for start in range(0, len(prompts), batch):
        part = prompts[start : start + batch]
        generators = [torch.Generator("cpu").manual_seed(seed + start + i) for i in range(len(part))]
        pictures += pipeline(
            part, width=size[0], height=size[1], num_inference_steps=steps, guidance_scale=guidance,
            max_sequence_length=length, generator=generators,
        ).images  # fmt: skip
    return pictures
