"""Pictures, encoded."""

from io import BytesIO

import numpy as np
from PIL import Image


def lossless(pixels, kind):
    """A file of these pixels, uint8 (H, W, 3)."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    return file.getvalue()


def pixels(file):
    """What Pillow sees in a file."""
    return np.asarray(Image.open(BytesIO(file)).convert("RGB"))
