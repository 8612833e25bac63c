import errno
import hashlib
import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
import pytest
import torch
from checkpoints import CHECKPOINTS
from safetensors import safe_open
from safetensors.torch import load_file
from torchvision.transforms.functional import normalize, to_tensor

from export import Refusal, bundle, golden, verify
from export.build import export
from export.fixtures import DECODER, FIXTURES, SMALL, random_checkpoint
from export.graphs import Colours, Graph
from export.model import Config, Stack

ROOT = Path(__file__).parents[2]
BUILD, STAGES = bundle.build, bundle.stages


def manifest(folder):
    return json.loads((folder / "model.json").read_text())


def session(folder, file):
    return onnxruntime.InferenceSession(folder / file, providers=["CPUExecutionProvider"])


def run(graph, **inputs):
    outputs = graph.run(None, {name: tensor.numpy() for name, tensor in inputs.items()})
    return [torch.from_numpy(output) for output in outputs]


def close(actual, expected):
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-5)


def draw(config, batch):
    """Normalised pixels and the patches of each row in a random order."""
    pixels = torch.randn(batch, config.channels, config.height, config.width)
    return pixels, torch.stack([torch.randperm(config.patches) for _ in range(batch)])


# the graphs


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_the_encoder_agrees_with_the_model_at_every_batch_and_keep(converted, name):
    mae = CHECKPOINTS[name].model()
    encoder = session(converted(name), "encoder.onnx")
    for batch in (1, 2, 5):
        pixels, order = draw(mae.config, batch)
        for keep in range(1, mae.config.patches + 1):
            ids_keep = order[:, :keep]
            for got, wanted in zip(
                run(encoder, pixels=pixels, ids_keep=ids_keep), mae.encode(pixels, ids_keep), strict=True
            ):
                close(got, wanted)


@pytest.mark.parametrize("name", ["visualize", "odd"])
def test_the_decoder_agrees_with_the_model_at_every_batch_and_keep(converted, name):
    mae = CHECKPOINTS[name].model()
    decoder = session(converted(name), "decoder.onnx")
    for batch in (1, 2, 5):
        _, order = draw(mae.config, batch)
        for keep in range(1, mae.config.patches + 1):
            latent = torch.randn(batch, 1 + keep, mae.config.encoder.width)
            got = run(decoder, latent=latent, ids_restore=order)
            close(got[0], mae.decode(latent, order))


@pytest.mark.parametrize("name", ["visualize", "odd"])
def test_the_judge_agrees_with_the_model_at_every_batch(converted, name):
    mae = CHECKPOINTS[name].model()
    for batch in (1, 2, 5):
        pixels, _ = draw(mae.config, batch)
        patches = torch.randn(batch, mae.config.patches, mae.config.pixels_per_patch)
        got = run(session(converted(name), "judge.onnx"), pixels=pixels, patches=patches)
        close(got[0], mae.patch_error(pixels, patches))


@pytest.mark.parametrize("patch", [3, 4])  # rows of 27 and 48 numbers
@pytest.mark.parametrize("normalized", [False, True])
def test_a_row_is_judged_alike_in_every_company_and_against_what_the_model_was_trained_for(patch, normalized):
    config = Config(**SMALL | {"height": 3 * patch, "width": 5 * patch, "patch": patch}, decoder=DECODER)
    mae, mean, std = random_checkpoint("any", "visualize", config).model(), (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    raw = torch.randint(0, 256, (5, config.height, config.width, 3), dtype=torch.uint8)
    pixels, patches = Colours(mean, std).normalize(raw).permute(0, 3, 1, 2), torch.randn(5, 15, 3 * patch * patch)
    judges = [s for s in STAGES(mae, mean, std, normalized) if s.graph == "judge"]
    for stage in judges:
        model = BUILD(export(stage), Graph(stage, "fp32"))
        graph = onnxruntime.InferenceSession(ir.to_proto(model).SerializeToString())
        given = raw if stage.raw else pixels
        together = run(graph, pixels=given, patches=patches)[0]
        close(together, mae.patch_error(pixels, patches, normalized))
        for first in range(5):
            for last in range(first + 1, 6):
                apart = run(graph, pixels=given[first:last].contiguous(), patches=patches[first:last])[0]
                assert torch.equal(apart, together[first:last])
    assert [stage.raw for stage in judges] == [False, True]


def test_the_image_is_the_patches_in_bytes(converted):
    checkpoint = CHECKPOINTS["odd"]
    c = checkpoint.config
    latent, order = 3 * torch.randn(2, 8, c.encoder.width), draw(c, 2)[1]
    patches, image = run(session(converted("odd"), "decoder.onnx"), latent=latent, ids_restore=order)
    for row in range(2):
        for number in range(c.patches):
            y, x = (c.patch * part for part in divmod(number, c.grid[1]))
            patch = patches[row, number].numpy().reshape(c.patch, c.patch, c.channels)
            levels = np.rint((patch * np.float32(checkpoint.std) + np.float32(checkpoint.mean)) * 255).clip(0, 255)
            np.testing.assert_allclose(image[row, y : y + c.patch, x : x + c.patch], levels, atol=1)
    assert image.min() == 0
    assert image.max() == 255


@pytest.mark.parametrize("name", ["classifier-mean", "probe"])
def test_the_classifier_agrees_with_the_model_at_every_batch(converted, name):
    mae = CHECKPOINTS[name].model()
    for batch in (1, 2, 5):
        pixels, _ = draw(mae.config, batch)
        close(run(session(converted(name), "classifier.onnx"), pixels=pixels)[0], mae.classify(pixels))


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_raw_bytes_are_normalised_as_torchvision_does(converted, name):
    checkpoint, folder = CHECKPOINTS[name], converted(name)
    c = checkpoint.config
    raw = np.random.default_rng(0).integers(0, 256, (3, c.height, c.width, c.channels), np.uint8)
    pixels = torch.stack([normalize(to_tensor(picture), checkpoint.mean, checkpoint.std) for picture in raw])
    others = {"encoder": {"ids_keep": draw(c, 3)[1][:, :5]}, "classifier": {}}
    others["judge"] = {"patches": torch.randn(3, c.patches, c.pixels_per_patch)}
    for graph, inputs in others.items():
        if f"{graph}.onnx" in manifest(folder)["graphs"]:
            plain = run(session(folder, f"{graph}.onnx"), pixels=pixels, **inputs)
            bytewise = run(session(folder, f"{graph}.uint8.onnx"), pixels=torch.from_numpy(raw), **inputs)
            for got, wanted in zip(bytewise, plain, strict=True):
                torch.testing.assert_close(got, wanted, rtol=0, atol=0)


def test_a_value_halfway_rounds_to_the_even_level_and_none_leaves_the_scale():
    levels = torch.tensor([[-3.0, 0.4, 0.5, 1.5, 254.5, 300.0]])
    assert Colours((0.0,), (1 / 255,)).to_bytes(levels).tolist() == [[0, 0, 0, 2, 254, 255]]


def nodes(folder, file):
    graph = onnx.load(folder / file, load_external_data=False).graph
    return {kind: [node for node in graph.node if node.op_type == kind] for kind in {n.op_type for n in graph.node}}


@pytest.mark.parametrize(
    ("name", "file", "stack"),
    [
        ("visualize", "encoder.onnx", SMALL["encoder"]),
        ("visualize", "encoder.uint8.onnx", SMALL["encoder"]),
        ("visualize", "encoder.fp16.onnx", SMALL["encoder"]),
        ("visualize", "encoder.uint8-bf16.onnx", SMALL["encoder"]),
        ("visualize", "decoder.onnx", DECODER),
        ("visualize", "decoder.fp16.onnx", DECODER),
        ("classifier-mean", "classifier.onnx", SMALL["encoder"]),
    ],
)
def test_every_block_is_fused(converted, name, file, stack):
    found = nodes(converted(name), file)
    heads = [
        attribute.i for node in found["Attention"] for attribute in node.attribute if attribute.name == "num_heads"
    ]
    assert heads == [stack.heads] * stack.depth
    assert len(found["BiasGelu"]) == stack.depth
    # every norm but the first follows a residual; the last norm of a global pool does not
    norms = len(found["SkipLayerNormalization"]), len(found["LayerNormalization"])
    assert norms == ((2 * stack.depth - 1, 2) if name == "classifier-mean" else (2 * stack.depth, 1))
    assert not found.keys() & {"Conv", "GatherElements", "GatherND", "Erf", "Gelu", "TopK", "Split"}
    assert len(found.get("Softmax", ())) == (not file.startswith("decoder"))  # of the mean
    assert "ReduceMean" not in found  # its last bits would depend on the size of the batch


def test_nothing_of_the_machine_that_converted_is_in_a_graph(converted):
    for path in converted("visualize").glob("*.onnx"):
        assert b".py" not in path.read_bytes()
        assert str(ROOT).encode() not in path.read_bytes()


# the weights


def tensors(folder, file):
    return {t.name: t for t in onnx.load(folder / file, load_external_data=False).graph.initializer}


def place(tensor):
    return {entry.key: entry.value for entry in tensor.external_data}


@pytest.mark.parametrize("name", ["visualize", "classifier-mean"])
def test_the_graphs_share_one_copy_of_the_weights(converted, name):
    folder, places = converted(name), {}
    for file in manifest(folder)["graphs"]:
        for tensor in tensors(folder, file).values():
            if tensor.data_location == onnx.TensorProto.EXTERNAL:
                where = place(tensor)
                assert where["location"] == "weights.data"
                assert int(where["offset"]) % 4096 == 0
                places.setdefault(file, {})[int(where["offset"])] = int(where["length"])
            else:
                assert len(tensor.raw_data) < 1024
    assert places["encoder.onnx"] == places["encoder.uint8.onnx"]
    for type in (
        "fp16",
        "bf16",
        "trt",
    ):  # in 16 bits on the same weights, but for the first product, if that takes bytes
        assert places[f"encoder.{type}.onnx"] == places["encoder.onnx"]
        assert len(places[f"encoder.uint8-{type}.onnx"].keys() - places["encoder.onnx"].keys()) == 1
    if name == "classifier-mean":
        assert places["encoder.onnx"].items() <= places["classifier.onnx"].items()
    stored = {offset: length for part in places.values() for offset, length in part.items()}
    data = (folder / "weights.data").read_bytes()
    pieces = [data[offset : offset + length] for offset, length in stored.items()]
    assert len(set(pieces)) == len(pieces)
    assert max(offset + length for offset, length in stored.items()) == len(data)


# the manifest


def test_the_manifest_says_what_the_bundle_is(converted):
    folder = converted("visualize")
    said = manifest(folder)
    graphs, files = said.pop("graphs"), said.pop("files")
    checkpoint = CHECKPOINTS["visualize"]
    assert list(said.items()) == [
        ("format", 1),
        ("name", "visualize"),
        ("license", "Apache-2.0"),
        (
            "source",
            {"file": "visualize.pth", "sha256": checkpoint.sha256, "scheme": "upstream", "flavour": "visualize"},
        ),
        (
            "image",
            {
                "height": 32,
                "width": 32,
                "patch": 8,
                "channels": 3,
                "mean": [0.485, 0.456, 0.406],
                "std": [0.229, 0.224, 0.225],
            },
        ),
        ("encoder", {"width": 24, "depth": 2, "heads": 3, "mlp": 96}),
        ("decoder", {"width": 16, "depth": 2, "heads": 2, "mlp": 64}),
        ("finalNorm", "tokens"),
        ("normalizedPixels", False),
        ("layerNormEps", 1e-6),
        ("activation", "gelu"),
        ("preprocess", "demo"),
        ("parameters", said["parameters"]),
    ]
    assert sum(said["parameters"].values()) == sum(tensor.numel() for tensor in checkpoint.state.values())
    assert graphs.keys() | files.keys() | {"model.json"} == {path.name for path in folder.iterdir()}
    assert graphs["decoder.onnx"] == {
        "graph": "decoder",
        "variant": "fp32",
        "sha256": hashlib.sha256((folder / "decoder.onnx").read_bytes()).hexdigest(),
        "data": ["weights.data"],
        "inputs": [
            {"name": "latent", "type": "float32", "shape": ["batch", "1+keep", 24]},
            {"name": "ids_restore", "type": "int64", "shape": ["batch", 16]},
        ],
        "outputs": [
            {"name": "patches", "type": "float32", "shape": ["batch", 16, 192]},
            {"name": "image", "type": "uint8", "shape": ["batch", 32, 32, 3]},
        ],
        "tolerance": {"cpu": 1e-4, "cuda": 1e-3, "tensorrt": 1e-3},
        "levels": 1,
        "kernels": 39,
    }
    assert [port["shape"] for port in graphs["judge.uint8.onnx"]["inputs"]] == [
        ["batch", 32, 32, 3],
        ["batch", 16, 192],
    ]
    assert graphs["judge.uint8.onnx"]["outputs"] == [{"name": "patch_error", "type": "float32", "shape": ["batch", 16]}]


def test_the_manifest_of_a_classifier(converted):
    folder = converted("classifier-mean")
    said = manifest(folder)
    assert list(said)[5:9] == ["encoder", "classes", "pool", "finalNorm"]
    assert (said["classes"], said["pool"], said["finalNorm"], said["preprocess"]) == (10, "mean", "pooled", "eval")
    assert said["parameters"].keys() == {"encoder", "classifier"}
    assert said["parameters"]["classifier"] == 2 * 24 + 24 * 10 + 10
    assert (folder / "labels.txt").read_text().splitlines() == [f"label {number}" for number in range(10)]


def test_a_model_of_normalised_pixels_has_no_image():
    checkpoint = random_checkpoint("full", *FIXTURES["full"])
    decoder = next(s for s in STAGES(checkpoint.model(), checkpoint.mean, checkpoint.std, True) if s.graph == "decoder")
    assert [port.name for port in decoder.outputs] == ["patches"]
    cases = golden.cases(checkpoint.model(), Colours(checkpoint.mean, checkpoint.std), True)
    assert all(
        tensors.keys() == ENCODED | DECODED - {"image"} | {"patch_error_normalized"} for tensors in cases.values()
    )


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_the_graphs_declare_what_the_manifest_says(converted, name):
    folder = converted(name)
    kinds = {"float32": onnx.TensorProto.FLOAT, "int64": onnx.TensorProto.INT64, "uint8": onnx.TensorProto.UINT8}
    for file, said in manifest(folder)["graphs"].items():
        graph = onnx.load(folder / file, load_external_data=False).graph
        for side, values in (("inputs", graph.input), ("outputs", graph.output)):
            for port, value in zip(said[side], values, strict=True):
                declared = value.type.tensor_type
                assert value.name == port["name"]
                assert declared.elem_type == kinds[port["type"]]
                assert [d.dim_param or d.dim_value for d in declared.shape.dim] == port["shape"]


def committed():
    return [ROOT / "onnx/mae-tiny", *(ROOT / "src/test/resources/bundles" / name for name in FIXTURES)]


@pytest.mark.parametrize("folder", committed(), ids=lambda folder: folder.name)
def test_a_committed_bundle_is_whole(folder):
    said = manifest(folder)
    for file, about in (said["graphs"] | said["files"]).items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == about["sha256"]


# the golden tensors


def golden_of(folder):
    cases = {}
    for key, tensor in load_file(folder / "golden.safetensors").items():
        case, name = key.split(".")
        cases.setdefault(case, {})[name] = tensor
    return cases


ENCODED = {"pixels", "pixels_uint8", "noise", "patch_embed", "with_position", "mask", "ids_keep", "ids_restore"}
ENCODED |= {"latent", "cls", "mean"}
DECODED = {"decoder_input", "patches", "image", "loss", "loss_normalized", "patch_error"}


def test_each_case_has_every_tensor_of_its_flavour(converted):
    cases = golden_of(converted("visualize"))
    assert cases.keys() == {"ratio75", "ratio50", "unmasked", "handmade", "batch3"}
    assert all(tensors.keys() == ENCODED | DECODED for tensors in cases.values())
    for case, tensors in golden_of(converted("classifier-mean")).items():
        assert tensors.keys() == (ENCODED | {"logits"} if case == "unmasked" else ENCODED)
    with safe_open(converted("visualize") / "golden.safetensors", "pt") as file:
        assert file.metadata() == {"format": "1", "torch": torch.__version__}


@pytest.mark.parametrize("name", ["visualize", "classifier-mean"])
def test_golden_tensors_are_the_model_s_answers(converted, name):
    checkpoint = CHECKPOINTS[name]
    again = golden.cases(checkpoint.model(), Colours(checkpoint.mean, checkpoint.std), False)
    for case, tensors in golden_of(converted(name)).items():
        for key, tensor in tensors.items():
            torch.testing.assert_close(tensor, again[case][key], rtol=0, atol=0, equal_nan=True)


def test_noise_is_that_of_the_seeds_and_masks_are_its_order(converted):
    cases = golden_of(converted("visualize"))
    for case, seed, rows in (("ratio75", 2, 1), ("ratio50", 0, 1), ("batch3", 7, 3)):
        torch.manual_seed(seed)
        assert torch.equal(cases[case]["noise"], torch.rand(rows, 16))
    kept = {
        "ratio75": 4,
        "ratio50": 8,
        "unmasked": 16,
        "batch3": 4,
        "handmade": 16 - int(cases["handmade"]["mask"].sum()),
    }
    for case, tensors in cases.items():
        for row, noise in enumerate(tensors["noise"].numpy()):
            order = np.argsort(noise, kind="stable")
            mask = np.ones(16)
            mask[order[: kept[case]]] = 0
            assert (tensors["ids_keep"][row].numpy() == order[: kept[case]]).all()
            assert (tensors["ids_restore"][row].numpy()[order] == np.arange(16)).all()
            assert (tensors["mask"][row].numpy() == mask).all()
    handmade = cases["handmade"]
    assert 0 < handmade["mask"].sum() < 16
    assert handmade["ids_keep"][0].tolist() == [n for n in range(16) if not handmade["mask"][0, n]]
    assert len({tuple(mask.tolist()) for mask in cases["batch3"]["mask"]}) == 3
    pictures = [picture.numpy().tobytes() for tensors in cases.values() for picture in tensors["pixels_uint8"]]
    assert len(set(pictures)) == 7


def test_golden_stages_follow_from_independent_formulas(converted):
    checkpoint = CHECKPOINTS["visualize"]
    state = {name: tensor.numpy() for name, tensor in checkpoint.state.items()}
    for tensors in golden_of(converted("visualize")).values():
        case = {name: tensor.numpy() for name, tensor in tensors.items()}
        for row in range(len(case["noise"])):
            picture = to_tensor(case["pixels_uint8"][row])
            expected = normalize(picture, checkpoint.mean, checkpoint.std)
            np.testing.assert_array_equal(case["pixels"][row], expected)
            patches = by_hand(case["pixels"][row])
            embedded = np.stack([convolve(state, case["pixels"][row], n) for n in range(16)])
            np.testing.assert_allclose(case["patch_embed"][row], embedded, atol=2e-5)
            positioned = case["patch_embed"][row] + state["pos_embed"][0, 1:]
            np.testing.assert_allclose(case["with_position"][row], positioned, atol=1e-6)
            np.testing.assert_array_equal(case["cls"][row], case["latent"][row, 0])
            np.testing.assert_allclose(case["mean"][row], case["latent"][row, 1:].mean(0), atol=1e-5)
            np.testing.assert_allclose(case["decoder_input"][row], placed(state, case, row), atol=1e-5)
            check_losses(case, row, patches)
            levels = np.zeros((32, 32, 3))
            for n in range(16):
                y, x = 8 * (n // 4), 8 * (n % 4)
                levels[y : y + 8, x : x + 8] = case["patches"][row, n].reshape(8, 8, 3)
            levels = (levels * checkpoint.std + checkpoint.mean) * 255
            assert abs(case["image"][row] - levels.clip(0, 255)).max() < 0.501


def by_hand(pixels):  # (C, H, W) -> (N, P * P * C), one number at a time
    patches = np.zeros((16, 192), np.float32)
    for channel, y, x in np.ndindex(3, 32, 32):
        patches[4 * (y // 8) + x // 8, ((y % 8) * 8 + x % 8) * 3 + channel] = pixels[channel, y, x]
    return patches


def convolve(state, pixels, number):
    y, x = 8 * (number // 4), 8 * (number % 4)
    window = pixels[:, y : y + 8, x : x + 8]
    return (state["patch_embed.proj.weight"] * window).sum((1, 2, 3)) + state["patch_embed.proj.bias"]


def placed(state, case, row):
    """What the decoder sees: every kept token at its patch, the mask token elsewhere, position added."""
    tokens = case["latent"][row] @ state["decoder_embed.weight"].T + state["decoder_embed.bias"]
    places = np.tile(state["mask_token"][0, 0], (16, 1))
    places[case["ids_keep"][row]] = tokens[1:]
    return np.concatenate([tokens[:1], places]) + state["decoder_pos_embed"][0]


def check_losses(case, row, patches):
    hidden = case["mask"][row] == 1
    normalised = (patches - patches.mean(1, keepdims=True)) / np.sqrt(patches.var(1, ddof=1, keepdims=True) + 1e-6)
    for target, name in ((patches, "loss"), (normalised, "loss_normalized")):
        error = ((case["patches"][row] - target) ** 2).mean(1)
        expected = error[hidden].mean() if hidden.any() else np.nan
        np.testing.assert_allclose(case[name][row], expected, rtol=1e-4)
    error = ((case["patches"][row] - patches) ** 2).mean(1)
    np.testing.assert_allclose(case["patch_error"][row], error, rtol=1e-4)


# complete or not at all


def small():
    config = Config(**SMALL | {"encoder": Stack(16, 1, 2, 64)})
    return replace(random_checkpoint("small", "encoder", config), license=None)


@pytest.fixture
def one_graph(monkeypatch):
    """Conversions that stop after the first stage, which is enough to see what becomes of the folder."""
    monkeypatch.setattr(bundle, "stages", lambda *args: islice(STAGES(*args), 1))


def spoil(exported, graph):
    model = BUILD(exported, graph)
    value = next(value for value in model.graph.initializers.values() if value.const_value.nbytes > 1024)
    weights = value.const_value.numpy().copy()
    weights.flat[7] += 1
    value.const_value = ir.tensor(weights, name=value.name)
    return model


def test_a_graph_that_disagrees_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "build", spoil)
    with pytest.raises(Refusal, match=r"^encoder.onnx: latent differs from PyTorch's by [\d.e+-]+, tolerance 0.0001$"):
        bundle.convert(small(), "spoilt", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_graph_that_answers_no_number_is_out_of_tolerance(value):
    with pytest.raises(Refusal, match="latent differs"):
        verify.compare(SimpleNamespace(file="x", type="fp32"), "latent", torch.full((1, 2), value), torch.zeros(1, 2))


def test_one_row_that_points_elsewhere_is_refused_in_16_bits():
    graph, expected = SimpleNamespace(file="x", type="fp16"), torch.ones(3, 100)
    actual = expected.clone()
    actual[1] += 0.009 * torch.randn(100, generator=torch.Generator().manual_seed(0)).clamp(-1, 1)
    assert verify.compare(graph, "latent", actual, expected)[1] < 0.99999  # the least of the rows
    expected *= 1e-3  # the tolerance is of 1 at least, so that only the cosine can tell
    with pytest.raises(Refusal, match=r"^x: latent has a cosine of 0\.\d+ to PyTorch's, the least is 0.9999$"):
        verify.compare(graph, "latent", actual - 1 + 1e-3, expected)


@pytest.mark.usefixtures("one_graph")
def test_a_bundle_is_not_seen_before_it_is_whole(tmp_path, monkeypatch):
    seen = []
    whole = bundle.verify
    monkeypatch.setattr(bundle, "verify", lambda *args: (seen.extend(tmp_path.iterdir()), whole(*args))[1])
    final = bundle.convert(small(), "small", tmp_path)
    assert {path.name.startswith(".small.partial-") for path in seen} == {True}
    assert list(tmp_path.iterdir()) == [final]


def interrupt(*_):
    raise KeyboardInterrupt


def fill_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_an_interrupted_conversion_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "verify", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bundle.convert(small(), "small", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said_and_leaves_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "small").mkdir()
    (tmp_path / "small/model.json").touch()
    monkeypatch.setattr(bundle.Weights, "place", fill_disk)
    with pytest.raises(Refusal, match=f"cannot write {tmp_path / 'small'}: no space left on device"):
        bundle.convert(small(), "small", tmp_path, force=True)
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == ["small", "small/model.json"]


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path):
    (tmp_path / "small").mkdir()
    (tmp_path / "small/thesis.txt").touch()
    with pytest.raises(Refusal, match="is no bundle, so it is never replaced"):
        bundle.convert(small(), "small", tmp_path, force=True)
    assert (tmp_path / "small/thesis.txt").exists()


@pytest.mark.usefixtures("one_graph")
def test_a_bundle_is_replaced_only_by_force_and_keeps_its_card(tmp_path):
    first = bundle.convert(small(), "small", tmp_path)
    (first / "README.md").write_text("a card")
    (first / "leftover").touch()
    digests = {path.name: path.read_bytes() for path in first.iterdir()}
    with pytest.raises(Refusal, match="exists already; --force replaces it"):
        bundle.convert(small(), "small", tmp_path)
    assert bundle.convert(small(), "small", tmp_path, force=True) == first
    assert list(tmp_path.iterdir()) == [first]
    del digests["leftover"]
    assert manifest(first)["license"] == "unknown"
    assert {path.name: path.read_bytes() for path in first.iterdir()} == digests  # byte for byte the same again


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "-x", "a b", "Ä", "x" * 65])
def test_a_name_that_is_no_name_of_a_folder_is_refused(tmp_path, name):
    with pytest.raises(Refusal, match="^name "):
        bundle.convert(small(), name, tmp_path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match="cannot write .*: not a directory"):
        bundle.convert(small(), "small", tmp_path / "file")
