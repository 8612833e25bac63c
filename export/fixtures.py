"""Writes the tiny bundles of random weights that the Java tests open: `python -m export.fixtures`."""

import hashlib
import sys
from pathlib import Path

import torch

from export.bundle import convert
from export.checkpoint import Checkpoint
from export.graphs import TYPES
from export.model import Config, Mae, Stack

FOLDER = Path(__file__).parent.parent / "src/test/resources/bundles"
SMALL = {"height": 32, "width": 32, "patch": 8, "channels": 3, "encoder": Stack(24, 2, 3, 96)}
DECODER = Stack(16, 2, 2, 64)

FIXTURES = {  # name: flavour, config
    "visualize": ("visualize", Config(**SMALL, decoder=DECODER)),
    "full": ("full", Config(**SMALL, decoder=DECODER)),
    "encoder": ("encoder", Config(**SMALL)),
    "classifier-mean": ("classifier", Config(**SMALL, classes=10, pool="mean")),
    "classifier-cls": ("classifier", Config(**SMALL, classes=10, pool="cls")),
    "rectangular": ("visualize", Config(**SMALL | {"width": 48}, decoder=DECODER)),
}


def random_state(config, seed=0):
    """Weights in which nothing is zero or one, so that no tensor can be forgotten unseen."""
    generator = torch.Generator().manual_seed(seed)
    state = Mae(config).state_dict()
    for name, tensor in state.items():
        if not tensor.is_floating_point():
            continue
        drawn = torch.randn(tensor.shape, generator=generator)
        if name.endswith("running_var") or ("norm" in name and name.endswith("weight")):
            state[name] = 1 + 0.4 * drawn.tanh()
        elif tensor.ndim > 1 and name.endswith("weight"):
            state[name] = drawn / tensor[0].numel() ** 0.5
        else:
            state[name] = 0.3 * drawn
    return state


def random_checkpoint(name, flavour, config, seed=0):
    """A checkpoint that was never a file; its digest is that of its tensors."""
    state = random_state(config, seed)
    digest = hashlib.sha256(b"".join(tensor.numpy().tobytes() for tensor in state.values())).hexdigest()
    return Checkpoint(
        config=config,
        state=state,
        file=f"{name}.pth",
        sha256=digest,
        scheme="upstream",
        flavour=flavour,
        license="Apache-2.0",
        mean=(0.485, 0.456, 0.406)[: config.channels],
        std=(0.229, 0.224, 0.225)[: config.channels],
        preprocess="eval" if config.classes else "demo",
        labels=[f"label {number}" for number in range(config.classes)] or None,
    )


def main(folder=FOLDER):
    for name, (flavour, config) in FIXTURES.items():
        print(name, file=sys.stderr)
        types = TYPES if name == "visualize" else ("fp32", "fp16")  # one has all, so that the folder stays small
        convert(random_checkpoint(name, flavour, config), name, folder, force=True, types=types)


if __name__ == "__main__":
    main()
