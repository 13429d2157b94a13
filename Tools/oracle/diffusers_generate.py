"""Draws the picture that `sluice generate` draws, with the stock FluxPipeline on the CPU.

    python Tools/oracle/diffusers_generate.py MODEL "PROMPT" --width 128 --height 128 --out picture.png

Prints the seconds for importing, loading and generating, and the peak resident memory. Latent files hold one f32 tensor
`latents` [1, 16, height/8, width/8]: unpacked, before the VAE's scaling.
"""

import argparse
import resource
import time
from pathlib import Path

started = time.perf_counter()

import torch  # noqa: E402
from diffusers import FluxPipeline  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

imported = time.perf_counter()


def main() -> None:
    options = arguments()
    pipeline = FluxPipeline.from_pretrained(
        options.model,
        dtype=torch.bfloat16 if options.dtype == "bf16" else torch.float32,
        variant=variant(options.model),
    )
    pipeline.set_progress_bar_config(disable=True)
    loaded = time.perf_counter()

    last = {}

    def after_step(pipeline, step, time, tensors):
        last["packed"] = tensors["latents"]
        return {}

    image = pipeline(
        prompt=options.prompt,
        width=options.width,
        height=options.height,
        num_inference_steps=options.steps,
        guidance_scale=options.guidance,
        max_sequence_length=options.max_sequence_length,
        generator=torch.Generator("cpu").manual_seed(options.seed),
        latents=initial_latents(pipeline, options.initial_latents),
        callback_on_step_end=after_step,
    ).images[0]
    generated = time.perf_counter()

    if options.out:
        image.save(options.out)
    if options.latents:
        unpacked = pipeline._unpack_latents(last["packed"], options.height, options.width, pipeline.vae_scale_factor)
        save_file({"latents": unpacked.float().contiguous()}, options.latents)
    print(f"import {imported - started:.3f} s")
    print(f"load {loaded - imported:.3f} s")
    print(f"generate {generated - loaded:.3f} s")
    print(f"peak resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("prompt")
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--height", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3.5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max-sequence-length", type=int, default=512)
    parser.add_argument("--dtype", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--initial-latents", type=Path, help="noise to start from instead of the seed's")
    parser.add_argument("--out", type=Path, help="PNG file")
    parser.add_argument("--latents", type=Path, help="safetensors file for the final latents")
    return parser.parse_args()


def variant(model: Path) -> str | None:
    """The variant that the transformer's file names carry (`….bf16.safetensors`), if any."""
    for name in ("bf16", "fp16"):
        if any((model / "transformer").glob(f"*.{name}[.-]*")):
            return name
    return None


def initial_latents(pipeline: FluxPipeline, path: Path | None) -> torch.Tensor | None:
    if path is None:
        return None
    latents = load_file(path)["latents"]
    return pipeline._pack_latents(latents, *latents.shape)


if __name__ == "__main__":
    main()
