"""ONNX Runtime beside PyTorch eager on the CPU, stage by stage, in turn.

./unmask python -m bench.stages [BUNDLE ...]       # default: onnx/mae-tiny; convert others with `unmask export`
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from bench import environment
from export.model import Config, Mae, Stack

ROUNDS = 15
BATCHES = (1, 8)


def config(bundle):
    manifest = json.loads((bundle / "model.json").read_text())
    image = manifest["image"]
    return Config(
        height=image["height"],
        width=image["width"],
        patch=image["patch"],
        channels=image["channels"],
        encoder=Stack(**manifest["encoder"]),
        decoder=Stack(**manifest["decoder"]),
    )


def encoders(session, model, batch, keep):
    """The same pictures through both encoders, as two calls."""
    pixels = torch.randn(batch, model.config.channels, model.config.height, model.config.width)
    ids = torch.stack([torch.randperm(model.config.patches)[:keep] for _ in range(batch)])
    feed = dict(pixels=pixels.numpy(), ids_keep=np.ascontiguousarray(ids.numpy()))
    return lambda: session.run(None, feed), lambda: model.encode(pixels, ids)


def decoders(session, model, batch, keep):
    """The same latents through both decoders, as two calls."""
    latent = torch.randn(batch, 1 + keep, model.config.encoder.width)
    restore = torch.stack([torch.randperm(model.config.patches) for _ in range(batch)])
    feed = dict(latent=latent.numpy(), ids_restore=restore.numpy())
    return lambda: session.run(["patches"], feed), lambda: model.decode(latent, restore)


def milliseconds(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def compare(name, ours, theirs):
    ours(), theirs()
    times = [(milliseconds(ours), milliseconds(theirs)) for _ in range(ROUNDS)]
    a, b = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{name:44}{a:14.1f}{b:10.1f}{b / a:8.2f}", flush=True)


@torch.inference_mode()
def measure(bundle):
    model = Mae(config(bundle)).eval()
    encoder, decoder = (onnxruntime.InferenceSession(bundle / f"{graph}.onnx") for graph in ("encoder", "decoder"))
    patches = model.config.patches
    for batch in BATCHES:
        for keep in (patches // 4, patches):
            name = f"{keep} of {patches}, batch {batch}"
            compare(f"{bundle.name} encode {name}", *encoders(encoder, model, batch, keep))
            compare(f"{bundle.name} decode {name}", *decoders(decoder, model, batch, keep))


def main(bundles):
    environment.show("torch", "onnxruntime")
    print(f"{ROUNDS} rounds, alternating; median milliseconds per batch; ratio above 1: ONNX Runtime is faster")
    print("the same sizes on both sides; PyTorch's weights are random, which costs the same\n")
    print(f"{'':44}{'ONNX Runtime':>14}{'PyTorch':>10}{'ratio':>8}")
    for bundle in bundles:
        measure(Path(bundle))


if __name__ == "__main__":
    main(sys.argv[1:] or [environment.ROOT / "onnx" / "mae-tiny"])
