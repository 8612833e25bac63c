"""The graphs of a bundle: what each stage of a model computes, and in which variants.

The random mask is an input (`ids_keep`), so a run is a function; patches are gathered before they are projected, so a
masked run touches only what is visible; pixels may come in and go out as bytes.

B pictures, C channels, N patches, K kept patches, D encoder width, P patch side.
"""

from dataclasses import dataclass

import torch
from torch import nn

from export.model import gather, patch_error

TYPES = ("fp32", "fp16", "bf16", "trt")  # trt: 16 bits for TensorRT, in operators of the ONNX standard only


class Colours(nn.Module):
    """The colour statistics a model was trained with: bytes to what it sees, and back."""

    def __init__(self, mean, std):
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))  # (C,)
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32))

    def normalize(self, raw):  # uint8 (..., X * C) -> float32, in torchvision's order of operations
        times = raw.shape[-1] // len(self.mean)
        return (raw.float() / 255 - self.mean.repeat(times)) / self.std.repeat(times)

    def to_bytes(self, values):  # float32 (..., X * C) -> uint8, to the nearest level, clipped
        times = values.shape[-1] // len(self.mean)
        levels = (values * self.std.repeat(times) + self.mean.repeat(times)) * 255
        return levels.round().clamp(0, 255).to(torch.uint8)


class Encoder(nn.Module):
    """pixels, ids_keep -> latent, cls, mean; raw: pixels are bytes, channels last."""

    def __init__(self, mae, colours, raw):
        super().__init__()
        self.mae, self.colours, self.raw = mae, colours, raw

    def forward(self, pixels, ids_keep):
        patches = gather(self.mae.patchify(pixels, channels_last=self.raw), ids_keep)  # (B, K, P * P * C)
        return self.mae.encode_patches(self.colours.normalize(patches) if self.raw else patches, ids_keep)


class Decoder(nn.Module):
    """latent, ids_restore -> patches and, where the model predicts displayable pixels, the image in bytes."""

    def __init__(self, mae, colours, image):
        super().__init__()
        self.mae, self.colours, self.image = mae, colours, image

    def forward(self, latent, ids_restore):
        patches = self.mae.decode(latent, ids_restore)  # (B, N, P * P * C)
        return (patches, self.mae.unpatchify(self.colours.to_bytes(patches))) if self.image else patches


class Classifier(nn.Module):
    """pixels -> logits, the whole picture seen."""

    def __init__(self, mae, colours, raw):
        super().__init__()
        self.mae, self.colours, self.raw = mae, colours, raw

    def forward(self, pixels):
        patches = self.mae.patchify(pixels, channels_last=self.raw)
        return self.mae.classify_patches(self.colours.normalize(patches) if self.raw else patches)


class Judge(nn.Module):
    """pixels, patches -> patch_error: how far a prediction is from what the model was trained to predict."""

    def __init__(self, mae, colours, raw, normalized):
        super().__init__()
        self.mae, self.colours, self.raw, self.normalized = mae, colours, raw, normalized

    def forward(self, pixels, patches):  # ..., (B, N, P * P * C) -> (B, N)
        pixels = pixels if self.raw else pixels.permute(0, 2, 3, 1)  # by itself it is fast on a processor
        original = self.mae.patchify(pixels, channels_last=True)
        original = self.colours.normalize(original) if self.raw else original
        return patch_error(patches, original, self.normalized)


@dataclass(frozen=True)
class Port:
    """One input or output of a graph; a dimension is a number or a name."""

    name: str
    type: str
    shape: tuple


@dataclass(frozen=True)
class Stage:
    """A part of a model from one kind of pixels, which is exported once and then written in several types."""

    graph: str  # encoder | decoder | judge | classifier
    module: nn.Module
    inputs: tuple
    outputs: tuple

    @property
    def raw(self):
        return any(port.type == "uint8" for port in self.inputs)

    @property
    def types(self):  # a judge has no weights and no products, and 16 bits are too few for its sums
        return ("fp32",) if self.graph == "judge" else TYPES


@dataclass(frozen=True)
class Graph:
    """One .onnx file: a stage in a type."""

    stage: Stage
    type: str

    @property
    def variant(self):  # fp32 | uint8 | fp16 | uint8-fp16 | ...
        if not self.stage.raw:
            return self.type
        return "uint8" if self.type == "fp32" else f"uint8-{self.type}"

    @property
    def file(self):
        return f"{self.stage.graph}.onnx" if self.variant == "fp32" else f"{self.stage.graph}.{self.variant}.onnx"


def stages(mae, mean, std, normalized_pixels):
    """Every stage that a model has."""
    c, colours = mae.config, Colours(mean, std)
    D, N, raw_shape = c.encoder.width, c.patches, ("batch", c.height, c.width, c.channels)
    floats = Port("pixels", "float32", ("batch", c.channels, c.height, c.width))
    pixels = {False: floats, True: Port("pixels", "uint8", raw_shape)}
    ids_keep = Port("ids_keep", "int64", ("batch", "keep"))
    latent = Port("latent", "float32", ("batch", "1+keep", D))
    pooled = Port("cls", "float32", ("batch", D)), Port("mean", "float32", ("batch", D))
    for raw in pixels:
        yield Stage("encoder", Encoder(mae, colours, raw), (pixels[raw], ids_keep), (latent, *pooled))
    if c.decoder:
        patches = Port("patches", "float32", ("batch", N, c.pixels_per_patch))
        outputs = (patches,) if normalized_pixels else (patches, Port("image", "uint8", raw_shape))
        inputs = (latent, Port("ids_restore", "int64", ("batch", N)))
        yield Stage("decoder", Decoder(mae, colours, not normalized_pixels), inputs, outputs)
        error = Port("patch_error", "float32", ("batch", N))
        for raw in pixels:
            yield Stage("judge", Judge(mae, colours, raw, normalized_pixels), (pixels[raw], patches), (error,))
    if c.classes:
        logits = Port("logits", "float32", ("batch", c.classes))
        for raw in pixels:
            yield Stage("classifier", Classifier(mae, colours, raw), (pixels[raw],), (logits,))
