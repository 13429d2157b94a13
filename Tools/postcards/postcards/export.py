"""Writes the diffusers folder: bf16 weights under FLUX.1-dev's names, its scheduler, and the tokenizers' own files."""

import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, FluxPipeline
from safetensors.torch import load_file, save_file
from transformers import CLIPTokenizer, T5TokenizerFast

from .models import new_flow_models
from .tokenizer_training import write_json

LARGEST = 12_000_000  # bytes


def main(arguments: list[str]):
    """Exports the averaged weights of a state."""
    parser = argparse.ArgumentParser(prog="postcards export", description=__doc__)
    parser.add_argument("--tokenizers", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    models = new_flow_models(options.tokenizers)
    state = torch.load(options.state)
    unknown = models.load_state_dict(state["averages"], strict=False).unexpected_keys
    if unknown:
        raise SystemExit(f"{options.state} does not fit the model: {unknown}")
    write_pipeline(models.bfloat16().eval(), options)
    rename_clip(options.out / "text_encoder" / "model.safetensors")
    copy_tokenizers(options)
    report(options.out)


def write_pipeline(models: torch.nn.ModuleDict, options: argparse.Namespace):
    """Everything in diffusers' layout, with FLUX.1-dev's scheduler."""
    scheduler = FlowMatchEulerDiscreteScheduler(
        num_train_timesteps=1000, shift=3.0, use_dynamic_shifting=True,
        base_shift=0.5, max_shift=1.15, base_image_seq_len=256, max_image_seq_len=4096,
    )  # fmt: skip
    pipeline = FluxPipeline(
        scheduler=scheduler,
        vae=AutoencoderKL.from_pretrained(options.vae).bfloat16(),
        text_encoder=models["text_encoder"],
        tokenizer=CLIPTokenizer.from_pretrained(options.tokenizers / "tokenizer"),
        text_encoder_2=models["text_encoder_2"],
        tokenizer_2=T5TokenizerFast.from_pretrained(options.tokenizers / "tokenizer_2"),
        transformer=models["transformer"],
    )
    shutil.rmtree(options.out, ignore_errors=True)
    pipeline.save_pretrained(options.out)


def rename_clip(path: Path):
    """Gives CLIP's tensors FLUX.1-dev's prefix `text_model.`, which newer transformers versions leave out."""
    tensors = load_file(path)
    save_file({"text_model." + name.removeprefix("text_model."): t for name, t in tensors.items()}, path, {"format": "pt"})


def copy_tokenizers(options: argparse.Namespace):
    """The files that FLUX.1-dev has, in place of what saving a pipeline writes."""
    for name in ("tokenizer", "tokenizer_2"):
        shutil.rmtree(options.out / name)
        shutil.copytree(options.tokenizers / name, options.out / name)
    index = json.loads((options.out / "model_index.json").read_text())
    index["tokenizer_2"] = ["transformers", "T5TokenizerFast"]
    write_json(options.out / "model_index.json", index)


def report(folder: Path):
    """Prints every file's size; the whole must stay small enough to ship inside a package."""
    files = sorted(f for f in folder.rglob("*") if f.is_file())
    for file in files:
        print(f"{file.stat().st_size:9d} {file.relative_to(folder)}")
    total = sum(f.stat().st_size for f in files)
    print(f"{total:9d} bytes in all")
    if total > LARGEST:
        raise SystemExit(f"the folder is larger than {LARGEST} bytes")
