#!/usr/bin/env python3
"""Times Sluice on the processor against diffusers on the same weights: denoising steps, the decoder, and T5-XXL's encoder blocks.

Runs alternate, so that what else the machine does falls on both: one run of Sluice (a whole picture, whose report has its steps' and
its decoder's seconds, or `sluice bench blocks` for T5), one of diffusers' modules on inputs of the same shapes in a process of its own
that keeps its weights. First steps, which also load weights and compile, are left out on both sides. Needs torch, diffusers and
transformers of Tools/golden/requirements.txt: python3 -m venv .venv && .venv/bin/pip install -r Tools/golden/requirements.txt

    .build/release/sluice bench checkpoint --like flux.1-dev --out /tmp/flux --without t5 --double-blocks 2 --single-blocks 4
    .venv/bin/python Benchmarks/versus_diffusers.py --sluice .build/release/sluice --model /tmp/flux --out versus.json
"""
import argparse
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TEXT_TOKENS = 512


class Peer:
    """diffusers' and transformers' modules, timed on request."""

    def __init__(self, folder: str, dtype: str):
        import torch

        self.torch, self.folder, self.dtype = torch, folder, getattr(torch, {"bf16": "bfloat16", "f32": "float32"}[dtype])
        self.modules = {}

    def random(self, *shape):
        return self.torch.randn(*shape).to(self.dtype)

    def module(self, name: str, make):
        if name not in self.modules:
            self.modules[name] = make().to(self.dtype).eval()
        return self.modules[name]

    def timed(self, call, count: int) -> list[float]:
        seconds = []
        with self.torch.inference_mode():
            for _ in range(count):
                start = time.perf_counter()
                call()
                seconds.append(time.perf_counter() - start)
        return seconds[1:]

    def step(self, side: int, count: int) -> list[float]:
        from diffusers import FluxTransformer2DModel

        model = self.module("transformer", lambda: FluxTransformer2DModel.from_pretrained(f"{self.folder}/transformer", torch_dtype=self.dtype))
        torch, rows = self.torch, side // 16
        ids = torch.zeros(rows, rows, 3)
        ids[..., 1] += torch.arange(rows)[:, None]
        ids[..., 2] += torch.arange(rows)[None]
        inputs = {
            "hidden_states": self.random(1, rows * rows, 64), "encoder_hidden_states": self.random(1, TEXT_TOKENS, 4096),
            "pooled_projections": self.random(1, 768), "timestep": torch.tensor([0.7]).to(self.dtype), "guidance": torch.tensor([3.5]),
            "img_ids": ids.reshape(-1, 3), "txt_ids": torch.zeros(TEXT_TOKENS, 3), "return_dict": False,
        }
        return self.timed(lambda: model(**inputs), count)

    def decode(self, side: int, count: int) -> list[float]:
        from diffusers import AutoencoderKL

        def make():
            # The folder holds the decoder alone; the encoder's weights stay random and unused.
            from safetensors.torch import load_file

            model = AutoencoderKL.from_config(AutoencoderKL.load_config(f"{self.folder}/vae"))
            model.load_state_dict(load_file(f"{self.folder}/vae/diffusion_pytorch_model.safetensors"), strict=False)
            return model

        model, latents = self.module("vae", make), self.random(1, 16, side // 8, side // 8)
        return self.timed(lambda: model.decode(latents, return_dict=False), count)

    def t5(self, _side: int, count: int) -> list[float]:
        from transformers import T5Config, T5EncoderModel

        sizes = dict(d_model=4096, d_kv=64, num_heads=64, d_ff=10240, feed_forward_proj="gated-gelu", vocab_size=128)
        encoder = self.module("t5", lambda: T5EncoderModel(T5Config(num_layers=4, **sizes))).encoder
        x = self.random(1, TEXT_TOKENS, 4096)
        return [s / 4 for s in self.timed(lambda: encoder(inputs_embeds=x), count)]


def serve_peer(folder: str, dtype: str) -> None:
    peer = Peer(folder, dtype)
    for line in sys.stdin:
        what, side, count = line.split()
        print(json.dumps(getattr(peer, what)(int(side), int(count))), flush=True)


class Sluice:
    def __init__(self, binary: str, folder: str, dtype: str):
        self.binary, self.folder, self.dtype = binary, folder, dtype

    def output(self, *arguments: str) -> str:
        done = subprocess.run([self.binary, *arguments, "--device", "cpu", "--dtype", self.dtype], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return done.stdout

    def picture(self, side: int, steps: int) -> dict:
        with tempfile.TemporaryDirectory() as out:
            self.output(
                "generate", "a lighthouse", "--model", self.folder, "--width", str(side), "--height", str(side), "--steps", str(steps),
                "--max-sequence-length", str(TEXT_TOKENS), "--seed", "1", "--offload", "none", "--quiet", "--out", f"{out}/p.png",
                "--report", f"{out}/r.json")
            times = json.loads(pathlib.Path(f"{out}/r.json").read_text())["time"]
        decoding = next(phase for phase in times["phases"] if phase["name"] == "decode")
        return {"step": times["stepSeconds"][1:], "decode": [decoding["computeSeconds"]]}

    def t5(self, side: int, _steps: int) -> dict:
        rows = json.loads(self.output("bench", "blocks", "--side", str(side), "--only", "T5", "--json"))["operations"]
        return {"t5": [row["seconds"] for row in rows if "T5" in row["name"]]}


def compare(what: str, side: int, pairs: list[tuple[list[float], list[float]]]) -> dict:
    ours, theirs = ([statistics.median(run) for run in side] for side in zip(*pairs))
    ratios = sorted(o / t for o, t in zip(ours, theirs))

    def spread(values):
        return {"least": min(values), "median": statistics.median(values), "most": max(values)}

    row = {"what": what, "side": side, "sluice": spread(ours), "diffusers": spread(theirs), "ratio": spread(ratios), "pairs": pairs}
    print(f"{what:7}{side:6}   sluice {text(row['sluice'])} s   diffusers {text(row['diffusers'])} s   ratio {text(row['ratio'])}", flush=True)
    return row


def text(spread: dict) -> str:
    return " · ".join(f"{value:.3f}" for value in spread.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dtype", choices=["bf16", "f32"], default="bf16")
    parser.add_argument("--what", nargs="+", choices=["step", "decode", "t5"], default=["step", "decode", "t5"])
    parser.add_argument("--sides", type=int, nargs="+", default=[512, 1024])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3, help="of a run; the first is left out")
    parser.add_argument("--out", help="also write the rows to this JSON file")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return serve_peer(options.model, options.dtype)
    peer_errors = tempfile.TemporaryFile("w+")
    peer = subprocess.Popen(
        [sys.executable, __file__, "--sluice", "", "--model", options.model, "--dtype", options.dtype, "--peer"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=peer_errors, text=True)
    sluice = Sluice(options.sluice, options.model, options.dtype)

    def ask(what: str, side: int, count: int) -> list[float]:
        with contextlib.suppress(BrokenPipeError):
            print(what, side, count, file=peer.stdin, flush=True)
        if not (answer := peer.stdout.readline()):
            peer_errors.seek(0)
            sys.exit("diffusers ended: " + (peer_errors.read().strip().splitlines() or ["without a word"])[-1])
        return json.loads(answer)

    rows = []
    print("least · median · most")
    for wanted, sides, run in [({"step", "decode"}, options.sides, sluice.picture), ({"t5"}, [512], sluice.t5)]:
        kinds = [what for what in options.what if what in wanted]
        for side in sides if kinds else []:
            runs = []
            for _ in range(options.pairs):
                ours = run(side, options.steps)
                runs.append({what: (ours[what], ask(what, side, options.steps if what == "step" else 2)) for what in kinds})
                print(f"  {side} {runs[-1]}", file=sys.stderr, flush=True)
            rows += [compare(what, side, [run[what] for run in runs]) for what in kinds]
    if options.out:
        pathlib.Path(options.out).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
