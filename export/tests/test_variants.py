"""What the graphs in 16 bits are: on the same weights, within their limits, and made for a card."""

import json
from collections import Counter

import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
import pytest
import torch
from checkpoints import CHECKPOINTS

from export import bundle, verify
from export.build import build, export, kernels
from export.graphs import TYPES, Graph, stages
from export.model import shuffle

FLOAT, HALF, BYTES, NUMBERS = (getattr(onnx.TensorProto, name) for name in ("FLOAT", "FLOAT16", "UINT8", "INT64"))
NAMES = ["visualize", "odd", "classifier-mean", "probe"]


def described(folder):
    return json.loads((folder / "model.json").read_text())["graphs"]


def fused(folder):
    return [file for file, said in described(folder).items() if not said["variant"].endswith("trt")]


def types_of(graph):
    """The type of every value that has one."""
    types = {tensor.name: tensor.data_type for tensor in graph.initializer}
    return types | {v.name: v.type.tensor_type.elem_type for v in (*graph.input, *graph.output, *graph.value_info)}


def inputs_of(checkpoint, said, batch, keep):
    c = checkpoint.config
    ids_keep, ids_restore, _ = shuffle(torch.rand(batch, c.patches), keep)
    drawn = {"ids_keep": ids_keep, "ids_restore": ids_restore, "latent": torch.randn(batch, 1 + keep, c.encoder.width)}
    drawn["pixels"] = torch.randn(batch, c.channels, c.height, c.width)
    if said["variant"].startswith("uint8"):
        drawn["pixels"] = torch.randint(0, 256, (batch, c.height, c.width, c.channels), dtype=torch.uint8)
    return {port["name"]: drawn[port["name"]] for port in said["inputs"]}


# the numbers


@pytest.mark.parametrize("type", ["fp16", "bf16", "trt"])
@pytest.mark.parametrize("name", NAMES)
def test_every_graph_in_16_bits_is_near_the_model_at_other_shapes_too(converted, name, type):
    folder, checkpoint = converted(name), CHECKPOINTS[name]
    for stage in stages(checkpoint.model(), checkpoint.mean, checkpoint.std, False):
        if type not in stage.types:
            continue
        graph = Graph(stage, type)
        said = described(folder)[graph.file]
        session = verify.open_graph(folder / graph.file, type)
        for batch, keep in ((1, 1), (2, 5), (5, checkpoint.config.patches)):
            inputs = inputs_of(checkpoint, said, batch, keep)
            outputs = session.run(None, {key: tensor.numpy() for key, tensor in inputs.items()})
            wanted = stage.module(*inputs.values())
            wanted = wanted if isinstance(wanted, tuple) else (wanted,)
            for port, got, expected in zip(stage.outputs, outputs, wanted, strict=True):
                verify.compare(graph, port.name, torch.from_numpy(got), expected)


def test_what_is_large_in_16_bits_is_summed_in_32():
    """The mean of many large numbers, of which the sum would be no half number."""
    checkpoint = CHECKPOINTS["classifier-mean"]
    mae = checkpoint.model()
    mae.pos_embed[:, 1:] += 3e4 * torch.tensor([1.0, -1.0]).repeat(12)
    stage = next(s for s in stages(mae, checkpoint.mean, checkpoint.std, False) if s.graph == "classifier")
    model = ir.to_proto(build(export(stage), Graph(stage, "fp16"))).SerializeToString()
    pixels = torch.randn(2, 3, 32, 32)
    got = onnxruntime.InferenceSession(model).run(None, {"pixels": pixels.numpy()})[0]
    assert np.isfinite(got).all()
    assert torch.cosine_similarity(torch.from_numpy(got), mae.classify(pixels)).min() > 0.999


# the weights


@pytest.mark.parametrize("file", ["encoder.fp16.onnx", "encoder.uint8-fp16.onnx", "decoder.trt.onnx"])
def test_weights_are_halved_when_a_graph_is_loaded_and_not_at_each_run(converted, tmp_path, file):
    graph = onnx.load(converted("visualize") / file, load_external_data=False).graph
    stored = {tensor.name for tensor in graph.initializer}
    assert HALF not in {tensor.data_type for tensor in graph.initializer}
    narrowed = [n.output[0] for n in graph.node if n.op_type == "Cast" and n.input[0] in stored]
    assert len(narrowed) > 20
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    )  # before providers add theirs
    onnxruntime.InferenceSession(converted("visualize") / file, options, providers=["CPUExecutionProvider"])
    optimized = onnx.load(options.optimized_model_filepath).graph
    constant = {tensor.name for tensor in optimized.initializer}
    wide = {tensor.name for tensor in optimized.initializer if tensor.data_type == FLOAT}
    halves = (HALF, onnx.TensorProto.BFLOAT16)
    assert [
        n for n in optimized.node if n.op_type == "Cast" and n.input[0] in wide and n.attribute[0].i in halves
    ] == []
    assert set(narrowed) <= constant


@pytest.mark.parametrize("name", NAMES)
def test_indices_and_what_crosses_the_border_keep_their_types(converted, name):
    for file, said in described(converted(name)).items():
        graph = onnx.load(converted(name) / file, load_external_data=False).graph
        types = types_of(graph)
        assert {port["type"] for side in ("inputs", "outputs") for port in said[side]} <= {"float32", "int64", "uint8"}
        for node in graph.node:
            if node.op_type == "Cast":
                assert types[node.input[0]] != NUMBERS
                assert types[node.output[0]] != NUMBERS


# made for a card

HOST = {  # inputs that CUDA operators of ONNX Runtime take from the host's memory
    "Reshape": {1},
    "Expand": {1},
    "Range": {0, 1, 2},
    "Slice": {1, 2, 3, 4},
    "Squeeze": {1},
    "Unsqueeze": {1},
    "ReduceMean": {1},
}


def placed(graph):
    """Which nodes ONNX Runtime keeps on the host: those that shapes alone decide (fallback_cpu_capability.cc)."""
    small = {tensor.name for tensor in graph.initializer if np.prod(tensor.dims, initial=1) <= 100}
    given = small | {value.name for value in graph.input}
    known, on_host = set(), []
    for node in graph.node:
        told = False
        for place, name in enumerate(node.input):
            if name in known and place in HOST.get(node.op_type, ()):
                break
            if name and name not in known | given:
                break
            told = told or name in known
        else:
            if told:
                known.update(node.output)
                on_host.append(node)
        if node.op_type == "Shape":
            known.update(node.output)
            on_host.append(node)
    return known, on_host


@pytest.mark.parametrize("name", NAMES)
def test_no_size_has_to_be_copied_to_the_card(converted, name):
    for file in fused(converted(name)):
        graph = onnx.load(converted(name) / file, load_external_data=False).graph
        known, on_host = placed(graph)
        made = {output for node in graph.node if node not in on_host for output in node.output}
        for node in graph.node:
            for place, value in enumerate(node.input):
                if node in on_host:
                    assert node.op_type == "Shape" or value not in made, (file, node)
                elif value in known:
                    assert place in HOST.get(node.op_type, ()), (file, node)


@pytest.mark.parametrize("name", NAMES)
def test_no_operator_copies_sizes_that_differ_from_the_host_at_each_run(converted, name):
    """CUDA's Concat of unequal parts and Split do: a captured graph would read freed memory at each replay."""
    for file in fused(converted(name)):
        graph = onnx.load(converted(name) / file, load_external_data=False).graph
        on_host = placed(graph)[1]
        shapes = {v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in graph.value_info}
        for node in graph.node:
            if node not in on_host:
                assert node.op_type not in {"Split", "GatherND", "ScatterND", "TopK", "NonZero"}
            if node.op_type == "Concat" and node not in on_host:
                left, right = (shapes[value] for value in node.input)
                assert left == right, (file, node.name, left, right)


def test_the_kernels_of_a_run_are_counted():
    checkpoint = CHECKPOINTS["visualize"]
    counts = {}
    for stage in stages(checkpoint.model(), checkpoint.mean, checkpoint.std, False):
        exported = export(stage)
        for type in {"fp32", "fp16"} & {*stage.types}:
            graph = Graph(stage, type)
            counts[graph.file] = kernels(build(exported, graph))
    # a block: attention, product, norm, product, GELU, product, norm
    # before: patches into rows, row numbers, indices, gather, product, bias, positions, sum, first, both, slice, norm
    # after: first, others, equal numbers, shares, mean
    assert counts["encoder.onnx"] == 2 * 7 + 12 + 5
    assert counts["encoder.fp16.onnx"] == counts["encoder.onnx"] + 2  # narrowed after the gather, widened at the end
    assert counts["encoder.uint8.onnx"] == counts["encoder.onnx"] + 4  # widened, / 255, - mean, / deviation
    assert counts["encoder.uint8-fp16.onnx"] == counts["encoder.fp16.onnx"]  # bytes are narrowed as they are
    # channels last, into rows, difference, square, mean
    assert counts["judge.onnx"] == 5
    assert counts["judge.uint8.onnx"] == counts["judge.onnx"] - 1 + 4  # as of the encoder, but already channels last


def test_what_only_cards_do_fast_is_left_out_of_the_graphs_for_processors(converted):
    """QuantizeLinear, which makes a picture's bytes, takes a processor longer than all else in a small decoder."""
    asked = {
        said["variant"]: any(
            node.op_type == "QuantizeLinear"
            for node in onnx.load(converted("visualize") / file, load_external_data=False).graph.node
        )
        for file, said in described(converted("visualize")).items()
        if said["graph"] == "decoder"
    }
    assert asked == {"fp32": False, "fp16": True, "bf16": True, "trt": False}


# TensorRT


@pytest.mark.parametrize("name", NAMES)
def test_a_graph_for_tensorrt_is_of_the_standard_s_operators_and_moves_no_bytes(converted, name):
    folder = converted(name)
    for file in described(folder).keys() - set(fused(folder)):
        graph = onnx.load(folder / file, load_external_data=False).graph
        types = types_of(graph)
        assert {node.domain for node in graph.node} == {""}
        for node in graph.node:
            if BYTES in {types.get(value) for value in (*node.input, *node.output)}:
                assert node.op_type == "Cast"
                assert {node.input[0], node.output[0]} & {value.name for value in (*graph.input, *graph.output)}


def test_a_graph_for_tensorrt_says_for_which_sizes_it_is_meant(converted):
    said = described(converted("visualize"))
    assert said["encoder.trt.onnx"]["profiles"] == {"batch": [1, 32, 256], "keep": [1, 4, 16]}
    assert said["encoder.uint8-trt.onnx"]["profiles"] == said["encoder.trt.onnx"]["profiles"]
    assert said["decoder.trt.onnx"]["profiles"] == {"batch": [1, 32, 256], "1+keep": [2, 5, 17]}
    assert described(converted("probe"))["classifier.trt.onnx"]["profiles"] == {"batch": [1, 32, 256]}
    for about in said.values():  # of the others, how many kernels of ONNX Runtime they are
        assert about.keys() & {"profiles", "kernels"} == {"profiles" if about["variant"].endswith("trt") else "kernels"}


# the bundle


def test_a_bundle_has_every_stage_in_every_type_and_says_the_limits(converted):
    said = described(converted("visualize"))
    assert Counter(about["variant"].removeprefix("uint8-").replace("uint8", "fp32") for about in said.values()) == {
        type: 5 if type == "fp32" else 3 for type in TYPES
    }
    assert {about["variant"] for about in said.values() if about["graph"] == "judge"} == {"fp32", "uint8"}
    assert {key: said["encoder.uint8-fp16.onnx"][key] for key in ("tolerance", "cosine", "levels")} == {
        "tolerance": {"cpu": 1e-2, "cuda": 1e-2},
        "cosine": 0.9999,
        "levels": 2,
    }


def test_only_the_types_that_are_wanted_are_written(tmp_path):
    folder = bundle.convert(CHECKPOINTS["classifier-mean"], "some", tmp_path, types=("fp32", "fp16"))
    variants = {about["variant"] for about in described(folder).values()}
    assert variants == {"fp32", "uint8", "fp16", "uint8-fp16"}
    assert {path.name for path in folder.glob("*.onnx")} == described(folder).keys()
