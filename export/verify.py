"""Holds graphs, as they stand on disk, against PyTorch."""

import onnx_ir as ir
import onnxruntime
import torch

from export import Refusal, halves
from export.model import shuffle

LIMITS = {  # tolerance: of the largest value, but at least of 1; cosine: the least; levels: of a picture in bytes
    "fp32": {"tolerance": {"cpu": 1e-4, "cuda": 1e-3, "tensorrt": 1e-3}, "levels": 1},  # cards may multiply in TF32
    "fp16": {"tolerance": {"cpu": 1e-2, "cuda": 1e-2}, "cosine": 0.9999, "levels": 2},
    "bf16": {"tolerance": {"cpu": 5e-2, "cuda": 5e-2}, "cosine": 0.999, "levels": 16},
    "trt": {"tolerance": {"cpu": 1e-2, "tensorrt": 1e-2}, "cosine": 0.9999, "levels": 2},
}
MANY = 20_000_000  # parameters from which fewer random shapes are verified


def verify(graph, folder, mae, answers):
    """How far a graph, as it stands on disk, is from PyTorch; one that is out of its limits is refused."""
    session = open_graph(folder / graph.file, graph.type)
    runs = golden_runs(graph, answers)
    if graph.type == "fp32":  # the others are the same graph: that it serves all shapes is known by then
        runs = [*runs, *random_runs(graph.stage, mae)]
    largest, least = 0.0, 1.0
    for inputs, expected in runs:
        actual = session.run(list(expected), {name: tensor.numpy() for name, tensor in inputs.items()})
        for (name, wanted), got in zip(expected.items(), actual, strict=True):
            difference, cosine = compare(graph, name, torch.from_numpy(got), wanted)
            largest, least = max(largest, difference), min(least, cosine)
    return f"difference {largest:.1e}, 1 - cosine {1 - least:.1e}"


def open_graph(path, type):
    """A session on the processor, which has no operators of bf16."""
    options = onnxruntime.SessionOptions()
    model = str(path)
    if type == "bf16":
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.parent))
        model = ir.to_proto(halves.spelt_out(ir.load(path), ir.DataType.BFLOAT16)).SerializeToString()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def compare(graph, name, actual, expected):
    """The largest difference, as a share of the largest value but at least of 1, and the cosine of each row's least."""
    if actual.shape != expected.shape:
        raise Refusal(f"{graph.file}: {name} has shape {list(actual.shape)}, PyTorch's has {list(expected.shape)}")
    limits, levels = LIMITS[graph.type], expected.dtype == torch.uint8
    actual, expected = actual.double().flatten(1), expected.double().flatten(1)
    gap = (actual - expected).abs().max().item()
    relative = gap if levels else gap / max(1, expected.abs().max().item())
    tolerance = limits["levels"] if levels else limits["tolerance"]["cpu"]
    if not relative <= tolerance:  # NaN is out of tolerance too
        raise Refusal(f"{graph.file}: {name} differs from PyTorch's by {relative:.3g}, tolerance {tolerance:g}")
    cosine = torch.cosine_similarity(actual, expected).min().item()
    if not levels and not cosine >= limits.get("cosine", -1):
        raise Refusal(
            f"{graph.file}: {name} has a cosine of {cosine:.6f} to PyTorch's, the least is {limits['cosine']}"
        )
    return (0.0, 1.0) if levels else (relative, cosine)


def golden_runs(graph, answers):
    """The cases that have all a graph takes and gives: (inputs, expected outputs) of each."""
    for tensors in answers.values():
        if graph.stage.graph == "judge" and graph.stage.module.normalized:
            tensors = tensors | {"patch_error": tensors["patch_error_normalized"]}
        if all(port.name in tensors for port in graph.stage.outputs):
            inputs = {port.name: tensors[port.name] for port in graph.stage.inputs}
            if graph.stage.raw:
                inputs["pixels"] = tensors["pixels_uint8"]
            yield inputs, {port.name: tensors[port.name] for port in graph.stage.outputs}


def random_runs(stage, mae):
    """Random inputs of many shapes, and PyTorch's answers."""
    N = mae.config.patches
    batches, keeps = (1, 2, 5), (1, max(1, N // 3), max(1, N // 4), N)
    shapes = [(batch, keep) for batch in batches for keep in keeps]
    if sum(p.numel() for p in mae.parameters()) > MANY:
        shapes = [(1, N), (2, max(1, N // 4)), (5, 1), (5, max(1, N // 3))]
    if stage.graph in ("judge", "classifier"):
        shapes = [(batch, N) for batch in batches]
    generator = torch.Generator().manual_seed(0)
    for batch, keep in shapes:
        ids_keep, ids_restore, _ = shuffle(torch.rand(batch, N, generator=generator), keep)
        drawn = {"ids_keep": ids_keep, "ids_restore": ids_restore}
        sizes = {"batch": batch, "1+keep": 1 + keep}
        for port in stage.inputs:
            shape = [sizes.get(size, size) for size in port.shape]
            if port.type == "float32":
                drawn[port.name] = torch.randn(shape, generator=generator)
            elif port.type == "uint8":
                drawn[port.name] = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
        inputs = {port.name: drawn[port.name] for port in stage.inputs}
        with torch.inference_mode():
            outputs = stage.module(*inputs.values())
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        yield inputs, {port.name: output for port, output in zip(stage.outputs, outputs, strict=True)}
