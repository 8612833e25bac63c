"""Checkpoints with random weights, of which the tests make bundles."""

from dataclasses import replace

from export.fixtures import DECODER, FIXTURES, SMALL, random_checkpoint
from export.model import Config

ODD = SMALL | {"height": 24, "width": 40, "channels": 4, "activation": "gelu_tanh", "qkv_bias": False, "eps": 1e-3}
CHECKPOINTS = {name: random_checkpoint(name, *FIXTURES[name]) for name in ("visualize", "classifier-mean")}
CHECKPOINTS |= {
    "odd": replace(
        random_checkpoint("odd", "visualize", Config(**ODD, decoder=DECODER)),
        mean=(0.1, 0.2, 0.3, 0.4),
        std=(0.5, 0.6, 0.7, 0.8),
    ),
    "probe": random_checkpoint(
        "probe", "classifier", Config(**SMALL | {"activation": "relu"}, classes=3, pool="cls", probe=True)
    ),
}
