"""Writes what PyTorch's CPU generator draws, for the Java tests.

python -m export.noise src/test/resources/noise.json
"""

import hashlib
import json
import sys
from pathlib import Path

import torch

SEEDS = [0, 1, 2, 7, 1719, 8988, 123456789, 2**32 - 1, 2**32, 2**40 + 7, 2**63 - 1, -1]  # 1719 and 8988 have ties
LENGTHS = [1, 196, 256, 591, 2000]


def digest(tensor):
    return hashlib.sha256(tensor.numpy().tobytes()).hexdigest()


def case(seed, length):
    torch.manual_seed(seed)
    noise = torch.rand(1, length)[0]  # the notebook's call for one picture
    order = noise.argsort(stable=True)
    return dict(seed=seed, length=length, noise=digest(noise), order=digest(order), first=noise[:4].tolist())


if __name__ == "__main__":
    cases = [case(seed, length) for seed in SEEDS for length in LENGTHS]
    Path(sys.argv[1]).write_text(json.dumps(dict(torch=torch.__version__, cases=cases), indent=1) + "\n")
