"""Runs a training step as one CUDA graph, and times a run by the wall clock."""

import time
from collections.abc import Callable

import torch

WARM_UP_STEPS = 3


class TrainingStep:
    """A step without arguments that returns its loss. On a GPU it is captured once and then replayed: the model is so
    small that launching its kernels one by one would take longer than running them. Elsewhere it is simply called.
    Preparing it takes steps, too: do so while the learning rate is still zero."""

    memory = None  # shared by all graphs: only one runs at a time

    def __init__(self, step: Callable[[], torch.Tensor], device: torch.device):
        self.step, self.device, self.graph, self.loss = step, device, None, None

    def __call__(self) -> torch.Tensor:
        if self.device.type != "cuda":
            return self.step()
        self.graph.replay()
        return self.loss

    def prepare(self):
        """Steps a few times so that everything is compiled and allocated, then records one step."""
        if self.device.type != "cuda":
            return
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_STEPS):
                self.step()
        torch.cuda.current_stream().wait_stream(stream)
        if TrainingStep.memory is None:
            TrainingStep.memory = torch.cuda.graph_pool_handle()
        self.loss = torch.zeros((), device=self.device)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, pool=TrainingStep.memory):
            self.loss.copy_(self.step())


class Schedule:
    """The learning rate's course over a run of a given wall time: warm-up, full, and a linear fall at the end."""

    def __init__(self, seconds: float, warm_up_steps: int, cooldown: float):
        self.seconds, self.warm_up_steps, self.cooldown = seconds, warm_up_steps, cooldown
        self.started, self.steps = None, 0

    @property
    def elapsed(self) -> float:
        """Seconds since the first step."""
        return 0.0 if self.started is None else time.monotonic() - self.started

    @property
    def over(self) -> bool:
        """Whether the time is used up."""
        return self.elapsed >= self.seconds

    def next_factor(self) -> float:
        """The factor of the learning rate for the next step; the clock starts with the first."""
        if self.started is None:
            self.started = time.monotonic()
        self.steps += 1
        left = 1 - self.elapsed / self.seconds
        fall = left / self.cooldown if self.cooldown else 1.0
        return min(1.0, self.steps / self.warm_up_steps) * min(1.0, max(0.02, fall))


def training_device() -> torch.device:
    """The GPU if there is one."""
    # With cuDNN's attention here and fused attention in the text encoders, backward passes failed inside cuBLAS (torch 2.11,
    # CUDA 13.0); with both off they work. Which of the two it was is not known.
    torch.backends.cuda.enable_cudnn_sdp(False)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
