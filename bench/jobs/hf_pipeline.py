"""The same by Hugging Face's pipeline, with its own ViTMAE of the same size, nothing masked.

python -m bench.jobs.hf_pipeline ARCH DEPTH FOLDER OUT BATCH
"""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import ViTImageProcessor, ViTMAEConfig, ViTMAEModel, pipeline

from export import init


def main(arch, depth, folder, out, batch):
    torch.manual_seed(0)
    c = init.configure(arch, depth=int(depth)).encoder
    config = ViTMAEConfig(
        hidden_size=c.width,
        num_hidden_layers=c.depth,
        num_attention_heads=c.heads,
        intermediate_size=c.mlp,
        mask_ratio=0.0,
    )
    embed = pipeline(
        "image-feature-extraction",
        model=ViTMAEModel(config).eval(),
        image_processor=ViTImageProcessor(),
        batch_size=int(batch),
    )
    files = (str(file) for file in sorted(Path(folder).rglob("*.jpg")))  # of a list it would keep all tokens in memory
    np.save(out, np.array([answer[0][0] for answer in embed(files)], np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:])
