"""Arithmetic settings that must be in place before torch is imported.

Sums are taken in another order with another vector width or thread count, so both are fixed: the same versions then
give the same bytes on any x86-64 machine with AVX2, whatever else it has.
"""

import os

SETTINGS = dict(
    ATEN_CPU_CAPABILITY="avx2",
    MKL_CBWR="AVX2",
    ONEDNN_MAX_CPU_ISA="AVX2",
    OMP_NUM_THREADS="1",
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_VERBOSITY="error",
    DIFFUSERS_VERBOSITY="error",
)
os.environ.update(SETTINGS)

import warnings  # noqa: E402

warnings.filterwarnings("ignore")

import torch  # noqa: E402

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

from diffusers.utils import logging as diffusers_logging  # noqa: E402
from transformers.utils import logging as transformers_logging  # noqa: E402

diffusers_logging.disable_progress_bar()
transformers_logging.disable_progress_bar()
