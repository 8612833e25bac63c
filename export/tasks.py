"""Writes what PyTorch and NumPy answer to the tasks, on the fixtures' checkpoints, for the Java tests.

python -m export.tasks src/test/resources/tasks.json
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from export.fixtures import FIXTURES, random_checkpoint
from export.golden import deterministic, picture, seeded
from export.graphs import Colours
from export.model import Mae

ANOMALIES = [  # bundle, masks, rounds, seed, top
    ("visualize", 4, 1, 0, 0.02),
    ("visualize", 3, 2, 7, 0.25),
    ("full", 5, 1, 2, 0.5),
    ("full", 16, 1, 1, 1.0),
    ("rectangular", 7, 1, 3, 0.1),
]
PICTURES = 2
VECTORS = [
    [1, -2, 0.5, 0, -0.0, 1e-3, 65504, -7.25, 3],
    [0, 0, 0, 0],
    [1 + 2**-11, 1 + 3 * 2**-11, 2**-25, 2**-24, -(2**-14), 65519],  # ties and subnormals of half precision
    [127, 0.5, 1.5, 2.5, -0.5, -1.5, -127, 63.5],  # ties of int8
]


def load(name):
    flavour, config = FIXTURES[name]
    checkpoint = random_checkpoint(name, flavour, config)
    mae = Mae(config).eval()
    mae.load_state_dict(checkpoint.state)
    return mae, Colours(checkpoint.mean, checkpoint.std), flavour == "full"


def view(mae, colours, number):
    """A picture as Java is given it, and as the model sees it."""
    raw = picture(mae.config, number)  # uint8 (H, W, C)
    return raw.numpy().tobytes().hex(), colours.normalize(raw).permute(2, 0, 1)[None]


def anomaly(name, masks, rounds, seed, top):
    mae, colours, normalized = load(name)
    raw, pixels = view(mae, colours, seed)
    errors = sum(judged(mae, pixels, masks, seed + round, normalized) for round in range(rounds)) / rounds  # (N,)
    scored = errors.topk(max(1, round_half_up(top * len(errors)))).values
    return {
        "bundle": name, "masks": masks, "rounds": rounds, "seed": seed, "top": top, "picture": raw,
        "errors": errors.tolist(), "max": errors.max().item(), "score": scored.mean().item(),
        "heat": heat(errors, mae.config).flatten().tolist(),
    }  # fmt: skip


def round_half_up(number):
    return int(number + 0.5)


def judged(mae, pixels, masks, seed, normalized):
    """The error of each patch, from the pass that hides its group."""
    N = mae.config.patches
    order = seeded(seed, 1, N)[0].argsort(stable=True)
    errors = torch.full((N,), torch.nan, dtype=torch.float64)
    for group in range(masks):
        begin, end = group * N // masks, (group + 1) * N // masks
        hidden = order[torch.arange(begin, begin + math.ceil(N / masks)) % N]
        own = order[begin:end]
        errors[own] = error(mae, pixels, hidden, normalized)[own]
    return errors


def error(mae, pixels, hidden, normalized):
    mask = torch.zeros(1, mae.config.patches)
    mask[0, hidden] = 1
    order = mask.argsort(stable=True)  # visible first, in their own order
    latent, _, _ = mae.encode(pixels, order[:, : mae.config.patches - len(hidden)])
    return mae.patch_error(pixels.double(), mae.decode(latent, order.argsort()).double(), normalized)[0]


def heat(errors, config):
    """Smoothed over the patches by 1 2 1, then bilinear to pixels: (N,) -> (H, W)."""
    line = torch.tensor([1, 2, 1], dtype=torch.float64) / 4
    grid = F.pad(errors.reshape(1, 1, *config.grid), (1, 1, 1, 1), mode="replicate")
    smooth = F.conv2d(grid, torch.outer(line, line)[None, None])
    pixels = F.interpolate(smooth, size=(config.height, config.width), mode="bilinear", align_corners=False)
    return pixels[0, 0].round(decimals=5)


def classification(name):
    mae, colours, _ = load(name)
    views = [view(mae, colours, number) for number in range(PICTURES)]
    answers = []
    for raw, pixels in views:
        probabilities = mae.classify(pixels)[0].double().softmax(0)
        best = probabilities.topk(3)
        answers.append({"picture": raw, "classes": best.indices.tolist(), "probabilities": best.values.tolist()})
    return {"bundle": name, "answers": answers}


def embedding(name, pool):
    mae, colours, _ = load(name)
    raw, pixels = view(mae, colours, 5)
    latent, cls, mean = mae.encode(pixels, torch.arange(mae.config.patches)[None])
    vectors = {"cls": cls[0], "mean": mean[0], "patches": latent[0, 1:]}[pool]
    return {
        "bundle": name, "pool": pool, "picture": raw,
        "vectors": vectors.flatten().tolist(), "normalized": F.normalize(vectors, dim=-1).flatten().tolist(),
    }  # fmt: skip


def encoding(vector):
    vector = np.array(vector, np.float32)
    scale = np.abs(vector).max() / np.float32(127)
    levels = np.rint(vector / scale) if scale else np.zeros_like(vector)
    return {
        "vector": vector.tolist(),
        "float32": vector.astype("<f4").tobytes().hex(),
        "float16": vector.astype("<f2").tobytes().hex(),
        "int8": levels.astype(np.int8).tobytes().hex(),
        "scale": float(scale),
        "binary": np.packbits(vector > 0).tobytes().hex(),
    }


def main(path):
    with torch.inference_mode(), deterministic():
        answers = {
            "torch": torch.__version__,
            "anomaly": [anomaly(*case) for case in ANOMALIES],
            "classify": [classification(name) for name in ("classifier-mean", "classifier-cls")],
            "embed": [embedding("visualize", pool) for pool in ("cls", "mean", "patches")],
            "encode": [encoding(vector) for vector in VECTORS],
        }
    Path(path).write_text(json.dumps(rounded(answers)) + "\n")


def rounded(value):
    """Floats to nine digits, which name a float32."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main(sys.argv[1])
