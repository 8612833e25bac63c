"""What is refused, and the status that Triton's client reports, over HTTP and gRPC alike."""

import asyncio
from dataclasses import dataclass

import numpy as np
import pytest
import tritonclient.grpc as over_grpc
import tritonclient.http as over_http
from conftest import ROOT, served
from triton import WAYS, Ask, Tensor, grpc_aio_all, grpc_stream_all, http_aio_all, pictures
from tritonclient.grpc.auth import BasicAuth
from tritonclient.http.auth import BasicAuth as HttpBasicAuth
from tritonclient.utils import InferenceServerException

HTTP = ("http", "http async", "http aio")
GRPC = ("grpc", "grpc async", "grpc aio")
STREAM = ("grpc stream", "grpc aio stream")
RULES = {  # as clients report them over HTTP and gRPC
    "INVALID": ("400", "INVALID_ARGUMENT"),
    "TOO_LARGE": ("413", "INVALID_ARGUMENT"),
    "NOT_A_PICTURE": ("415", "INVALID_ARGUMENT"),
    "UNAUTHENTICATED": ("401", "UNAUTHENTICATED"),
    "FORBIDDEN": ("403", "PERMISSION_DENIED"),
    "NOT_FOUND": ("404", "NOT_FOUND"),
    "UNSUPPORTED": ("400", "UNIMPLEMENTED"),
    "OVERLOADED": ("429", "RESOURCE_EXHAUSTED"),
    "TIMEOUT": ("504", "DEADLINE_EXCEEDED"),
}

PIXELS = np.zeros((1, 3, 224, 224), np.float32)
KEEP = np.arange(49)[None]
TEXT = pictures(b"hello")
BYTES = pictures(b"\0\1 no picture")
CUT = pictures(b"\xff\xd8\xff\xe0")


@dataclass(frozen=True)
class Refusal:
    fault: str
    words: str  # of the message
    ask: Ask


def tensors(outputs=("cls",), inputs=None, model="mae-tiny", classes=0, parameters=None, **options):
    given = {"pixels": PIXELS} if inputs is None else inputs
    return Ask(model, given, outputs, options | ({"parameters": parameters} if parameters else {}), classes)


def made(shape, datatype="FP32", data=b""):
    return {"pixels": Tensor(datatype, shape, data)}


def images(value, **options):
    return tensors(inputs={"image": value}, model="mae-tiny_image", **options)


WHOLE_BYTES = 224 * 224 * 3
WHOLE = PIXELS.tobytes()
REFUSALS = {
    "unknown model": Refusal("NOT_FOUND", "there is no model 'nosuch'; there are mae-tiny,", tensors(model="nosuch")),
    "name to be escaped": Refusal("NOT_FOUND", "there is no model 'no such model%'", tensors(model="no such model%")),
    "unknown version": Refusal("NOT_FOUND", "has no version '2'; it has 1", tensors(model_version="2")),
    "wrong shape": Refusal(
        "INVALID", r"input 'pixels' is FP32 \[1, 3, 32, 32\]; the", tensors(inputs={"pixels": PIXELS[:, :, :32, :32]})
    ),
    "wrong rank": Refusal("INVALID", "takes FP32", tensors(inputs={"pixels": PIXELS[0]})),
    "wrong datatype": Refusal("INVALID", "is FP64.*takes FP32", tensors(inputs={"pixels": PIXELS.astype(np.float64)})),
    "no rows": Refusal("INVALID", "input 'pixels' has no rows", tensors(inputs={"pixels": PIXELS[:0]})),
    "negative side": Refusal("INVALID", "no dimension .* may be negative", tensors(inputs=made((-1, 3, 224, 224)))),
    "too many elements": Refusal("INVALID", "too large", tensors(inputs=made((2**62, 3, 224, 224)))),
    "missing input": Refusal("INVALID", "input 'pixels' is missing", tensors(inputs={"ids_keep": KEEP})),
    "missing second input": Refusal(
        "INVALID",
        "input 'ids_restore' is missing",
        tensors(("patches",), {"latent": np.zeros((1, 50, 192), np.float32)}, "mae-tiny_decoder"),
    ),
    "unknown input": Refusal(
        "INVALID", "there is no input 'pixel'; there are pixels,", tensors(inputs={"pixel": PIXELS})
    ),
    "rows that differ": Refusal(
        "INVALID",
        "'ids_keep' has 2 rows.*'pixels' has 1",
        tensors(inputs={"pixels": PIXELS, "ids_keep": KEEP.repeat(2, 0)}),
    ),
    "patch that is not there": Refusal("INVALID", "196", tensors(inputs={"pixels": PIXELS, "ids_keep": KEEP + 196})),
    "unknown output": Refusal("INVALID", "there is no output 'clss'; there are latent", tensors(("clss",))),
    "short raw data": Refusal("INVALID", "has 602111 bytes", tensors(inputs=made(PIXELS.shape, data=WHOLE[1:]))),
    "long raw data": Refusal("INVALID", "has 602113 bytes", tensors(inputs=made(PIXELS.shape, data=WHOLE + b"\0"))),
    "expired timeout": Refusal("TIMEOUT", "deadline", tensors(timeout=1)),
    "negative timeout": Refusal("INVALID", "parameter 'timeout' is -1", tensors(timeout=-1)),
    "unknown parameter": Refusal("INVALID", "there is no option 'nosuch'", tensors(parameters={"nosuch": 1})),
    "unfit parameter": Refusal("INVALID", "ratio", tensors(parameters={"ratio": 1.5})),
    "parameter of the graph": Refusal(
        "INVALID", "there is no option 'ratio'", tensors(model="mae-tiny_encoder", parameters={"ratio": 0.5})
    ),
    "parameters that exclude each other": Refusal(
        "INVALID", "exclude each other", tensors(parameters={"seed": 1, "mask": "1,2"})
    ),
    "sequence": Refusal("INVALID", "no sequences", tensors(sequence_id=7, sequence_start=True)),
    "classes of whole numbers": Refusal("INVALID", "classification", tensors(("mask",), classes=2)),
    "not a picture": Refusal("NOT_A_PICTURE", "not a picture", images(BYTES)),
    "half a picture": Refusal("INVALID", "JPEG is truncated", images(CUT)),
    "text that is no picture": Refusal("INVALID", "not base64", images(TEXT)),
    "bytes without their length": Refusal(
        "INVALID", "element 0 of input 'image' says it has", images(Tensor("BYTES", (1, 1), b"\xff\xd8\xff\xe0 raw"))
    ),
    "more elements than rows": Refusal(
        "INVALID", "2 elements; its shape takes 1", images(Tensor("BYTES", (1, 1), b"\0" * 8))
    ),
}


def refused(way, server, refusal):
    with pytest.raises(InferenceServerException, match=refusal.words) as told:
        WAYS[way](server, refusal.ask)
    http, grpc = RULES[refusal.fault]
    expected = None if way in STREAM else http if way in HTTP else "StatusCode." + grpc  # a stream tells no status
    assert told.value.status() == expected
    message = told.value.message()
    assert not message[0].isupper() or message.startswith("JPEG")
    assert not message.endswith(".")


@pytest.mark.parametrize("way", HTTP + GRPC + STREAM)
@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_have_the_same_words_and_the_status_of_their_kind(server, name, way):
    refused(way, server, REFUSALS[name])


def test_raw_and_typed_inputs_are_not_mixed(server):
    """gRPC only: values of one input stand in the message, of the other behind it."""
    mixed = {"pixels": PIXELS, "ids_keep": Tensor("INT64", KEEP.shape, typed=KEEP.ravel().tolist())}
    for way in GRPC + STREAM:
        refused(way, server, Refusal("INVALID", "raw_input_contents", tensors(inputs=mixed)))


def test_typed_contents_fit_datatype_and_shape(server):
    short = {"pixels": Tensor("FP32", PIXELS.shape, typed=[0.5] * 7)}
    large = {"pixels": Tensor("UINT8", (1, 224, 224, 3), typed=[256] * WHOLE_BYTES)}
    for inputs, words in [(short, "input 'pixels' has"), (large, "256")]:
        refused("grpc", server, Refusal("INVALID", words, tensors(inputs=inputs)))


def test_one_bad_request_does_not_end_the_stream(server):
    good, bad = tensors(), REFUSALS["unknown output"].ask
    told = grpc_stream_all(server, [good, bad, good.with_options(request_id="last")])
    assert [error is not None for _, error in told] == [False, True, False]
    assert "there is no output 'clss'" in told[1][1].message()
    assert told[2][0].get_response().id == "last"


@pytest.fixture(scope="session")
def small():
    """A server with narrow limits, and a model without a decoder."""
    models = ("--model", ROOT / "onnx/mae-tiny", "--model", ROOT / "src/test/resources/bundles/encoder")
    limits = {
        "MICRONAUT_SERVER_MAX_REQUEST_SIZE": "1MB",
        "UNMASK_GRPC_MAX_MESSAGE_SIZE": "1MB",
        "UNMASK_QUEUE_ROWS": "2",
        "UNMASK_MAX_ROWS": "1",
    }
    with served(*models, **limits) as server:
        yield server


@pytest.mark.parametrize("way", HTTP)
def test_a_body_that_is_too_large_is_refused(small, way):
    refused(way, small, Refusal("TOO_LARGE", "1048576", tensors(inputs={"pixels": PIXELS.repeat(2, 0)})))


@pytest.mark.parametrize("way", GRPC)
def test_a_message_that_is_too_large_is_refused(small, way):
    """By the gRPC library, before it is read."""
    with pytest.raises(InferenceServerException, match="1048576") as told:
        WAYS[way](small, tensors(inputs={"pixels": PIXELS.repeat(2, 0)}))
    assert told.value.status() == "StatusCode.RESOURCE_EXHAUSTED"


@pytest.mark.parametrize("way", ["http gzip", "http deflate"])
def test_a_body_is_bounded_by_what_it_unpacks_to(small, way):
    with pytest.raises(InferenceServerException, match="1048576 bytes, unpacked") as told:
        WAYS[way](small, tensors(inputs={"pixels": PIXELS.repeat(2, 0)}))
    assert told.value.status() == "413"


@pytest.mark.parametrize("way", HTTP + GRPC)
def test_more_rows_than_the_queue_has_can_never_be_served(small, way):
    ids = np.arange(196)[None].repeat(3, 0)
    latent = np.zeros((3, 2, 192), np.float32)
    asked = tensors(("patches",), {"latent": latent, "ids_restore": ids}, "mae-tiny_decoder")
    refused(way, small, Refusal("INVALID", "3 rows are more than the 2 of the queue", asked))


@pytest.mark.parametrize(
    ("ask_all", "status"), [(http_aio_all, "429"), (grpc_aio_all, "StatusCode.RESOURCE_EXHAUSTED")]
)
def test_a_full_queue_refuses_most_of_a_crowd(small, ask_all, status):
    answers = asyncio.run(ask_all(small, [tensors(("anomaly_score",), parameters={"masks": 2})] * 16))
    refusals = [answer for answer in answers if isinstance(answer, Exception)]
    assert 0 < len(refusals) < 16
    assert {refusal.status() for refusal in refusals} == {status}
    assert all("queue is full at 2 rows" in refusal.message() for refusal in refusals)


@pytest.mark.parametrize("way", HTTP + GRPC)
@pytest.mark.parametrize("output", ["image", "patches", "loss", "anomaly_map"])
def test_a_model_without_decoder_names_the_checkpoint_that_would_do(small, output, way):
    asked = Ask("encoder", {"pixels": np.zeros((1, 3, 32, 32), np.float32)}, (output,))
    refused(way, small, Refusal("UNSUPPORTED", "mae_visualize_vit_", asked))


@pytest.mark.parametrize("way", HTTP + GRPC)
def test_a_model_without_decoder_is_no_decoder(small, way):
    refused(way, small, Refusal("NOT_FOUND", "no model 'encoder_decoder'", tensors(model="encoder_decoder")))


def with_key(key):
    return tensors(headers={"authorization": "Bearer " + key})


@pytest.mark.parametrize("way", WAYS)
def test_a_key_opens_its_model(keyed, way):
    assert WAYS[way](keyed, with_key("reader"))["cls"].shape == (1, 192)


@pytest.mark.parametrize("way", HTTP + GRPC)
@pytest.mark.parametrize(
    ("asked", "fault", "words"),
    [
        (tensors(), "UNAUTHENTICATED", "key"),
        (with_key("nobody"), "UNAUTHENTICATED", "key"),
        (with_key("stranger"), "FORBIDDEN", "mae-tiny"),
    ],
    ids=["none", "unknown", "of another model"],
)
def test_other_keys_do_not(keyed, asked, fault, words, way):
    refused(way, keyed, Refusal(fault, words, asked))


def test_the_basic_auth_of_the_client_is_no_key(keyed):
    with over_http.InferenceServerClient(keyed.http) as client:
        client.register_plugin(HttpBasicAuth("reader", "reader"))
        with pytest.raises(InferenceServerException) as told:
            client.get_model_metadata("mae-tiny")
        assert told.value.status() == "401"
    with over_grpc.InferenceServerClient(keyed.grpc) as client:
        client.register_plugin(BasicAuth("reader", "reader"))
        with pytest.raises(InferenceServerException) as told:
            client.get_model_metadata("mae-tiny")
        assert told.value.status() == "StatusCode.UNAUTHENTICATED"


def test_only_liveness_is_told_without_a_key(keyed):
    with over_http.InferenceServerClient(keyed.http) as client:
        assert client.is_server_live()
        assert not client.is_server_ready()
        assert client.is_server_ready(headers={"authorization": "Bearer reader"})
    with over_grpc.InferenceServerClient(keyed.grpc) as client:
        assert client.is_server_live()
        with pytest.raises(InferenceServerException):
            client.is_server_ready()
        assert client.is_server_ready(headers={"authorization": "Bearer reader"})
