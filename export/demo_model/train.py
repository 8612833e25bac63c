"""Trains the demonstration model. On a GPU: minutes. On two CPU cores: hours, and worse.

    python -m export.demo_model.train --photos photos.tar --minutes 9 --total 27 --state state.pt --out mae-tiny.pth
    # run it again with the same --state to go on; --total is the length of the learning-rate schedule

Each sample is seen under several masks. The average of the weights over training is what is saved, once a minute and at
the end, named as the published checkpoints are; pixel targets are not normalised, so that reconstructions can be shown.
"""

import argparse
import functools
import itertools
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from export import init
from export.demo_model import scenes
from export.golden import seeded
from export.model import Mae, gather, keep_count, masked_mean, shuffle

RATIOS = (0.75, 0.75, 0.75, 0.6, 0.85)
WARM_UP = 300  # steps
SAVE_SECONDS = 60
SIZES = {"width": 192, "depth": 12, "heads": 3, "decoder_width": 128, "decoder_depth": 4, "decoder_heads": 4}


def arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", required=True, type=Path, help="the tar file that prepare.py wrote")
    parser.add_argument("--minutes", required=True, type=float, help="how long to train now")
    parser.add_argument("--total", type=float, help="minutes of the whole schedule (default: --minutes)")
    parser.add_argument("--state", type=Path, help="where training goes on from, and is left")
    parser.add_argument("--out", required=True, type=Path, help="the checkpoint to write")
    parser.add_argument("--panels", type=Path, help="a picture of what the model does to the photos of --show")
    parser.add_argument("--show", nargs="*", default=[], type=Path)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--masks", type=int, default=2, help="masks each crop is seen under")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="peak learning rate")
    compile = argparse.BooleanOptionalAction
    parser.add_argument("--compile", action=compile, default=torch.cuda.is_available(), help="default: on a GPU")
    for name, size in SIZES.items():
        parser.add_argument("--" + name.replace("_", "-"), type=int, default=size)
    return parser.parse_args(argv)


def masked_error(target, patches, mask):
    """Mean squared error over hidden patches, averaged over a batch."""
    return masked_mean((target - patches.float()).square().mean(-1), mask).mean()


def loss(mae, pixels, noise, keep, error=masked_error):
    ids_keep, ids_restore, mask = shuffle(noise, keep)
    target = mae.patchify(pixels)
    latent, _, _ = mae.encode_patches(gather(target, ids_keep), ids_keep)
    return error(target, mae.decode(latent, ids_restore), mask)


def compiled_loss(mae):
    """The same; compiled is only what repeats, each kind of block once for each number of kept patches: seconds."""
    for block in itertools.chain(mae.blocks, mae.decoder_blocks):
        block.compile(dynamic=False)
    return functools.partial(loss, error=torch.compile(masked_error, dynamic=False))


class Training:
    """A model, the average of its weights, its optimizer, and how far it has come."""

    def __init__(self, config, device):
        self.model = init.initialise(Mae(config)).to(device)
        self.average = Mae(config).to(device)
        self.average.load_state_dict(self.model.state_dict())
        learnt = [p for p in self.model.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in learnt if p.ndim > 1], "weight_decay": 0.05},
            {"params": [p for p in learnt if p.ndim <= 1], "weight_decay": 0},
        ]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=device == "cuda")
        self.minutes = self.steps = 0

    def load(self, path, device):
        state = torch.load(path, map_location=device)
        for name in ("model", "average", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.minutes, self.steps = state["minutes"], state["steps"]

    def save(self, path):
        """The moments in half the bytes, which is enough for them, so that the file can travel."""
        state = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer")}
        state["optimizer"]["state"] = {
            number: of | {name: of[name].bfloat16() for name in ("exp_avg", "exp_avg_sq")}
            for number, of in state["optimizer"]["state"].items()
        }
        torch.save(state | {"minutes": self.minutes, "steps": self.steps}, path)

    def step(self, loss, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.steps += 1
        with torch.no_grad():  # a running average that soon spans some thousand steps
            share = 1 - min(0.9995, self.steps / (self.steps + 30))
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), share)


def rate_at(peak, done, step):
    """The learning rate: a linear rise, then half a cosine down to a hundredth."""
    return peak * min(1, (step + 1) / WARM_UP) * (0.01 + 0.99 * (1 + math.cos(math.pi * min(1, done))) / 2)


def train(training, levels, args, device):
    model, total = training.model, args.total or args.minutes
    compute = compiled_loss(model) if args.compile else loss
    supply = scenes.batches(levels, args.batch // args.masks)
    start = saved = time.monotonic()
    before, seen, smooth = training.minutes, 0, None
    while (elapsed := (time.monotonic() - start) / 60) < args.minutes:
        pixels = next(supply).repeat(args.masks, 1, 1, 1)
        keep = keep_count(model.config.patches, random.choice(RATIOS))
        noise = torch.rand(len(pixels), model.config.patches, device=device)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            value = compute(model, pixels, noise, keep)
        training.step(value, rate_at(args.rate, (before + elapsed) / total, training.steps))
        seen += len(pixels)
        if training.steps % 100 == 0 or training.steps < 3:
            smooth = value.item() if smooth is None else 0.9 * smooth + 0.1 * value.item()
            pace = seen / (time.monotonic() - start)
            minutes = before + elapsed
            print(f"{minutes:6.1f} min  step {training.steps}  loss {smooth:.4f}  {pace:.0f} samples/s", flush=True)
        if time.monotonic() - saved > SAVE_SECONDS:
            saved = time.monotonic()
            save(training.average, args.out)
    training.minutes = before + (time.monotonic() - start) / 60


def save(model, path):
    """The checkpoint, its arguments telling what tensors cannot, as the exporter reads them."""
    config = model.config
    args = argparse.Namespace(
        heads=config.encoder.heads, decoder_heads=config.decoder.heads, grid=config.grid, norm_pix_loss=False
    )
    torch.save({"model": {name: tensor.cpu() for name, tensor in model.state_dict().items()}, "args": args}, path)


@torch.no_grad()
def panels(mae, photos, path, device):
    """A row for each photo: original, masked, reconstruction, reconstruction + visible."""
    Image.fromarray(np.concatenate([panel(mae, photo, device) for photo in photos])).save(path)


def panel(mae, photo, device):
    picture = Image.open(photo).convert("RGB").resize((scenes.SIDE, scenes.SIDE), Image.Resampling.BICUBIC)
    pixels = (torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None] / 255 - scenes.MEAN) / scenes.STD
    pixels = pixels.to(device)
    ids_keep, ids_restore, mask = shuffle(seeded(2, 1, mae.config.patches).to(device), mae.config.patches // 4)
    latent, _, _ = mae.encode(pixels, ids_keep)
    drawn, seen, hidden = mae.decode(latent, ids_restore), mae.patchify(pixels), mask[..., None]
    shown = [seen, seen * (1 - hidden), drawn, seen * (1 - hidden) + drawn * hidden]
    rows = torch.cat([mae.unpatchify(patches) for patches in shown], 2)[0].cpu()  # (SIDE, 4 * SIDE, 3)
    return ((rows * scenes.STD.flatten() + scenes.MEAN.flatten()) * 255).round().clamp(0, 255).byte().numpy()


def main(argv=None):
    args = arguments(argv)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = True
    config = init.configure("mae_vit_tiny_patch16", **{name: getattr(args, name) for name in SIZES})
    training = Training(config, device)
    if args.state and args.state.exists():
        training.load(args.state, device)
    levels = scenes.load(args.photos, device)
    count = sum(p.numel() for p in training.model.parameters())
    print(f"{count / 1e6:.1f} M parameters, {len(levels[0])} photos, {device}", flush=True)
    train(training, levels, args, device)
    save(training.average, args.out)
    if args.state:
        training.save(args.state)
    if args.panels and args.show:
        panels(training.average.eval(), args.show, args.panels, device)


if __name__ == "__main__":
    main()
