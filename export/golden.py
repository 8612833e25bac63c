"""Inputs and PyTorch's answers to them, stage by stage: what every other run of the model is measured against.

B pictures, C channels, N patches, K kept patches, D encoder width, E decoder width, P patch side.
"""

from contextlib import contextmanager

import numpy as np
import torch

from export.model import gather, keep_count, masked_mean, shuffle


def cases(mae, colours, normalized_pixels):
    """Every case by its name: a dictionary of tensors each."""
    N = mae.config.patches
    quarter, half = max(1, keep_count(N, 0.75)), max(1, keep_count(N, 0.5))
    hidden = handmade(mae.config)
    drawn = {  # noise (B, N), how many patches stay
        "ratio75": (seeded(2, 1, N), quarter),  # the seed of the demonstration notebook
        "ratio50": (seeded(0, 1, N), half),
        "unmasked": (seeded(1, 1, N), N),
        "handmade": ((hidden + 1e-4 * torch.arange(N))[None], N - int(hidden.sum())),
        "batch3": (seeded(7, 3, N), quarter),
    }
    first, answers = 0, {}
    with torch.inference_mode(), deterministic():
        for name, (noise, keep) in drawn.items():
            raw = torch.stack([picture(mae.config, first + row) for row in range(len(noise))])
            answers[name] = case(mae, colours, raw, noise, keep, normalized_pixels)
            first += len(noise)
        if mae.config.classes:
            answers["unmasked"]["logits"] = mae.classify(answers["unmasked"]["pixels"])
    return answers


def case(mae, colours, raw, noise, keep, normalized_pixels):
    """Every stage of one run over raw pictures, uint8 (B, H, W, C)."""
    pixels = colours.normalize(raw).permute(0, 3, 1, 2)  # (B, C, H, W)
    ids_keep, ids_restore, mask = shuffle(noise, keep)
    patches = mae.patchify(pixels)  # (B, N, P * P * C)
    embedded = mae.patch_embed(patches)  # (B, N, D)
    latent, cls, mean = mae.encode_patches(gather(patches, ids_keep), ids_keep)
    tensors = {
        "pixels": pixels,
        "pixels_uint8": raw,
        "noise": noise,
        "patch_embed": embedded,
        "with_position": mae.with_position(embedded),
        "mask": mask,
        "ids_keep": ids_keep,
        "ids_restore": ids_restore,
        "latent": latent,  # (B, 1 + K, D)
        "cls": cls,
        "mean": mean,
    }
    if mae.config.decoder:
        tensors |= decoded(mae, colours, tensors, normalized_pixels)
    return {name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()}


def decoded(mae, colours, encoded, normalized_pixels):
    pixels, mask, latent, ids_restore = (encoded[name] for name in ("pixels", "mask", "latent", "ids_restore"))
    patches = mae.decode(latent, ids_restore)  # (B, N, P * P * C)
    error, normalized = (mae.patch_error(pixels, patches, normalized) for normalized in (False, True))  # (B, N)
    tensors = {
        "decoder_input": mae.decoder_input(latent, ids_restore),  # (B, 1 + N, E)
        "patches": patches,
        "loss": masked_mean(error, mask),  # (B,), NaN where nothing is hidden
        "loss_normalized": masked_mean(normalized, mask),
        "patch_error": error,
    }
    if normalized_pixels:
        tensors["patch_error_normalized"] = normalized
    else:
        tensors["image"] = mae.unpatchify(colours.to_bytes(patches))  # (B, H, W, C)
    return tensors


def seeded(seed, rows, patches):
    """The noise of `torch.manual_seed(seed); torch.rand(rows, patches)`."""
    return torch.rand(rows, patches, generator=torch.Generator().manual_seed(seed))


def handmade(config):
    """An irregular mask, 1 = hidden: a disc off the centre and a piece of the last row."""
    rows, columns = config.grid
    y, x = torch.meshgrid(torch.arange(rows) + 0.5, torch.arange(columns) + 0.5, indexing="ij")
    mask = (y - 0.4 * rows) ** 2 + (x - 0.6 * columns) ** 2 < (0.35 * min(rows, columns)) ** 2
    mask[-1, : (columns + 2) // 3] = True
    return mask.flatten().float()


def picture(config, number):
    """A made-up scene, uint8 (H, W, C): a sky, a sun, hills, boxes and some noise, another for each number."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[0 : config.height, 0 : config.width] / max(config.height, config.width)
    colour = lambda: random.uniform(20, 235, config.channels)  # noqa: E731
    scene = colour() + y[..., None] * random.uniform(-120, 120, config.channels)
    sun = np.hypot(y - random.uniform(0.1, 0.4), x - random.uniform(0.2, 0.8)) < random.uniform(0.06, 0.15)
    scene[sun] = colour()
    for base in (0.55, 0.7, 0.85):
        hill = y > base + 0.06 * np.sin(random.uniform(5, 15) * x + random.uniform(0, 6))
        scene[hill] = (colour() + 40 * np.sin(40 * (x + y))[..., None])[hill]
    for _ in range(4):
        top, left, side = random.uniform(0.4, 0.9), random.uniform(0, 0.9), random.uniform(0.04, 0.2)
        scene[(abs(y - top) < side) & (abs(x - left) < side / 2)] = colour()
    scene += random.normal(0, 6, scene.shape)
    return torch.from_numpy(scene.round().clip(0, 255).astype(np.uint8))


@contextmanager
def deterministic():
    """One thread and no algorithm that depends on timing: the same answers each time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(threads)
