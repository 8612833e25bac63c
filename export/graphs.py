"""The graphs of a bundle: a model's stages as ONNX, fused for ONNX Runtime.

The random mask is an input (`ids_keep`), so a run is a function; patches are gathered before they are projected, so a
masked run touches only what is visible; pixels may come in and go out as bytes.

B pictures, C channels, N patches, K kept patches, D encoder width, P patch side.
"""

import logging
import warnings
from collections import Counter
from dataclasses import dataclass

import onnx_ir as ir
import torch
from onnxscript.optimizer import fold_constants, remove_unused_nodes
from onnxscript.rewriter import pattern, rewrite
from onnxscript.rewriter.ort_fusions import optimize_for_ort
from torch import nn

from export.model import gather

OPSET = 20  # the first with Gelu
FOLD = 1 << 40  # no limit: weights are brought into their final layout here, not at each start


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


@dataclass(frozen=True)
class Port:
    """One input or output of a graph; a dimension is a number or a name."""

    name: str
    type: str
    shape: tuple


@dataclass(frozen=True)
class Graph:
    """What one .onnx file computes, before it is exported."""

    graph: str  # encoder | decoder | classifier
    variant: str  # fp32 | uint8
    module: nn.Module
    inputs: tuple
    outputs: tuple

    @property
    def file(self):
        return f"{self.graph}.onnx" if self.variant == "fp32" else f"{self.graph}.{self.variant}.onnx"


def graphs(mae, mean, std, normalized_pixels):
    """Every graph that a model has."""
    c, colours = mae.config, Colours(mean, std)
    D, N, raw_shape = c.encoder.width, c.patches, ("batch", c.height, c.width, c.channels)
    pixels = {
        "fp32": Port("pixels", "float32", ("batch", c.channels, c.height, c.width)),
        "uint8": Port("pixels", "uint8", raw_shape),
    }
    ids_keep = Port("ids_keep", "int64", ("batch", "keep"))
    latent = Port("latent", "float32", ("batch", "1+keep", D))
    pooled = Port("cls", "float32", ("batch", D)), Port("mean", "float32", ("batch", D))
    for variant in ("fp32", "uint8"):
        module = Encoder(mae, colours, variant == "uint8")
        yield Graph("encoder", variant, module, (pixels[variant], ids_keep), (latent, *pooled))
    if c.decoder:
        patches = Port("patches", "float32", ("batch", N, c.pixels_per_patch))
        outputs = (patches,) if normalized_pixels else (patches, Port("image", "uint8", raw_shape))
        inputs = (latent, Port("ids_restore", "int64", ("batch", N)))
        yield Graph("decoder", "fp32", Decoder(mae, colours, not normalized_pixels), inputs, outputs)
    if c.classes:
        logits = Port("logits", "float32", ("batch", c.classes))
        for variant in ("fp32", "uint8"):
            module = Classifier(mae, colours, variant == "uint8")
            yield Graph("classifier", variant, module, (pixels[variant],), (logits,))


def example(port):
    """A tensor of a port's type and shape; 2 rows and 3 kept patches, for torch.export treats 0 and 1 as special."""
    shape = [{"batch": 2, "keep": 3, "1+keep": 4}.get(size, size) for size in port.shape]
    return torch.zeros(shape, dtype=getattr(torch, port.type))


class PackedAttention(pattern.RewriteRuleClassBase):
    """The projection to q, k and v, its split and the attention over them: one node of ONNX Runtime for all of it."""

    def pattern(self, op, x, weight, bias, num_heads):
        qkv = op.Add(op.MatMul(x, weight), bias)
        q, k, v = op.Split(qkv, _allow_other_inputs=True, _outputs=3)
        return op.MultiHeadAttention(q, k, v, num_heads=num_heads, _domain="com.microsoft")

    def rewrite(self, op, x, weight, bias, num_heads):
        return op.Attention(x, weight, bias, num_heads=num_heads, _domain="com.microsoft")


class Mean(pattern.RewriteRuleClassBase):
    """The mean of the patch tokens as a matrix product, for which a row alone and a row of a batch are the same sum.

    ONNX Runtime's own mean adds in another order when there is one row, and the last bits of an answer would tell
    whether it had company.
    """

    def pattern(self, op, x, axes):
        return op.ReduceMean(x, axes, keepdims=0, _allow_other_attributes=True)

    def check(self, context, x, axes):
        return axes.const_value is not None and axes.const_value.numpy().tolist() == [1]

    def rewrite(self, op, x, axes):  # (B, K, D) -> (B, D)
        kept = op.Shape(x, start=1, end=2)
        share = op.Reciprocal(op.Cast(kept, to=ir.DataType.FLOAT))
        return op.Squeeze(op.MatMul(op.Expand(share, op.Concat(axes, kept, axis=0)), x), axes)  # axes, too, is [1]


def count(model):
    return Counter(node.op_type for node in model.graph)


def build(graph):
    """The fused ONNX model of a graph, and how many nodes it had before."""
    dims = {"batch": torch.export.Dim("batch"), "keep": torch.export.Dim("keep")}
    dims["1+keep"] = 1 + dims["keep"] if graph.graph == "encoder" else torch.export.Dim("tokens")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("onnx_ir").setLevel(logging.ERROR)  # it reports each shape it cannot infer
        program = torch.onnx.export(
            graph.module.eval(),
            tuple(example(port) for port in graph.inputs),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=[port.name for port in graph.inputs],
            output_names=[f"{port.name}.output" for port in graph.outputs],
            dynamic_shapes=tuple(
                {axis: dims[size] for axis, size in enumerate(port.shape) if isinstance(size, str)}
                for port in graph.inputs
            ),
        )
        model = program.model
        before = len(model.graph)
        fold_constants(model, input_size_limit=FOLD, output_size_limit=FOLD)
        optimize_for_ort(model, clear_metadata=True)
    rewrite(model, [PackedAttention.rule(), Mean.rule()])
    remove_unused_nodes(model)
    name_values(model, graph)
    return model, before


def name_values(model, graph):
    """Inputs, outputs and their dimensions as the manifest has them, and numbers for everything in between."""
    for number, value in enumerate(value for node in model.graph for value in node.outputs):
        value.name = f"value{number}"  # the exporter may call one "mean"
    for values, ports in ((model.graph.inputs, graph.inputs), (model.graph.outputs, graph.outputs)):
        for value, port in zip(values, ports, strict=True):
            value.name = port.name
            value.shape = ir.Shape(port.shape)
