"""What every peer serves: the encoder on ONNX Runtime, pictures decoded by Pillow, and models that only copy."""

import functools
import io
import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

THREADS = 2
MAX_BATCH = 8
DELAY_SECONDS = 0.0005  # that a request waits for company, as Unmask's max-delay
BUNDLE = Path(os.environ.get("BUNDLE", Path(__file__).parents[2] / "onnx" / "mae-tiny"))


@functools.cache
class Encoder:
    """The encoder with every patch visible; one session in a process."""

    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        self.session = onnxruntime.InferenceSession(BUNDLE / "encoder.onnx", options)
        image = json.loads((BUNDLE / "model.json").read_text())["image"]
        self.patches = (image["height"] // image["patch"]) * (image["width"] // image["patch"])

    def cls(self, pixels):
        """(rows, 3, height, width) -> (rows, width)"""
        ids = np.tile(np.arange(self.patches), (len(pixels), 1))
        return self.session.run(["cls"], {"pixels": pixels, "ids_keep": ids})[0]


class Pictures:
    """Pictures as the bundle's preset `demo` wants them: bicubic to the model's size, whatever the aspect."""

    def __init__(self):
        manifest = json.loads((BUNDLE / "model.json").read_text())
        if manifest["preprocess"] != "demo":
            raise ValueError(f"preset is {manifest['preprocess']}; the peers know demo only")
        image = manifest["image"]
        self.size = image["width"], image["height"]
        self.mean = np.array(image["mean"], np.float32)
        self.std = np.array(image["std"], np.float32)

    def pixels(self, files):
        """Bytes of files -> (rows, 3, height, width)"""
        return np.stack([self._pixels(file) for file in files])

    def _pixels(self, file):
        picture = Image.open(io.BytesIO(file)).convert("RGB").resize(self.size, Image.Resampling.BICUBIC)
        scaled = (np.asarray(picture, np.float32) / 255 - self.mean) / self.std
        return np.ascontiguousarray(scaled.transpose(2, 0, 1), np.float32)


def echo(pixels):
    """A model that costs nothing and answers as much as it is asked: the pixels, then zeros."""
    rows = pixels.reshape(len(pixels), -1)
    latent = np.zeros((len(rows), 197 * 768), np.float32)
    latent[:, : rows.shape[1]] = rows
    return latent.reshape(len(rows), 197, 768)


def small(pixels):
    """A model that costs nothing and answers little: the first 768 pixels."""
    return np.ascontiguousarray(pixels.reshape(len(pixels), -1)[:, :768])
