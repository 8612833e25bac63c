"""The calls of perf_analyzer (service kind triton) in its order, and all that it needs to find in their answers.

The real one is run by `bench/peers/perf-analyzer`; this holds what makes it stop.
"""

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict
from triton import pictures, plain, tensor
from tritonclient.grpc import service_pb2 as messages
from tritonclient.grpc.service_pb2_grpc import GRPCInferenceServiceStub

CALLERS = 4
REQUESTS = 6
ROWS = 2


class Http:
    """As libcurl sends them: octets of JSON and tensors, or JSON alone."""

    def __init__(self, server):
        self.url = server.url + "/v2"

    def ask(self, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, body, {"User-Agent": "libcurl-agent/1.0"} | (headers or {}))
        with urllib.request.urlopen(request) as answer:
            return answer.read(), answer.headers

    def json(self, path):
        return json.loads(self.ask(path)[0])

    def metadata(self, model):
        return self.json(f"/models/{model}")

    def config(self, model):
        return self.json(f"/models/{model}/config")

    def server(self):
        return self.json("")

    def statistics(self, model):
        return self.json(f"/models/{model}/stats")

    def infer(self, model, inputs, outputs, version=""):
        given = {name: tensor(value) for name, value in inputs.items()}
        head = {
            "id": "",
            "inputs": [
                {
                    "name": name,
                    "datatype": each.datatype,
                    "shape": each.shape,
                    "parameters": {"binary_data_size": len(each.data)},
                }
                for name, each in given.items()
            ],
            "outputs": [{"name": name, "parameters": {"binary_data": True}} for name in outputs],
        }
        text = json.dumps(head).encode()
        path = f"/models/{model}{version and '/versions/' + version}/infer"
        body, headers = self.ask(
            path,
            text + b"".join(each.data for each in given.values()),
            {"Inference-Header-Content-Length": str(len(text)), "Content-Type": "application/octet-stream"},
        )
        told = json.loads(body[: int(headers["Inference-Header-Content-Length"])])
        # for the C++ client, an output that has parameters has this one
        assert all("binary_data_size" in output["parameters"] for output in told["outputs"])
        return [output["name"] for output in told["outputs"]]


class Grpc:
    """As the C++ client sends them: raw tensors, and a parameter of Triton's own."""

    def __init__(self, server):
        options = [("grpc.max_receive_message_length", -1)]
        self.channel = grpc.insecure_channel(server.grpc, options)
        self.stub = GRPCInferenceServiceStub(self.channel)

    @staticmethod
    def told(message):
        return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)

    def metadata(self, model):
        return self.told(self.stub.ModelMetadata(messages.ModelMetadataRequest(name=model)))

    def config(self, model):
        return self.told(self.stub.ModelConfig(messages.ModelConfigRequest(name=model)))["config"]

    def server(self):
        return self.told(self.stub.ServerMetadata(messages.ServerMetadataRequest()))

    def statistics(self, model):
        return self.told(self.stub.ModelStatistics(messages.ModelStatisticsRequest(name=model)))

    def request(self, model, inputs, outputs, version):
        request = messages.ModelInferRequest(model_name=model, model_version=version)
        request.parameters["triton_enable_empty_final_response"].bool_param = True
        for name, value in inputs.items():
            each = tensor(value)
            request.inputs.add(name=name, datatype=each.datatype, shape=each.shape)
            request.raw_input_contents.append(each.data)
        for name in outputs:
            request.outputs.add(name=name)
        return request

    def infer(self, model, inputs, outputs, version=""):
        return self.names(self.stub.ModelInfer(self.request(model, inputs, outputs, version)))

    @staticmethod
    def names(answer):
        # the C++ client looks for each output without asking how many there are
        assert len(answer.raw_output_contents) == len(answer.outputs)
        return [output.name for output in answer.outputs]


class Stream(Grpc):
    """One stream for each request; the last answer may say that it is the last."""

    def infer(self, model, inputs, outputs, version=""):
        (answer,) = self.stub.ModelStreamInfer(iter([self.request(model, inputs, outputs, version)]))
        assert answer.error_message == ""
        assert plain(answer.infer_response.parameters).get("triton_final_response", True) is True
        return self.names(answer.infer_response)


def data(model, metadata, photo):
    """Inputs as `--input-data` gives them; of a picture, b64 of its length and its file."""
    if model == "mae-tiny_image":
        return {"image": pictures(*[photo] * ROWS)}
    if model == "mae-tiny_decoder":
        return {
            "latent": np.zeros((ROWS, 50, 192), np.float32),
            "ids_restore": np.arange(196)[None].repeat(ROWS, 0),
        }
    (pixels,) = (each for each in metadata["inputs"] if each["name"] == "pixels")
    return {"pixels": np.zeros([ROWS, *map(int, pixels["shape"][1:])], np.float32)}


def counts(statistics):
    """Of a snapshot, checked as perf_analyzer checks it."""
    (model,) = statistics["model_stats"]
    assert int(model["version"]) == 1
    inferences = {name: int(each["count"]) for name, each in model["inference_stats"].items()}
    assert {"success", "fail", "queue", "cache_hit", "cache_miss"} <= inferences.keys()
    assert inferences["compute_input"] == inferences["compute_infer"] == inferences["compute_output"]
    return inferences | {"rows": int(model["inference_count"]), "batches": int(model["execution_count"])}


@pytest.mark.parametrize("door", [Http, Grpc, Stream])
@pytest.mark.parametrize("model", ["mae-tiny", "mae-tiny_image", "mae-tiny_encoder", "mae-tiny_decoder"])
def test_a_run_finds_all_that_it_needs(server, photos, model, door):
    asked = door(server)
    metadata = asked.metadata(model)
    config = asked.config(model)
    outputs = [output["name"] for output in metadata["outputs"]]
    assert int(config["max_batch_size"]) > 0  # so the first dimension of each tensor is that of the batch
    for tensors, entries in [("inputs", "input"), ("outputs", "output")]:
        assert {entry["name"] for entry in config[entries]} <= {each["name"] for each in metadata[tensors]}
        assert all(int(each["shape"][0]) == -1 for each in metadata[tensors])
    assert "dynamic_batching" in config
    assert not config["model_transaction_policy"]["decoupled"]
    assert "sequence_batching" not in config
    assert "statistics" in asked.server()["extensions"]

    inputs = data(model, metadata, photos[0])
    before = counts(asked.statistics(model))
    with ThreadPoolExecutor(CALLERS) as crowd:
        versions = ["", "1"] * (REQUESTS // 2)
        running = [crowd.submit(asked.infer, model, inputs, outputs, version) for version in versions]
        while not all(each.done() for each in running):
            counts(asked.statistics(model))  # whenever it looks, the counts agree
        assert all(each.result() == outputs for each in running)
    after = counts(asked.statistics(model))
    grown = {name: after[name] - count for name, count in before.items()}
    assert grown["success"] == grown["queue"] == grown["compute_infer"] == REQUESTS
    assert grown["fail"] == 0
    assert grown["rows"] >= REQUESTS * ROWS  # an anomaly map takes several runs of each picture
    assert 0 < grown["batches"] <= grown["rows"]


def test_random_numbers_that_are_none_are_computed_with(server):
    """By default perf_analyzer sends random bytes; among those are NaN and infinity."""
    pixels = np.full((1, 3, 224, 224), np.nan, np.float32)
    pixels[0, 0, 0] = np.inf
    for door in (Http, Grpc):
        assert door(server).infer("mae-tiny", {"pixels": pixels}, ["cls", "image"]) == ["cls", "image"]


def test_only_inputs_that_it_can_fill_are_declared(server):
    """It would fill an input of free length with random numbers, or stop; the tensors and the pictures have none."""
    for model in ("mae-tiny", "mae-tiny_image"):
        (only,) = Http(server).metadata(model)["inputs"]
        assert -1 not in only["shape"][1:]
