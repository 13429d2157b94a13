#!/usr/bin/env python3
"""Times denoising steps on an NVIDIA card: Sluice against diffusers on the same weights, resident and with every way of offloading.

diffusers runs its transformer alone, in bf16 and with PyTorch's own attention, on inputs of a picture's shapes; Sluice draws a whole
picture and reports its steps. For each of diffusers' ways of offloading, Sluice gets as its budget what that way held of the card, and decodes in
tiles where the decoder, which diffusers does not run here, would need more.

    .build/release/sluice bench checkpoint --like flux.1-dev --out /tmp/flux --without t5
    python3 Benchmarks/cuda_versus_diffusers.py --sluice .build/release/sluice --model /tmp/flux --out versus.json
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from diffusers import FluxTransformer2DModel

# What PyTorch's process holds of the card besides its own allocator's memory; Sluice's budget covers its whole process.
CONTEXT = 600_000_000


def inputs(side: int) -> dict:
    tokens = (side // 16) ** 2

    def random(*shape):
        return torch.randn(*shape, device="cuda", dtype=torch.bfloat16)

    ids = torch.zeros(side // 16, side // 16, 3)
    ids[..., 1] += torch.arange(side // 16)[:, None]
    ids[..., 2] += torch.arange(side // 16)[None]
    return {
        "hidden_states": random(1, tokens, 64), "encoder_hidden_states": random(1, 512, 4096), "pooled_projections": random(1, 768),
        "timestep": torch.tensor([0.7], device="cuda", dtype=torch.bfloat16), "guidance": torch.tensor([3.5], device="cuda"),
        "img_ids": ids.reshape(-1, 3).to("cuda", torch.bfloat16), "txt_ids": torch.zeros(512, 3, device="cuda", dtype=torch.bfloat16),
        "return_dict": False,
    }


def steps(model, side: int, count: int) -> dict:
    arguments = inputs(side)
    seconds = []
    torch.cuda.reset_peak_memory_stats()
    with torch.inference_mode():
        for _ in range(count):
            torch.cuda.synchronize()
            start = time.perf_counter()
            model(**arguments)
            torch.cuda.synchronize()
            seconds.append(time.perf_counter() - start)
    return {"stepSeconds": statistics.median(seconds[1:]), "firstSeconds": seconds[0], "heldBytes": torch.cuda.max_memory_reserved()}


def loaded(folder: str):
    return FluxTransformer2DModel.from_pretrained(f"{folder}/transformer", torch_dtype=torch.bfloat16)


def resident(folder):
    return loaded(folder).to("cuda")


def sequential(folder):
    from accelerate import cpu_offload
    return cpu_offload(loaded(folder), execution_device=torch.device("cuda"), offload_buffers=True)


def group(kind: str):
    def made(folder):
        model = loaded(folder)
        arguments = {"num_blocks_per_group": 1} if kind == "block_level" else {}
        model.enable_group_offload(
            onload_device=torch.device("cuda"), offload_device=torch.device("cpu"), offload_type=kind, use_stream=True, **arguments)
        return model
    return made


WAYS = {"resident": resident, "group offload, blocks, stream": group("block_level"), "group offload, leaves, stream": group("leaf_level"),
        "sequential offload": sequential}


def measured(way: str, folder: str, sides: list[int]) -> dict:
    model = WAYS[way](folder)
    peers = {}
    for side in sides:
        try:
            peers[side] = steps(model, side, 9 if way == "resident" else 4)
        except Exception as error:  # What a peer cannot do is a result.
            peers[side] = {"error": str(error)[:300]}
    return peers


def sluice(binary: str, folder: str, side: int, count: int, budget: int | None) -> dict:
    with tempfile.TemporaryDirectory() as out:
        report = pathlib.Path(out) / "r.json"
        command = [binary, "generate", "a lighthouse", "--model", folder, "--device", "cuda", "--width", str(side), "--height", str(side),
                   "--steps", str(count), "--max-sequence-length", "512", "--seed", "1", "--allow-tiling", "--quiet", "--out", f"{out}/p.png", "--report", str(report)]
        done = subprocess.run(command + (["--memory", str(budget)] if budget else []), capture_output=True, text=True)
        if done.returncode:
            return {"error": done.stderr.strip()[-300:]}
        found = json.loads(report.read_text())
    return {"stepSeconds": statistics.median(found["time"]["stepSeconds"][1:]), "heldBytes": found["memory"]["peakBytes"],
            "streamedBytesPerStep": found["plan"]["streamedBytesPerStep"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", default="versus.json")
    parser.add_argument("--sides", type=int, nargs="+", default=[1024, 512])
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--least", type=int, default=0, help="smallest budget to give Sluice, bytes, where a peer held less")
    parser.add_argument("--peer", choices=list(WAYS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return print(json.dumps(measured(options.peer, options.model, options.sides)))
    rows = []
    print(f"PyTorch {torch.__version__}")
    for way in options.ways:
        # A process of its own, so that nothing of it is left on the card when Sluice draws.
        done = subprocess.run(
            [sys.executable, __file__, "--sluice", "", "--model", options.model, "--peer", way, "--sides", *map(str, options.sides)],
            capture_output=True, text=True)
        if done.returncode:
            print(f"{way}: {done.stderr.strip()[-300:]}")
            continue
        peers = {int(side): peer for side, peer in json.loads(done.stdout.splitlines()[-1]).items()}
        for side, peer in peers.items():
            budget = None if way == "resident" or "error" in peer else max(peer["heldBytes"] + CONTEXT, options.least)
            ours = sluice(options.sluice, options.model, side, 9 if way == "resident" else 4, budget)
            rows.append({"way": way, "side": side, "diffusers": peer, "sluice": ours, "budgetBytes": budget})
            if "error" in peer or "error" in ours:
                print(f"{side} {way}: {peer.get('error')} {ours.get('error')}", flush=True)
                continue
            print(f"{side} {way:30} diffusers {peer['stepSeconds']:.4f} s in {peer['heldBytes'] / 1e9:.2f} GB, "
                  f"sluice {ours['stepSeconds']:.4f} s in {ours['heldBytes'] / 1e9:.2f} GB: "
                  f"{peer['stepSeconds'] / ours['stepSeconds']:.2f} ×", flush=True)
    pathlib.Path(options.out).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
