"""What the demonstration model is trained on: random crops of photos, and "dead leaves".

Nothing here waits for the device: what is drawn on the host goes up from pinned memory.
"""

import io
import math
import random
import tarfile

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

SIDE = 224
SMALLEST = 160  # pixels of a crop's side
LEAVES = 8  # one in so many scenes is made of leaves, which cost more to draw than all else, so that
SHOWN = 8  # each is shown that many times, under other masks and in another light
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def load(path, device):
    """The photos of a tar file, in three levels of uint8 (photos, 3, H, W), each half as large as the one before."""
    with tarfile.open(path) as tar:
        files = [tar.extractfile(member).read() for member in tar.getmembers()]
    photos = [np.asarray(Image.open(io.BytesIO(file)).convert("RGB")) for file in files]
    levels = [torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).contiguous()]
    for _ in range(2):
        levels.append(torch.cat([F.avg_pool2d(photo[None].float(), 2).round().byte() for photo in levels[-1]]))
    return [level.to(device) for level in levels]


def put(tensor, device):
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def crops(levels, n):
    """Random crops of random photos, (n, 3, SIDE, SIDE) in 0..1, each from the level that is nearest to its scale."""
    device = levels[0].device
    photo = torch.randint(len(levels[0]), (n,))
    theta, scale = boxes(n, *levels[0].shape[2:])
    level_of = scale.log2().floor().clamp(0, len(levels) - 1)
    out = torch.empty(n, 3, SIDE, SIDE, device=device)
    for number, level in enumerate(levels):
        for chosen in (level_of == number).nonzero()[:, 0].split(64):
            if not len(chosen):
                continue
            grid = F.affine_grid(put(theta[chosen], device), (len(chosen), 3, SIDE, SIDE), align_corners=False)
            source = level[put(photo[chosen], device)].float()
            out[put(chosen, device)] = F.grid_sample(source, grid, padding_mode="reflection", align_corners=False) / 255
    return out


def boxes(n, H, W):
    """Boxes of random size, shape and place, half of them mirrored: affine maps (n, 2, 3), and how much they shrink."""
    area = torch.exp(torch.empty(n).uniform_(math.log(0.03), 0)) * H * W
    ratio = torch.exp(torch.empty(n).uniform_(-0.3, 0.3))
    w, h = (area * ratio).sqrt().clamp(SMALLEST, W), (area / ratio).sqrt().clamp(SMALLEST, H)
    x, y = torch.rand(n) * (W - w), torch.rand(n) * (H - h)
    flip = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 2] = flip * w / W, (2 * x + w) / W - 1
    theta[:, 1, 1], theta[:, 1, 2] = h / H, (2 * y + h) / H - 1
    return theta, (w * h).sqrt() / SIDE


def leaves(n, device):
    """Overlapping ellipses and boxes of every size and colour: sharp edges, (n, 3, SIDE, SIDE) in 0..1."""

    def rand(*shape):
        return torch.rand(*shape, device=device)

    side = torch.linspace(-1, 1, SIDE, device=device)
    v, u = torch.meshgrid(side, side, indexing="ij")
    base, out = rand(n, 3, 1, 1), rand(n, 3, 1, 1).expand(-1, -1, SIDE, SIDE)
    for _ in range(random.randrange(8, 60)):
        angle = rand(n, 1, 1) * math.pi
        du, dv = u - (rand(n, 1, 1) * 2.4 - 1.2), v - (rand(n, 1, 1) * 2.4 - 1.2)
        p, q = du * angle.cos() + dv * angle.sin(), dv * angle.cos() - du * angle.sin()
        size = 0.05 / (rand(n, 1, 1) + 0.06)
        p, q = p / size, q / size / (0.4 + rand(n, 1, 1))
        ellipse, box = p.square() + q.square() < 1, torch.maximum(p.abs(), q.abs()) < 0.8
        inside = torch.where(rand(n, 1, 1) < 0.5, ellipse, box)
        colour = (base + torch.randn(n, 3, 1, 1, device=device) * 0.25).clamp(0, 1) + (p * 0.15 * rand(n, 1, 1))[
            :, None
        ]
        out = torch.where(inside[:, None], colour, out)
    return out.clamp(0, 1)


def endless_leaves(n, device):
    """n pictures of leaves at a time, from a stock that is now and then drawn anew."""
    while True:
        stock = leaves(4 * n, device)
        for _ in range(4 * SHOWN):
            yield stock[torch.randint(len(stock), (n,), device=device)]


def batches(levels, n):
    """Normalised pixels (n, 3, SIDE, SIDE) without end, all of them varied in contrast and brightness."""
    device = levels[0].device
    mean, std, drawn = MEAN.to(device), STD.to(device), endless_leaves(n // LEAVES, device)
    while True:
        x = torch.cat([crops(levels, n - n // LEAVES), next(drawn)]) if n >= LEAVES else crops(levels, n)
        gain = torch.empty(n, 3, 1, 1, device=device).uniform_(0.85, 1.15)
        shift = torch.empty(n, 1, 1, 1, device=device).uniform_(-0.1, 0.1)
        yield ((x * gain + shift).clamp(0, 1) - mean) / std
