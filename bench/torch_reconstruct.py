"""What people run today: one photo to four panels with PyTorch, as the notebook does it.

python bench/torch_reconstruct.py CHECKPOINT PHOTO OUT
"""

import sys

import numpy as np
import torch
from PIL import Image

from export import init
from export.model import Mae

MEAN = torch.tensor([0.485, 0.456, 0.406])
STD = torch.tensor([0.229, 0.224, 0.225])


@torch.inference_mode()
def main(checkpoint, photo, out):
    model = Mae(init.configure("mae_vit_tiny_patch16", depth=8)).eval()
    model.load_state_dict(torch.load(checkpoint, weights_only=False)["model"])
    picture = Image.open(photo).convert("RGB").resize((224, 224), Image.BICUBIC)
    x = (torch.from_numpy(np.asarray(picture).copy()) / 255 - MEAN) / STD  # (H, W, 3)
    torch.manual_seed(2)
    order = torch.rand(1, 196).argsort(1)
    restore = order.argsort(1)
    latent, _, _ = model.encode(x.permute(2, 0, 1)[None], order[:, :49])
    patches = model.decode(latent, restore)
    y = patches.reshape(14, 14, 16, 16, 3).transpose(1, 2).reshape(224, 224, 3)
    mask = (restore >= 49).float().reshape(14, 14, 1).repeat_interleave(16, 0).repeat_interleave(16, 1)
    panels = torch.cat([x, x * (1 - mask), y, x * (1 - mask) + y * mask], 1) * STD + MEAN
    Image.fromarray((panels * 255).clamp(0, 255).byte().numpy()).save(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
