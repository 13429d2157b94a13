#!/usr/bin/env python3
"""Runs the CUDA kernels at the sizes of FLUX.1 on the device that is here: error against PyTorch in f64 or f32, time, rate.

Needs PyTorch with CUDA and NVRTC, which comes with it. Rates: TFLOP/s of attention, convolutions and products, GB/s of the rest, each
operand counted once as the kernels' headers state it. PyTorch's own kernel for the same operation is timed beside ours where it has one.
"""

import argparse
import ctypes
import glob
import json
import os
import struct
import sys

import torch
import torch.nn.functional as F

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Sources", "CCUDA")
TYPES = {torch.float32: "F32", torch.bfloat16: "BF16"}
driver = ctypes.CDLL("libcuda.so.1")


def open_compiler():
    folders = [os.path.join(path, "nvidia", "*", "lib") for path in sys.path]
    for folder in folders + ["/usr/local/cuda/lib64"]:
        for path in sorted(glob.glob(os.path.join(folder, "libnvrtc.so.*")), reverse=True):
            return ctypes.CDLL(path)
    return ctypes.CDLL("libnvrtc.so")


def check(code, call):
    if code:
        raise SystemExit(f"{call} failed with code {code}")


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Kernels:
    """Every kernel of the sources, compiled for the device."""

    def __init__(self, compiler):
        headers = {os.path.basename(path): read(path) for path in glob.glob(f"{ROOT}/kernels/*.cuh")}
        headers["CUDAKernelArguments.h"] = read(f"{ROOT}/include/CUDAKernelArguments.h")
        self.modules = []
        self.functions = {}
        major, minor = torch.cuda.get_device_capability()
        for path in sorted(glob.glob(f"{ROOT}/kernels/*.cu")):
            code = self.compile(compiler, path, headers, "sm_90a" if major == 9 else f"sm_{major}{minor}")
            module = ctypes.c_void_p()
            check(driver.cuModuleLoadData(ctypes.byref(module), code), "cuModuleLoadData")
            self.modules.append(module)

    @staticmethod
    def compile(compiler, path, headers, architecture):
        names = (ctypes.c_char_p * len(headers))(*[name.encode() for name in headers])
        texts = (ctypes.c_char_p * len(headers))(*headers.values())
        options = (ctypes.c_char_p * 2)(f"--gpu-architecture={architecture}".encode(), b"--std=c++17")
        program, size = ctypes.c_void_p(), ctypes.c_size_t()
        compiler.nvrtcCreateProgram(
            ctypes.byref(program), read(path), os.path.basename(path).encode(), len(headers), texts, names)
        if compiler.nvrtcCompileProgram(program, 2, options):
            compiler.nvrtcGetProgramLogSize(program, ctypes.byref(size))
            log = ctypes.create_string_buffer(size.value)
            compiler.nvrtcGetProgramLog(program, log)
            raise SystemExit(log.value.decode())
        compiler.nvrtcGetCUBINSize(program, ctypes.byref(size))
        code = ctypes.create_string_buffer(size.value)
        compiler.nvrtcGetCUBIN(program, code)
        return code

    def function(self, name):
        if name not in self.functions:
            function = ctypes.c_void_p()
            for module in self.modules:
                if driver.cuModuleGetFunction(ctypes.byref(function), module, name.encode()) == 0:
                    break
            else:
                raise SystemExit(f"no kernel {name}")
            most = 227 if name.endswith("Hopper") else 99
            check(driver.cuFuncSetAttribute(function, 8, most << 10), "cuFuncSetAttribute")
            self.functions[name] = function
        return self.functions[name]

    def launcher(self, name, grid, block, shared, arguments):
        """A call that puts the kernel into the current queue; `arguments` is its one structure, packed."""
        function = self.function(name)
        buffer = ctypes.create_string_buffer(arguments, len(arguments))
        parameters = (ctypes.c_void_p * 1)(ctypes.addressof(buffer))
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)

        def launch():
            _ = buffer
            check(driver.cuLaunchKernel(function, *grid, *block, shared, stream, parameters, None), name)

        return launch


def groups(count, size):
    return (count + size - 1) // size


def matrix(tensor):
    return struct.pack("<Qq", tensor.data_ptr(), tensor.stride(-2) if tensor.dim() > 1 else tensor.numel())


def address(tensor):
    return struct.pack("<Q", 0 if tensor is None else tensor.data_ptr())


def tile_map(tensor, rows):
    """How the device's copy engine sees a matrix in bf16, as cudaMapTiles of CUDADriver.h makes it."""
    memory = ctypes.create_string_buffer(192)
    place = (ctypes.addressof(memory) + 63) // 64 * 64
    sizes = (ctypes.c_uint64 * 2)(tensor.shape[1], tensor.shape[0])
    strides = (ctypes.c_uint64 * 1)(tensor.stride(0) * tensor.element_size())
    tile, steps = (ctypes.c_uint32 * 2)(64, rows), (ctypes.c_uint32 * 2)(1, 1)
    check(driver.cuTensorMapEncodeTiled(
        ctypes.c_void_p(place), 9, 2, ctypes.c_void_p(tensor.data_ptr()), sizes, strides, tile, steps, 0, 3, 3, 0), "cuTensorMapEncodeTiled")
    return ctypes.string_at(place, 128)


def seconds(call, repeats=20):
    for _ in range(3):
        call()
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    for _ in range(repeats):
        call()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / 1000 / repeats


class Report:
    def __init__(self, only):
        self.rows = []
        self.only = only

    def add(self, name, call, result, expected, operations=0, byte_count=0, reference=None, tolerance=None):
        if self.only not in name:
            return
        call()
        torch.cuda.synchronize()
        found, wanted = result().double(), expected().double()
        error = (found - wanted).abs().max().item()
        size = wanted.norm().item()
        relative = (found - wanted).norm().item() / (size or 1)
        time = seconds(call)
        row = {"kernel": name, "maximumError": error, "relativeError": relative, "microseconds": time * 1e6}
        if operations:
            row["teraflops"] = operations / time / 1e12
        else:
            row["gigabytesPerSecond"] = byte_count / time / 1e9
        if reference is not None:
            row["torchMicroseconds"] = seconds(reference) * 1e6
        row["ok"] = bool(relative < (tolerance or (4e-3 if result().dtype == torch.bfloat16 else 2e-6)))
        self.rows.append(row)
        rate = f"{row['teraflops']:8.1f} TFLOP/s" if operations else f"{row['gigabytesPerSecond']:8.0f} GB/s   "
        torch_time = f"torch {row['torchMicroseconds']:9.1f} µs" if reference is not None else ""
        print(
            f"{'ok   ' if row['ok'] else 'WRONG'} {name:46} {row['microseconds']:9.1f} µs {rate}  max {error:.2e}  "
            f"rel {relative:.2e}  {torch_time}", flush=True)


def random(*shape, dtype=torch.bfloat16, scale=1.0):
    return (torch.rand(*shape, device="cuda", dtype=torch.float32) * 2 - 1).mul(scale).to(dtype)


def attention(kernels, report, tokens, heads, size, dtype=torch.bfloat16, mask="", wide=False, hopper=False):
    q, k, v = (random(tokens, heads * size, dtype=dtype) for _ in range(3))
    output = torch.empty_like(q)
    bias = random(heads, 2 * tokens - 1, dtype=torch.float32, scale=3) if mask == "Biased" else None
    scale = size**-0.5
    arguments = b"".join(map(matrix, (q, k, v, output))) + address(bias) + struct.pack(
        "<iiiif4x", tokens, size, mask == "Causal", 1, scale)
    if dtype == torch.float32:
        name, shape = "attentionF32", ((groups(tokens, 64), heads, groups(size, 128)), (256, 1, 1), 51200)
    elif hopper:
        blocks = min(groups(tokens, 128) * heads, torch.cuda.get_device_properties(0).multi_processor_count)
        name, shape = "attention128Hopper", ((blocks, 1, 1), (384, 1, 1), 163920)
        arguments = b"".join(tile_map(x, 128) for x in (q, k, v)) + matrix(output) + struct.pack("<iif36x", tokens, heads, scale)
    elif wide or mask:
        name, shape = "attentionWide", ((groups(tokens, 128), heads, groups(size, 128)), (256, 1, 1), 49152)
    else:
        name, shape = f"attention{size}", ((groups(tokens, 128), heads, 1), (128, 1, 1), 768 * size)
    split = lambda x: x.view(1, tokens, heads, size).transpose(1, 2)
    full_mask = None
    if bias is not None:
        index = torch.arange(tokens, device="cuda")
        full_mask = bias[:, index[None, :] - index[:, None] + tokens - 1][None]

    def expected():
        some = slice(0, min(heads, 2))
        if mask == "Causal" or bias is not None or tokens <= 4608:
            cut = None if full_mask is None else full_mask[:, some]
            result = F.scaled_dot_product_attention(
                *(split(x)[:, some].float() for x in (q, k, v)), attn_mask=cut, is_causal=mask == "Causal", scale=scale)
        else:
            rows = [torch.softmax(split(q)[:, some, i:i + 1024].float() @ split(k)[:, some].float().transpose(-1, -2) * scale, -1)
                    @ split(v)[:, some].float() for i in range(0, tokens, 1024)]
            result = torch.cat(rows, 2)
        return result.transpose(1, 2).reshape(tokens, -1)

    reference = lambda: F.scaled_dot_product_attention(
        split(q), split(k), split(v), attn_mask=None if full_mask is None else full_mask.to(dtype), is_causal=mask == "Causal", scale=scale)
    report.add(
        f"{name} {tokens} tokens {heads}×{size} {mask}", kernels.launcher(name, *shape, arguments),
        lambda: output[:, : min(heads, 2) * size], expected, operations=4 * tokens**2 * heads * size // (2 if mask == "Causal" else 1),
        reference=reference, tolerance=6e-3 if dtype == torch.bfloat16 else 2e-6)


def convolution(kernels, report, height, width, inputs, outputs, size, dtype=torch.bfloat16, hopper=False):
    x, residual = random(height, width, inputs, dtype=dtype), random(height, width, outputs, dtype=dtype)
    weight = random(outputs, inputs, size, size, dtype=dtype, scale=(3 / (inputs * size * size)) ** 0.5)
    bias, output = random(outputs, dtype=dtype), torch.empty_like(residual)
    padded = groups(inputs, 32) * 32
    packed = torch.empty(outputs, size * size, padded, device="cuda", dtype=dtype)
    arguments = b"".join(map(address, (x, weight, packed, bias, residual, output))) + struct.pack(
        "<6i", height, width, inputs, padded, outputs, size)
    pixels = height * width
    pack = kernels.launcher("packWeights" + TYPES[dtype], (groups(packed.numel(), 256), 1, 1), (256, 1, 1), 0, arguments)
    if dtype == torch.float32:
        name, tile, shared = "convolutionF32", (64, 64), 8704
    elif outputs <= 16:
        name, tile, shared = "convolutionNarrowBF16", (128, 16), 36864
    elif hopper:
        name, tile, shared = "convolutionBF16Hopper", (256, 128), 196608
    else:
        name, tile, shared = "convolutionBF16", (128, 128), 65536
    run = kernels.launcher(name, (groups(pixels, tile[0]), groups(outputs, tile[1]), 1), (256, 1, 1), shared, arguments)

    def both():
        pack()
        run()

    image = x.permute(2, 0, 1)[None]
    channels_last = weight.contiguous(memory_format=torch.channels_last)
    expected = lambda: F.conv2d(image.float(), weight.float(), bias.float(), padding=size // 2)[0].permute(1, 2, 0) + residual.float()
    report.add(
        f"{name} {height}×{width}×{inputs}→{outputs} k{size}", both, lambda: output, expected,
        operations=2 * pixels * inputs * outputs * size**2,
        reference=lambda: F.conv2d(image, channels_last, bias, padding=size // 2))


def norms(kernels, report, rows, columns, dtype):
    x, weight, bias = random(rows, columns, dtype=dtype), random(columns, dtype=dtype), random(columns, dtype=dtype)
    output = torch.empty_like(x)
    threads = min(256, groups(groups(columns, 32), 32) * 32)
    wide = x.float()
    normal = lambda: F.layer_norm(wide, (columns,), eps=1e-6)
    cases = {
        "layerNorm": (bias, lambda: normal() * weight.float() + bias.float()),
        "modulatedLayerNorm": (bias, lambda: normal() * (1 + weight.float()) + bias.float()),
        "rmsNorm": (None, lambda: wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-6) * weight.float()),
    }
    for name, (added, expected) in cases.items():
        arguments = matrix(x) + matrix(output) + address(weight) + address(added) + struct.pack("<if", columns, 1e-6)
        report.add(
            f"{name}{TYPES[dtype]} {rows}×{columns}", kernels.launcher(
                name + TYPES[dtype], (rows, 1, 1), (threads, 1, 1), 128, arguments), lambda: output, expected,
            byte_count=2 * x.numel() * x.element_size(),
            reference=(lambda: F.layer_norm(x, (columns,), weight, bias)) if name == "layerNorm" else None)


def head_norm(kernels, report, tokens, heads, size, dtype):
    original, weight = random(tokens, heads * size, dtype=dtype), random(size, dtype=dtype)
    rotary = random(tokens, size, dtype=torch.float32)
    x = original.clone()
    arguments = matrix(x) + address(weight) + address(rotary) + struct.pack("<iiif", tokens, heads, size, 1e-6)
    run = kernels.launcher(
        "normalizeAndRotateHeads" + TYPES[dtype], (groups(tokens * heads, 8), 1, 1), (256, 1, 1), 0, arguments)

    def expected():
        y = original.view(tokens, heads, size // 2, 2).float()
        y = y * torch.rsqrt(y.square().mean((-1, -2), keepdim=True) + 1e-6) * weight.float().view(1, 1, -1, 2)
        turn = rotary.view(tokens, 1, size // 2, 2)
        even = y[..., 0] * turn[..., 0] - y[..., 1] * turn[..., 1]
        odd = y[..., 1] * turn[..., 0] + y[..., 0] * turn[..., 1]
        return torch.stack((even, odd), -1).reshape(tokens, -1)

    results = []

    def once():
        run()
        if not results:
            results.append(x.clone())

    report.add(
        f"normalizeAndRotateHeads{TYPES[dtype]} {tokens}×{heads}×{size}", once, lambda: results[0], expected,
        byte_count=2 * x.numel() * x.element_size() + rotary.numel() * 4)


def group_norm(kernels, report, height, width, channels, dtype, silu=1):
    x, weight, bias = random(height, width, channels, dtype=dtype), random(channels, dtype=dtype), random(channels, dtype=dtype)
    output, pixels, pack = torch.empty_like(x), height * width, 8
    tx = min(channels // pack, 64)
    ty = 256 // tx
    chunk = max(4 * ty, groups(pixels, 1024))
    chunks = groups(pixels, chunk)
    partial = torch.empty(chunks, channels, 2, device="cuda")
    statistics = torch.empty(32, 2, device="cuda")
    arguments = b"".join(map(address, (x, output, weight, bias, partial, statistics))) + struct.pack(
        "<6if4x", pixels, channels, 32, chunk, 1, silu, 1e-6)
    grid, block = (chunks, groups(channels // pack, tx), 1), (tx, ty, 1)
    steps = [
        kernels.launcher("groupNormPartial" + TYPES[dtype], grid, block, tx * ty * 2 * pack * 4, arguments),
        kernels.launcher("groupNormStatistics", (32, 1, 1), (256, 1, 1), 128, arguments),
        kernels.launcher("groupNormApply" + TYPES[dtype], grid, block, 0, arguments),
    ]
    image = x.permute(2, 0, 1)[None]
    report.add(
        f"groupNorm{TYPES[dtype]} {height}×{width}×{channels}", lambda: [step() for step in steps], lambda: output,
        lambda: F.silu(F.group_norm(image.float(), 32, weight.float(), bias.float(), 1e-6))[0].permute(1, 2, 0),
        byte_count=3 * x.numel() * x.element_size(), reference=lambda: F.silu(F.group_norm(image, 32, weight, bias, 1e-6)))


def elementwise(kernels, report, rows, columns, dtype):
    suffix = TYPES[dtype]
    blocks = groups(groups(rows * columns, 8), 256)
    x, original = random(rows, columns, dtype=dtype, scale=3), random(rows, columns, dtype=dtype)
    wide, gate, bias = random(rows, columns, dtype=torch.float32), random(columns, dtype=dtype), random(columns, dtype=dtype)
    size = x.numel()

    def case(name, source, output, expected, gate=None, bias=None, activation=0, delta=0.0, moved=3, reference=None):
        flat = gate is None and bias is None
        shape = (1, size) if flat else (rows, columns)
        arguments = matrix(source) + matrix(output) + address(gate) + address(bias) + struct.pack("<qqif", *shape, activation, delta)
        run = kernels.launcher(name, (blocks, 1, 1), (256, 1, 1), 0, arguments)
        results = []

        def once():
            run()
            if not results:
                results.append(output.clone())

        report.add(f"{name} {rows}×{columns}", once, lambda: results[0], expected, byte_count=moved, reference=reference)

    width = x.element_size()
    gelu = lambda t: F.gelu(t, approximate="tanh")
    case("add" + suffix, x, original.clone(), lambda: original.float() + gate.float() * x.float(), gate=gate, moved=3 * size * width)
    case("multiply" + suffix, x, original.clone(), lambda: original.float() * x.float(), moved=3 * size * width)
    case("activate" + suffix, x, torch.empty_like(x), lambda: gelu(x.float()), activation=1, moved=2 * size * width,
         reference=lambda: gelu(x))
    case("eulerStep" + suffix, x, wide.clone(), lambda: wide - 0.0625 * x.float(), delta=-0.0625, moved=size * (8 + width))
    case("finishProduct" + suffix, wide, torch.empty_like(x), lambda: F.silu(wide + bias.float()), bias=bias, activation=3,
         moved=size * (4 + width))
    case("finishGatedProduct" + suffix, wide, original.clone(),
         lambda: original.float() + gate.float() * (wide + bias.float()), gate=gate, bias=bias, moved=size * (4 + 2 * width))
    case("convertF32ToBF16", wide, torch.empty(rows, columns, device="cuda", dtype=torch.bfloat16), lambda: wide.bfloat16(),
         moved=size * 6)
    flag = torch.zeros(1, device="cuda", dtype=torch.int32)
    case("isFinite" + suffix, x, flag, lambda: torch.zeros(1, device="cuda"), moved=size * width)


def copies(kernels, report, dtype=torch.bfloat16):
    rows, columns = 16384, 3072
    source, target = random(rows, 5 * columns)[:, :columns], torch.empty(rows, columns, device="cuda", dtype=dtype)
    pitch = struct.pack("<Qq", source.data_ptr(), 10 * columns) + struct.pack("<Qq", target.data_ptr(), 2 * columns)
    arguments = pitch + struct.pack("<qqi4x", rows, 2 * columns, 16)
    report.add(
        f"copyRows {rows}×{2 * columns} bytes", kernels.launcher("copyRows", (groups(target.numel() // 8, 256), 1, 1), (256, 1, 1), 0, arguments),
        lambda: target, lambda: source, byte_count=4 * target.numel())
    x = random(512, 512, 256)
    output = torch.empty(1024, 1024, 256, device="cuda", dtype=dtype)
    arguments = address(x) + address(output) + struct.pack("<qqqi4x", 512, 512, 512, 16)
    report.add(
        "upsampleNearest 512×512×256", kernels.launcher("upsampleNearest", (groups(x.numel() // 8, 256), 1, 1), (256, 1, 1), 0, arguments),
        lambda: output, lambda: x.repeat_interleave(2, 0).repeat_interleave(2, 1), byte_count=10 * x.numel())


def products(report):
    """What the library does: the roof that attention and convolutions are measured against, and how exact its GELU is."""
    for m, n, k in [(4608, 12288, 3072), (4608, 3072, 15360), (8192, 8192, 8192)]:
        a, b = random(m, k), random(n, k)
        time = seconds(lambda: a @ b.T)
        row = {"kernel": f"torch product {m}×{n}×{k}", "microseconds": time * 1e6, "teraflops": 2 * m * n * k / time / 1e12}
        report.rows.append(row)
        print(f"      {row['kernel']:46} {row['microseconds']:9.1f} µs {row['teraflops']:8.1f} TFLOP/s", flush=True)
    x, w, bias = random(512, 256), random(512, 256, scale=0.6), random(512)
    found = torch.ops.aten._addmm_activation(bias, x, w.T, use_gelu=True).double()
    wanted = F.gelu(x.double() @ w.double().T + bias.double(), approximate="tanh")
    excess = ((found - wanted).abs() - (2e-6 + 2.0**-7 * wanted.abs())).max().item()
    print(f"      the library's GELU of a product: {'within' if excess <= 0 else 'beyond'} one unit in the last place ({excess:.1e})")
    report.rows.append({"kernel": "library GELU epilogue", "excessOverOneUnit": excess})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", help="file for the rows")
    parser.add_argument("--only", default="", help="part of the names of the kernels to run")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.cuda.init()
    torch.zeros(1, device="cuda")
    kernels, report = Kernels(open_compiler()), Report(options.only)
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}")
    has_warpgroups = torch.cuda.get_device_capability()[0] == 9
    products(report)
    for tokens in (1000, 1536, 4608, 16896):
        attention(kernels, report, tokens, 24, 128)
        if has_warpgroups:
            attention(kernels, report, tokens, 24, 128, hopper=True)
    attention(kernels, report, 4608, 48, 64)
    attention(kernels, report, 4608, 96, 32)
    attention(kernels, report, 512, 64, 64, mask="Biased")
    attention(kernels, report, 77, 12, 64, mask="Causal")
    attention(kernels, report, 4096, 1, 512, wide=True)
    attention(kernels, report, 16384, 1, 512, wide=True)
    attention(kernels, report, 1536, 24, 128, dtype=torch.float32)
    for height, inputs, outputs in [(128, 512, 512), (256, 512, 512), (512, 512, 256), (512, 256, 256), (1024, 256, 128), (1024, 128, 128)]:
        convolution(kernels, report, height, height, inputs, outputs, 3)
        if has_warpgroups:
            convolution(kernels, report, height, height, inputs, outputs, 3, hopper=True)
    if has_warpgroups:
        convolution(kernels, report, 100, 75, 128, 200, 3, hopper=True)
        convolution(kernels, report, 512, 512, 512, 256, 1, hopper=True)
    convolution(kernels, report, 1024, 1024, 128, 3, 3)
    convolution(kernels, report, 128, 128, 16, 512, 3)
    convolution(kernels, report, 512, 512, 512, 256, 1)
    convolution(kernels, report, 256, 256, 256, 256, 3, torch.float32)
    for dtype in (torch.bfloat16, torch.float32):
        norms(kernels, report, 4608, 3072, dtype)
        head_norm(kernels, report, 4608, 24, 128, dtype)
        group_norm(kernels, report, 512, 512, 256, dtype)
        elementwise(kernels, report, 4608, 12288, dtype)
    norms(kernels, report, 512, 4096, torch.bfloat16)
    head_norm(kernels, report, 512, 64, 64, torch.bfloat16)
    group_norm(kernels, report, 1024, 1024, 128, torch.bfloat16)
    copies(kernels, report)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"device": torch.cuda.get_device_name(), "rows": report.rows}, file, indent=1)
    wrong = [row["kernel"] for row in report.rows if row.get("ok") is False]
    print(f"{len(wrong)} wrong: {', '.join(wrong)}" if wrong else "all agree with PyTorch")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
