"""Stages as ONNX: exported once, then written in each type, fused for ONNX Runtime or plain for TensorRT.

Numbers that tell a size are computed on the host. None of them enters a tensor on a card, for a graph that copies from
the host is not captured as a CUDA graph.
"""

import logging
import warnings
from contextlib import contextmanager

import onnx_ir as ir
import torch
from onnx_ir.passes.common import ClearMetadataAndDocStringPass, LiftConstantsToInitializersPass
from onnxscript.optimizer import fold_constants, remove_unused_nodes
from onnxscript.rewriter import rewrite
from onnxscript.rewriter.ort_fusions import optimize_for_ort

from export import halves
from export.rules import BarePackedAttention, Bytes, Cap, Levels, Mean, OddMean, PackedAttention, Rows

OPSET = 20  # the first with Gelu
FOLD = 1 << 40  # no limit: weights are brought into their final layout here, not at each start
HALVES = {"fp16": ir.DataType.FLOAT16, "bf16": ir.DataType.BFLOAT16, "trt": ir.DataType.FLOAT16}
VIEWS = ("Reshape", "Squeeze", "Unsqueeze")  # the same memory under another shape
MAKERS = ("Expand", "Range")  # tensors on a card from sizes on the host


def export(stage):
    """A stage in the operators of the ONNX standard."""
    dims = {"batch": torch.export.Dim("batch"), "keep": torch.export.Dim("keep")}
    dims["1+keep"] = 1 + dims["keep"] if stage.graph == "encoder" else torch.export.Dim("tokens")
    with quiet():
        program = torch.onnx.export(
            stage.module.eval(),
            tuple(example(port) for port in stage.inputs),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=[port.name for port in stage.inputs],
            output_names=[f"{port.name}.output" for port in stage.outputs],
            dynamic_shapes=tuple(
                {axis: dims[size] for axis, size in enumerate(port.shape) if isinstance(size, str)}
                for port in stage.inputs
            ),
        )
        model = program.model
        fold_constants(model, input_size_limit=FOLD, output_size_limit=FOLD)
    rewrite(model, [Rows.rule(), Cap.rule()])
    LiftConstantsToInitializersPass(size_limit=1)(model)
    return model


def example(port):
    """A tensor of a port's type and shape; 2 rows and 3 kept patches, for torch.export treats 0 and 1 as special."""
    shape = [{"batch": 2, "keep": 3, "1+keep": 4}.get(size, size) for size in port.shape]
    return torch.zeros(shape, dtype=getattr(torch, port.type))


def build(exported, graph):
    """The model of a graph from its exported stage, which is left as it is."""
    model, fused = exported.clone(), graph.type != "trt"
    if fused:
        with quiet():
            optimize_for_ort(model)
        rewrite(model, [PackedAttention.rule(), BarePackedAttention.rule()])
    if graph.type in HALVES:
        rewrite(model, [Bytes.rule(), Levels.rule()] if fused else [Bytes.rule()])
        halves.halve(model, HALVES[graph.type])
    if fused:
        rewrite(model, [Mean.rule(), OddMean.rule()])
    remove_unused_nodes(model)
    if not fused:
        halves.bytes_at_the_border(model)
    ClearMetadataAndDocStringPass()(model)
    name_values(model, graph.stage)
    return model


def name_values(model, stage):
    """Inputs, outputs and their dimensions as the manifest has them, and numbers for everything in between."""
    for number, value in enumerate(value for node in model.graph for value in node.outputs):
        value.name = f"value{number}"  # the exporter may call one "mean"
    for values, ports in ((model.graph.inputs, stage.inputs), (model.graph.outputs, stage.outputs)):
        for value, port in zip(values, ports, strict=True):
            value.name = port.name
            value.shape = ir.Shape(port.shape)


def kernels(model):
    """How many nodes do something on a card at each run: not those that view, look at shapes or prepare weights."""
    ready, count = set(model.graph.initializers.values()), 0  # ready: known on the host before a card begins
    for node in model.graph:
        inputs = {value for value in node.inputs if value is not None}
        if node.op_type == "Shape" or (ready >= inputs and node.op_type not in MAKERS):
            ready.update(node.outputs)
        elif node.op_type not in VIEWS:
            count += 1
    return count


@contextmanager
def quiet():
    """No word about each shape that onnx_ir cannot infer."""
    logger = logging.getLogger("onnx_ir")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
