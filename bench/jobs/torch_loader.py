"""What people run today: a DataLoader that decodes, a model that embeds, an array at the end.

python -m bench.jobs.torch_loader ARCH DEPTH FOLDER OUT BATCH
"""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from export import init
from export.model import Mae

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


class Pictures(Dataset):
    def __init__(self, folder):
        self.files = sorted(Path(folder).rglob("*.jpg"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        picture = Image.open(self.files[index]).convert("RGB").resize((224, 224), Image.BICUBIC)
        return ((np.asarray(picture, np.float32) / 255 - MEAN) / STD).transpose(2, 0, 1)


@torch.inference_mode()
def main(arch, depth, folder, out, batch):
    torch.manual_seed(0)
    model = Mae(init.configure(arch, depth=int(depth))).eval()
    every = torch.arange(model.config.patches)
    vectors = []
    for pixels in DataLoader(Pictures(folder), batch_size=int(batch), num_workers=torch.get_num_threads()):
        _, cls, _ = model.encode(pixels, every.expand(len(pixels), -1))
        vectors.append(cls)
    np.save(out, torch.cat(vectors).numpy())


if __name__ == "__main__":
    main(*sys.argv[1:])
