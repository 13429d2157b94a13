"""Runs the stock FluxPipeline and records the tensors of every stage."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from diffusers import FluxPipeline

from .configurations import Request


def load(folder: Path, dtype: torch.dtype, variant: str | None) -> FluxPipeline:
    """The folder's pipeline with every component in `dtype`, whatever its files store."""
    pipeline = FluxPipeline.from_pretrained(folder, dtype=dtype, variant=variant)
    pipeline.set_progress_bar_config(disable=True)
    for name in ("transformer", "text_encoder", "text_encoder_2", "vae"):
        found = {parameter.dtype for parameter in getattr(pipeline, name).parameters()}
        if found != {dtype}:
            raise RuntimeError(f"{folder}/{name} was loaded as {found}, not {dtype}")
    return pipeline


class Recorder:
    """Collects, by key, what passes through chosen modules, in call order."""

    def __init__(self, pipeline: FluxPipeline):
        self.seen: dict[str, list[torch.Tensor]] = defaultdict(list)
        self.handles = []
        self.watch_text(pipeline)
        self.watch_transformer(pipeline.transformer)
        self.watch_vae(pipeline.vae.decoder)

    def on(self, module, action) -> None:
        """`action` gets (positional inputs, keyword inputs, output)."""
        hook = lambda _, inputs, keywords, output: action(inputs, keywords, output)  # noqa: E731
        self.handles.append(module.register_forward_hook(hook, with_kwargs=True))

    def keep(self, key: str, tensor: torch.Tensor) -> None:
        self.seen[key].append(tensor.detach().clone())

    def keep_output(self, module, key: str) -> None:
        self.on(module, lambda inputs, keywords, output: self.keep(key, output))

    def close(self) -> None:
        for handle in self.handles:
            handle.remove()

    def watch_text(self, pipeline: FluxPipeline) -> None:
        def clip(inputs, keywords, output):
            self.keep("clip.ids", inputs[0])
            self.keep("clip.hidden", output.last_hidden_state)
            self.keep("clip.pooled", output.pooler_output)

        def t5(inputs, keywords, output):
            self.keep("t5.ids", inputs[0])
            self.keep("t5.hidden", output[0])

        def block(inputs, keywords, output):
            self.keep("t5.block0", output[0] if isinstance(output, tuple) else output)

        self.on(pipeline.text_encoder, clip)
        self.on(pipeline.text_encoder_2, t5)
        self.on(pipeline.text_encoder_2.encoder.block[0], block)

    def watch_transformer(self, transformer) -> None:
        calls = {"count": 0}

        def sinusoid(inputs, keywords, output):
            # Called once per step for the time and, with guidance embedding, once more for the guidance.
            calls["count"] += 1
            second = transformer.config.guidance_embeds and calls["count"] % 2 == 0
            self.keep("guidance.value" if second else "time.value", inputs[0])
            self.keep("guidance.sinusoid" if second else "time.sinusoid", output)

        def rope(inputs, keywords, output):
            self.keep("ids", inputs[0])
            self.keep("rope.cos", output[0])
            self.keep("rope.sin", output[1])

        def double(inputs, keywords, output):
            self.keep("double0.hidden.in", keywords["hidden_states"])
            self.keep("double0.encoder.in", keywords["encoder_hidden_states"])
            self.keep("double0.encoder.out", output[0])
            self.keep("double0.hidden.out", output[1])

        def single(inputs, keywords, output):
            text_first = [keywords["encoder_hidden_states"], keywords["hidden_states"]]
            self.keep("single0.in", torch.cat(text_first, dim=1))
            self.keep("single0.out", torch.cat(output, dim=1))

        def whole(inputs, keywords, output):
            self.keep("packed", keywords["hidden_states"])
            self.keep("velocity", output[0])

        self.on(transformer.time_text_embed.time_proj, sinusoid)
        self.keep_output(transformer.time_text_embed, "temb")
        self.on(transformer.pos_embed, rope)
        self.on(transformer.transformer_blocks[0], double)
        self.on(transformer.single_transformer_blocks[0], single)
        self.on(transformer, whole)
        self.keep_output(transformer.transformer_blocks[0].norm1.linear, "mod.double0.image")
        self.keep_output(transformer.transformer_blocks[0].norm1_context.linear, "mod.double0.text")
        self.keep_output(transformer.single_transformer_blocks[0].norm.linear, "mod.single0")
        self.keep_output(transformer.norm_out.linear, "mod.final")

    def watch_vae(self, decoder) -> None:
        self.on(decoder, lambda inputs, keywords, output: self.keep("vae.latents", inputs[0]))
        self.keep_output(decoder.mid_block, "vae.mid")
        self.keep_output(decoder, "vae.image")


def generate(pipeline: FluxPipeline, request: Request, noise: torch.Tensor | None = None):
    """(recorded tensors, latents after every step [1,16,h,w], pixels u8 [height,width,3]).

    `noise` is packed [1,L,64]; without it the pipeline draws from a CPU generator.
    """
    recorder, steps = Recorder(pipeline), []

    def after_step(pipeline, step, time, tensors):
        steps.append(pipeline._unpack_latents(tensors["latents"], request.height, request.width, 8).clone())
        return {}

    image = pipeline(
        prompt=request.prompt,
        width=request.width,
        height=request.height,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        max_sequence_length=request.max_sequence_length,
        generator=torch.Generator("cpu").manual_seed(request.seed),
        latents=noise,
        callback_on_step_end=after_step,
    ).images[0]
    recorder.close()
    return recorder.seen, steps, torch.from_numpy(np.array(image))


# Recorded at every step and stacked to [steps, …]; everything else is the first call's, without the batch axis.
PER_STEP = ("time.value", "time.sinusoid", "temb", "mod.double0.image", "mod.double0.text", "mod.single0", "mod.final")


def tensors(pipeline: FluxPipeline, request: Request) -> dict[str, torch.Tensor]:
    """Every golden tensor of an f32 run."""
    seen, steps, pixels = generate(pipeline, request)
    shape = (1, 16, request.height // 8, request.width // 8)
    result = {"pixels": pixels, "latents.final": steps[-1].clone()}
    result |= {f"latents.step{index}": value for index, value in enumerate(steps)}
    for key, values in seen.items():
        if key in PER_STEP:
            result[key] = torch.cat(values)
        elif key in ("ids", "rope.cos", "rope.sin"):
            result[key] = values[0]
        elif key not in ("packed", "velocity"):
            result[key] = values[0][0]
    for key in ("rope.cos", "rope.sin"):  # each value stands twice, once per channel of its pair
        if not torch.equal(result[key][:, 0::2], result[key][:, 1::2]):
            raise RuntimeError(f"{key} is not repeated pairwise")
        result[key] = result[key][:, 0::2]
    result["velocity.step0"] = seen["velocity"][0][0]
    result["noise.packed"] = seen["packed"][0][0]
    result["noise"] = pipeline._unpack_latents(seen["packed"][0], request.height, request.width, 8)
    generator = torch.Generator("cpu").manual_seed(request.seed)
    result["noise.bf16"] = torch.randn(shape, generator=generator, dtype=torch.bfloat16)
    result["timesteps"] = pipeline.scheduler.timesteps
    result["sigmas"] = pipeline.scheduler.sigmas
    for key in ("clip.ids", "t5.ids", "ids"):
        result[key] = result[key].to(torch.int32)
    return {key: value.contiguous() for key, value in result.items()}


def bf16_tensors(pipeline: FluxPipeline, request: Request) -> dict[str, torch.Tensor]:
    """What diffusers makes of the request when everything runs in bf16; stored widened to f32."""
    seen, steps, pixels = generate(pipeline, request)
    result = {
        "bf16.pixels": pixels,
        "bf16.latents.final": steps[-1].float(),
        "bf16.clip.pooled": seen["clip.pooled"][0][0].float(),
        "bf16.t5.hidden": seen["t5.hidden"][0][0].float(),
        "bf16.velocity.step0": seen["velocity"][0][0].float(),
        "bf16.time.value": torch.cat(seen["time.value"]).float(),
    }
    if "guidance.value" in seen:
        result["bf16.guidance.value"] = seen["guidance.value"][0].float()
    return {key: value.contiguous() for key, value in result.items()}
