"""A model in plain PyTorch, from bytes on the device to what a service needs of it."""

import functools

import torch
from torch import nn

from bench.architectures import ARCHITECTURES
from export import init
from export.model import Mae, gather, keep_count, shuffle

DTYPES = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}
COLOURS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Bare(nn.Module):
    """Bytes on the device to the latent and the embedding, or back to bytes: what a service needs, and no more."""

    def __init__(self, config, dtype, device):
        super().__init__()
        with torch.device(device):
            self.mae = init.initialise(Mae(config))
            self.mae.patch_embed = nn.Linear(config.pixels_per_patch, config.encoder.width)  # as the matrix that it is
            mean, std = (torch.tensor(colour).repeat(config.patch**2) for colour in COLOURS)
        self.mae.to(dtype).eval().requires_grad_(False)
        for name, values in {
            "scale": 1 / (255 * std),
            "shift": -mean / std,
            "gain": 255 * std,
            "base": 255 * mean,
        }.items():
            self.register_buffer(name, values.to(dtype))

    def encode(self, raw, ids_keep, ids_restore):
        patches = self.mae.patchify(raw, channels_last=True)
        patches = patches if ids_keep is None else gather(patches, ids_keep)
        return self.mae.encode_patches(patches.to(self.scale.dtype) * self.scale + self.shift, ids_keep)

    def reconstruct(self, raw, ids_keep, ids_restore):
        patches = self.mae.decode(self.encode(raw, ids_keep, ids_restore)[0], ids_restore)
        return self.mae.unpatchify((patches * self.gain + self.base).round().clamp(0, 255).to(torch.uint8))


@functools.cache
def bare(arch, dtype, device):
    return Bare(init.configure(ARCHITECTURES[arch]), DTYPES[dtype], device)


def inputs(config, batch, ratio, device):
    """Bytes, which patches are seen (None: all), and where each goes back to; one of several sets."""
    shape = batch, config.height, config.width, config.channels
    raw = torch.randint(0, 256, shape, dtype=torch.uint8, device=device)
    if ratio == 0:
        return raw, None, None
    noise = torch.rand(batch, config.patches, device=device)
    ids_keep, ids_restore, _ = shuffle(noise, keep_count(config.patches, ratio))
    return raw, ids_keep.contiguous(), ids_restore
