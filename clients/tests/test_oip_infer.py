"""Inference through Triton's own client in every way it has: PyTorch's answers, and the same to the bit in all."""

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import ROOT
from pictures import lossless, pixels
from safetensors.numpy import load_file
from triton import GRPC_WAYS, PATIENCE, WAYS, Ask, http_request, http_told, pictures
from tritonclient.http import InferenceServerClient
from tritonclient.utils import np_to_triton_dtype

BUNDLE = ROOT / "onnx/mae-tiny"
GOLDEN = load_file(BUNDLE / "golden.safetensors")
GRAPHS = json.loads((BUNDLE / "model.json").read_text())["graphs"]
ENCODED = ("latent", "cls", "mean")
DECODED = ("patches", "image")
EXACT = ("mask", "ids_restore")
BOTH = ("http", "grpc")
WIDTH = 192


def golden(case, *names):
    return {name: GOLDEN[f"{case}.{name}"] for name in names}


def png(case):
    return pictures(*(lossless(raw, "PNG") for raw in GOLDEN[case + ".pixels_uint8"]))


def webp(case):
    return pictures(*(lossless(raw, "WEBP") for raw in GOLDEN[case + ".pixels_uint8"]))


def as_uint8(case):
    return GOLDEN[case + ".pixels_uint8"]


def ask(model, case, inputs, outputs, renamed=None, **parameters):
    given = golden(case, *inputs) | (renamed or {})
    return case, Ask(model, given, outputs, {"parameters": parameters} if parameters else {})


ALL = ENCODED + DECODED
CASES = {
    # which patches to keep is told in numbers or by noise; the batch has three rows
    "tensors": ask("mae-tiny", "ratio75", ("pixels", "ids_keep"), (*ALL, "mask", "loss")),
    "tensors half": ask("mae-tiny", "ratio50", ("pixels", "noise"), (*ALL, *EXACT, "loss"), ratio=0.5),
    "tensors whole": ask("mae-tiny", "unmasked", ("pixels",), ("cls", "mean")),
    "tensors by hand": ask("mae-tiny", "handmade", ("pixels", "ids_keep"), (*ALL, "mask", "loss")),
    "tensors of three": ask("mae-tiny", "batch3", ("pixels", "noise"), (*ALL, *EXACT, "loss")),
    "bytes of tensors": ask("mae-tiny", "batch3", ("noise",), (*ALL, *EXACT), {"pixels": as_uint8("batch3")}),
    "png": ask("mae-tiny_image", "batch3", ("noise",), (*ALL, *EXACT, "loss"), {"image": png("batch3")}),
    "webp": ask("mae-tiny_image", "ratio75", ("ids_keep",), (*ALL, "mask"), {"image": webp("ratio75")}),
    "seed": ask("mae-tiny_image", "ratio75", (), (*ALL, *EXACT), {"image": png("ratio75")}, seed=2),
    "encoder": ask("mae-tiny_encoder", "batch3", ("pixels", "ids_keep"), ENCODED),
    "encoder whole": ask("mae-tiny_encoder", "unmasked", ("pixels", "ids_keep"), ENCODED),
    "encoder without": ask("mae-tiny_encoder", "unmasked", ("pixels",), ("cls", "mean")),
    "decoder": ask("mae-tiny_decoder", "batch3", ("latent", "ids_restore"), DECODED),
}


def tolerance(name):
    """What the bundle says, relative to the largest value."""
    graph = "encoder" if name in ENCODED else "decoder"
    return GRAPHS[f"{graph}.onnx"]["tolerance"]["cpu"]


def check(name, actual, expected):
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape), name
    if name in EXACT:
        assert (actual == expected).all(), name
    elif name == "image":
        off = np.abs(actual.astype(int) - expected).max()
        assert off <= 1, name  # where rounding may fall either way
    else:
        off = float(np.abs(actual - expected).max() / np.abs(expected).max())
        assert off <= tolerance(name), name


@pytest.fixture(scope="session")
def first():
    """The first answer to each case."""
    return {}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_every_way_gets_what_pytorch_gives_and_the_same_bits(server, first, case, way):
    name, asked = CASES[case]
    told = WAYS[way](server, asked)
    assert tuple(told.outputs) == asked.outputs
    assert (told.head["model_name"], told.head["model_version"]) == (asked.model, "1")
    for output, array in told.outputs.items():
        check(output, array, GOLDEN[f"{name}.{output}"])
    told.same_as(first.setdefault(case, told))


def v1(url, path, photo):
    """The raw bytes that `/v1` answers."""
    request = urllib.request.Request(
        url + path, photo, {"content-type": "image/jpeg", "accept": "application/octet-stream"}
    )
    with urllib.request.urlopen(request) as answer:
        return answer.read()


PICTURES_AS_V1 = {  # output: options of the client, route of /v1
    "cls": ({}, "/v1/embed?pool=cls"),
    "mean": ({}, "/v1/embed?pool=mean"),
    "latent": ({}, "/v1/embed?pool=patches"),
    "patches": ({}, "/v1/reconstruct"),
    "patches seeded": ({"ratio": 0.5, "seed": 7}, "/v1/reconstruct?ratio=0.5&seed=7"),
    "patches masked": ({"mask": "0,1,2,195"}, "/v1/reconstruct?mask=0,1,2,195"),
    "anomaly_map": ({"masks": 5, "rounds": 2, "top": 0.1}, "/v1/anomaly?masks=5&rounds=2&top=0.1"),
}


@pytest.mark.parametrize("way", ["http", "http json", "grpc", "grpc typed", "grpc stream"])
@pytest.mark.parametrize("wanted", PICTURES_AS_V1)
def test_a_jpeg_file_gets_what_v1_answers_to_the_bit(server, photos, wanted, way):
    parameters, path = PICTURES_AS_V1[wanted]
    output = wanted.split()[0]
    told = WAYS[way](
        server, Ask("mae-tiny_image", {"image": pictures(photos[0])}, (output,), {"parameters": parameters})
    )
    expected = np.frombuffer(v1(server.url, path, photos[0]), "<f4")
    actual = told[output].ravel()
    assert (
        actual[-len(expected) :].tobytes() == expected.tobytes()
    )  # /v1 tells of patches only, without the class token
    assert len(actual) - len(expected) == (WIDTH if output == "latent" else 0)


@pytest.mark.parametrize("way", BOTH)
def test_every_form_of_a_photo_is_the_same_picture(server, photos, way):
    seen = pixels(photos[0])
    files = [photos[0], lossless(seen, "PNG"), lossless(seen, "WEBP")]
    one, *others = (WAYS[way](server, Ask("mae-tiny_image", {"image": pictures(file)}, ("cls",))) for file in files)
    for other in others:
        other.same_as(one)
    flat = WAYS[way](server, Ask("mae-tiny_image", {"image": pictures(files[0]).ravel()}, ("cls",)))
    flat.same_as(one)  # [rows] is taken for [rows, 1]


@pytest.mark.parametrize("way", BOTH)
def test_panels_are_the_png_that_v1_draws(server, photos, way):
    told = WAYS[way](server, Ask("mae-tiny_image", {"image": pictures(*photos[:2])}, ("panels",)))
    assert told["panels"].shape == (2,)
    for panels, photo in zip(told["panels"], photos, strict=False):
        request = urllib.request.Request(
            server.url + "/v1/reconstruct", photo, {"content-type": "image/jpeg", "accept": "image/png"}
        )
        with urllib.request.urlopen(request) as answer:
            assert panels == answer.read()


@pytest.mark.parametrize("way", ["http", "http async", "grpc", "grpc stream"])
@pytest.mark.parametrize("rows", [1, 8, 20])
def test_batches_of_any_size_are_answered_row_by_row(server, rows, way):
    raw = np.concatenate([GOLDEN["batch3.pixels_uint8"]] * 7)[:rows]
    told = WAYS[way](server, Ask("mae-tiny", {"pixels": raw}, ("cls", "image")))
    assert {array.shape[0] for array in told.outputs.values()} == {rows}
    for row in range(rows):
        check("cls", told["cls"][row], told["cls"][row % 3])
        check("image", told["image"][row], told["image"][row % 3])


@pytest.mark.parametrize("way", ["http", "http json in", "http aio", *GRPC_WAYS])
@pytest.mark.parametrize("model", ["mae-tiny", "mae-tiny_image", "mae-tiny_encoder", "mae-tiny_decoder"])
def test_who_names_no_output_gets_all_that_are_declared(server, photos, model, way):
    inputs = {
        "mae-tiny": golden("ratio75", "pixels"),
        "mae-tiny_image": {"image": pictures(photos[0])},
        "mae-tiny_encoder": golden("ratio75", "pixels", "ids_keep"),
        "mae-tiny_decoder": golden("ratio75", "latent", "ids_restore"),
    }[model]
    told = WAYS[way](server, Ask(model, inputs))
    with urllib.request.urlopen(f"{server.url}/v2/models/{model}") as answer:
        declared = json.load(answer)["outputs"]
    assert list(told.outputs) == [output["name"] for output in declared]
    for output in declared:
        array = told[output["name"]]
        assert len(array.shape) == len(output["shape"])
        assert all(side in (-1, array.shape[i]) for i, side in enumerate(output["shape"]))
        assert output["datatype"] == np_to_triton_dtype(array.dtype)


DEFAULTS = {  # outputs: what is hidden unless the caller says
    ("cls",): 0.0,
    ("latent", "mean"): 0.0,
    ("anomaly_score",): 0.0,
    ("patches",): 0.75,
    ("cls", "mask"): 0.75,
    ("loss",): 0.75,
}


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize(("outputs", "ratio"), DEFAULTS.items())
def test_what_was_used_is_told(server, outputs, ratio, way):
    told = WAYS[way](server, Ask("mae-tiny", golden("ratio75", "pixels"), outputs))
    assert told.head["parameters"] == {"ratio": ratio, "seed": 0}


@pytest.mark.parametrize("way", WAYS)
def test_the_callers_own_words_come_back(server, way):
    options = {"request_id": "Grüße 7", "model_version": "1", "priority": 1, "timeout": 20_000_000}
    told = WAYS[way](
        server, Ask("mae-tiny", golden("ratio75", "pixels"), ("mask",), options | {"parameters": {"seed": 2}})
    )
    assert told.head["id"] == "Grüße 7"
    assert told.head["parameters"] == {"ratio": 0.75, "seed": 2}
    assert (told["mask"] == GOLDEN["ratio75.mask"]).all()


@pytest.mark.parametrize("way", WAYS)
def test_the_largest_values_are_told_as_classes(server, way):
    """The classification extension, on a model that has no labels."""
    asked = Ask("mae-tiny", golden("batch3", "pixels", "ids_keep"), ("cls",), classes=3)
    top = WAYS[way](server, asked)["cls"]
    assert top.shape == (3, 3)
    for row, vector in zip(top, GOLDEN["batch3.cls"], strict=True):
        values, numbers = zip(*(text.decode().split(":") for text in map(as_bytes, row)), strict=True)
        assert [int(number) for number in numbers] == list(np.argsort(-vector)[:3])
        assert np.allclose([float(value) for value in values], np.sort(-vector)[:3] * -1, atol=1e-3)


def as_bytes(text):
    """JSON gives text, binary data give bytes."""
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize("way", ["http", "http aio", *GRPC_WAYS])
def test_the_loss_where_nothing_is_hidden_is_not_a_number(server, way):
    asked = Ask("mae-tiny", golden("ratio75", "pixels"), ("loss",), {"parameters": {"ratio": 0.0}})
    assert np.isnan(WAYS[way](server, asked)["loss"]).all()


def test_a_body_that_is_one_tensor_is_taken_without_json(server, photos):
    """`Inference-Header-Content-Length: 0`; all outputs come in binary."""
    for model, body, inputs in [
        ("mae-tiny_image", photos[0], {"image": pictures(photos[0])}),
        ("mae-tiny", GOLDEN["ratio75.pixels"].tobytes(), golden("ratio75", "pixels")),
    ]:
        request = urllib.request.Request(
            f"{server.url}/v2/models/{model}/infer", body, {"Inference-Header-Content-Length": "0"}
        )
        with urllib.request.urlopen(request) as answer:
            length = int(answer.headers["Inference-Header-Content-Length"])
            result = InferenceServerClient.parse_response_body(answer.read(), header_length=length)
        http_told(result).same_as(WAYS["http"](server, Ask(model, inputs)))


def test_bodies_built_by_the_client_and_sent_by_others_are_answered(server):
    """`generate_request_body` and `parse_response_body`, in nested JSON too."""
    pixels = GOLDEN["ratio75.pixels_uint8"]
    asked = Ask("mae-tiny", {"pixels": pixels}, ("cls",))
    expected = WAYS["http"](server, asked)
    request = http_request(asked)
    body, length = InferenceServerClient.generate_request_body(request["inputs"], outputs=request["outputs"])
    nested = {
        "inputs": [{"name": "pixels", "shape": pixels.shape, "datatype": "UINT8", "data": pixels.tolist()}],
        "outputs": [{"name": "cls", "parameters": {"binary_data": True}}],
    }
    for sent, header in [(body, {"Inference-Header-Content-Length": str(length)}), (json.dumps(nested).encode(), {})]:
        with urllib.request.urlopen(
            urllib.request.Request(server.url + "/v2/models/mae-tiny/infer", sent, header)
        ) as answer:
            told = answer.read(), int(answer.headers["Inference-Header-Content-Length"])
        result = InferenceServerClient.parse_response_body(told[0], header_length=told[1])
        http_told(result).same_as(expected)


def test_rows_of_many_callers_at_once_are_all_right(server):
    """Every transport at the same time; whoever shares a batch gets his own rows."""
    cases = [CASES[case] for case in ("tensors", "tensors half", "tensors whole", "encoder", "bytes of tensors")]
    ways = ("http", "grpc", "grpc stream", "http aio", "grpc aio")
    with ThreadPoolExecutor(len(ways)) as crowd:
        asked = [(name, crowd.submit(WAYS[way], server, each)) for name, each in cases * 4 for way in ways]
        for name, future in asked:
            for output, array in future.result(PATIENCE).outputs.items():
                check(output, array, GOLDEN[f"{name}.{output}"])
