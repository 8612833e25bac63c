"""Checkpoints with random weights, initialised as the paper's code does: for benchmarks, tests and training."""

import os
from argparse import Namespace
from pathlib import Path

import torch
from torch import nn

from export import Refusal, known
from export.model import Config, Mae, Stack


def sincos(width, rows, columns):  # (1, 1 + N, width)
    """The position table: sines and cosines of the column, then of the row, as the published tables have them."""
    frequency = 1 / 10000 ** (torch.arange(width // 4, dtype=torch.float64) / (width / 4))
    column = torch.arange(columns, dtype=torch.float64).repeat(rows)
    row = torch.arange(rows, dtype=torch.float64).repeat_interleave(columns)
    table = torch.cat([f(axis[:, None] * frequency) for axis in (column, row) for f in (torch.sin, torch.cos)], 1)
    return torch.cat([torch.zeros(1, width, dtype=torch.float64), table]).float()[None]  # the cls token has none


@torch.no_grad()
def initialise(model):
    """Xavier for every matrix, zero biases, fixed sin-cos tables, small normal tokens."""
    config = model.config
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    projection = model.patch_embed.proj.weight
    nn.init.xavier_uniform_(projection.view(len(projection), -1))  # as the matrix that it is
    model.pos_embed.copy_(sincos(config.encoder.width, *config.grid))
    nn.init.normal_(model.cls_token, std=0.02)
    if config.decoder:
        model.decoder_pos_embed.copy_(sincos(config.decoder.width, *config.grid))
        nn.init.normal_(model.mask_token, std=0.02)
    return model


def configure(arch=None, *, grid=None, flavour="visualize", classes=1000, pool="mean", **sizes):
    """The config of a named architecture, of free dimensions, or of a named one with some of them changed.

    sizes: side, patch, channels, width, depth, heads, mlp, decoder_width, decoder_depth, decoder_heads, decoder_mlp
    """
    side, patch, encoder, decoder = known.ARCHITECTURES[arch or "mae_vit_base_patch16"]
    sizes = {name: size for name, size in sizes.items() if size is not None}
    if bad := next((name for name, size in sizes.items() if size < 1), None):
        raise Refusal(f"{bad} is {sizes[bad]}, the least is 1")
    side, patch = sizes.get("side", side), sizes.get("patch", patch)
    if grid is None and side % patch:
        raise Refusal(f"side {side} is no multiple of patch {patch}")
    rows, columns = grid or (side // patch, side // patch)
    return Config(
        height=rows * patch,
        width=columns * patch,
        patch=patch,
        channels=sizes.get("channels", 3),
        encoder=stack(encoder, sizes, ""),
        decoder=stack(decoder, sizes, "decoder_") if flavour in ("visualize", "full") else None,
        classes=classes if flavour == "classifier" else 0,
        pool=pool if flavour == "classifier" else None,
    )


def stack(named, sizes, prefix):
    width, depth, heads = (
        sizes.get(prefix + size, usual) for size, usual in zip(("width", "depth", "heads"), named, strict=True)
    )
    if width % heads:
        raise Refusal(f"{heads} heads do not divide {prefix}width {width}")
    if width % 4:
        raise Refusal(f"{prefix}width {width} is no multiple of 4, as a sin-cos table needs")
    return Stack(width=width, depth=depth, heads=heads, mlp=sizes.get(prefix + "mlp", 4 * width))


def write(config, out, *, arch=None, flavour="visualize", seed=0, force=False):
    """Writes {"model", "args"} as a training run does, the arguments telling all that the tensors cannot."""
    out = Path(out)
    if out.exists() and not force:
        raise Refusal(f"{out} exists; --force overwrites it")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = initialise(Mae(config))
    args = Namespace(model=arch, heads=config.encoder.heads, grid=config.grid, seed=seed)
    if config.decoder:
        args.decoder_heads = config.decoder.heads
        args.norm_pix_loss = flavour == "full"
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as file:
            torch.save({"model": model.state_dict(), "args": args}, file)
        os.replace(part, out)
    except RuntimeError as error:  # how torch reports a full disk, with what the system said behind it
        raise Refusal(f"{out} cannot be written: {error.__context__ or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return sum(parameter.numel() for parameter in model.parameters())
