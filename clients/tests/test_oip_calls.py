"""All that Triton's client can call beside inference, over HTTP and gRPC, and that both are told the same."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
import tritonclient.grpc as over_grpc
import tritonclient.grpc.aio as over_grpc_aio
import tritonclient.http as over_http
import tritonclient.http.aio as over_http_aio
from google.protobuf.json_format import MessageToDict
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from triton import WAYS, Ask
from tritonclient.utils import InferenceServerException

MODELS = ["mae-tiny", "mae-tiny_image", "mae-tiny_encoder", "mae-tiny_decoder"]
PIXELS = np.zeros((1, 3, 224, 224), np.float32)
EXTENSIONS = [
    "binary_tensor_data",
    "parameters",
    "model_configuration",
    "statistics",
    "model_repository",
    "schedule_policy",
    "classification",
]


@pytest.fixture(scope="session")
def http(server):
    with over_http.InferenceServerClient(server.http) as client:
        yield client


@pytest.fixture(scope="session")
def grpc_client(server):
    with over_grpc.InferenceServerClient(server.grpc) as client:
        yield client


@pytest.fixture(params=["http", "grpc"])
def client(request, http, grpc_client):
    return {"http": http, "grpc": grpc_client}[request.param]


def told(answer):
    """gRPC's messages as HTTP tells them: whole numbers as such, and what is nothing too."""
    if isinstance(answer, dict | list):
        return answer
    found = MessageToDict(answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    return numbers(found)


def numbers(value):
    if isinstance(value, dict):
        return {key: item if key in ("version", "versions") else numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def same(http, grpc):
    """All that HTTP tells; gRPC's messages have more fields, which say nothing."""
    for key, value in http.items():
        if isinstance(value, dict):
            same(value, grpc[key])
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            assert len(value) == len(grpc[key]), key
            for one, other in zip(value, grpc[key], strict=True):
                same(one, other)
        else:
            assert grpc[key] == value, key


def test_health_and_readiness(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    for model in MODELS:
        assert client.is_model_ready(model)
        assert client.is_model_ready(model, "1")


def test_the_server_says_what_works(client):
    metadata = told(client.get_server_metadata())
    assert metadata["name"] == "unmask"
    assert metadata["version"]
    assert metadata["extensions"] == EXTENSIONS


@pytest.mark.parametrize("version", ["", "1"])
@pytest.mark.parametrize("model", MODELS)
def test_metadata_are_the_same_over_both(http, grpc_client, model, version):
    over_http = http.get_model_metadata(model, version)
    over_grpc = told(grpc_client.get_model_metadata(model, version))
    same(over_http, over_grpc)
    assert (over_http["name"], over_http["versions"], over_http["platform"]) == (model, ["1"], "onnxruntime_onnx")
    assert all(tensor["shape"][0] == -1 for tensor in over_http["inputs"] + over_http["outputs"])


@pytest.mark.parametrize("version", ["", "1"])
@pytest.mark.parametrize("model", MODELS)
def test_configurations_are_the_same_over_both(http, grpc_client, model, version):
    over_http = http.get_model_config(model, version)
    same(over_http, told(grpc_client.get_model_config(model, version))["config"])
    assert over_http["name"] == model
    assert over_http["backend"] == "onnxruntime"
    assert over_http["max_batch_size"] == 512
    assert over_http["dynamic_batching"]["preferred_batch_size"] == [8]
    metadata = http.get_model_metadata(model)
    for declared, configured in [("inputs", "input"), ("outputs", "output")]:
        for tensor, entry in zip(metadata[declared], over_http[configured], strict=True):
            assert entry["name"] == tensor["name"]
            assert entry["dims"] == tensor["shape"][1:]
            assert entry["data_type"] == "TYPE_" + {"BYTES": "STRING"}.get(tensor["datatype"], tensor["datatype"])


def test_grpc_tells_json_too(grpc_client):
    assert grpc_client.get_server_metadata(as_json=True)["extensions"] == EXTENSIONS
    config = grpc_client.get_model_config("mae-tiny", as_json=True)["config"]
    assert config["input"][0] == {"name": "pixels", "data_type": "TYPE_FP32", "dims": ["3", "224", "224"]}
    assert grpc_client.get_model_repository_index(as_json=True)["models"][0]["state"] == "READY"


def test_the_index_lists_what_is_served(http, grpc_client):
    """The client posts without a body and without its length."""
    over_http = http.get_model_repository_index()
    assert over_http == [{"name": name, "version": "1", "state": "READY", "reason": ""} for name in MODELS]
    same({"models": over_http}, told(grpc_client.get_model_repository_index()))


@pytest.mark.parametrize("model", ["nosuch", "no such%model", "mae-tiny_"])
def test_what_is_asked_about_no_model_is_not_found(client, model):
    calls = ["is_model_ready", "get_model_metadata", "get_model_config", "get_inference_statistics"]
    for call in calls if isinstance(client, over_grpc.InferenceServerClient) else calls[1:]:
        with pytest.raises(InferenceServerException, match=f"there is no model '{model}'") as refused:
            getattr(client, call)(model)
        assert refused.value.status() in ("404", "StatusCode.NOT_FOUND")
    if isinstance(client, over_http.InferenceServerClient):
        assert not client.is_model_ready(model)


def test_no_other_version_is_there(client):
    for call in (client.get_model_metadata, client.get_model_config, client.get_inference_statistics):
        with pytest.raises(InferenceServerException, match="has no version '2'; it has 1") as refused:
            call("mae-tiny", "2")
        assert refused.value.status() in ("404", "StatusCode.NOT_FOUND")


UNSUPPORTED = {
    "system shared memory": lambda client: client.get_system_shared_memory_status(),
    "of a region": lambda client: client.get_system_shared_memory_status("region"),
    "registering": lambda client: client.register_system_shared_memory("region", "/key", 64),
    "unregistering": lambda client: client.unregister_system_shared_memory(),
    "unregistering a region": lambda client: client.unregister_system_shared_memory("region"),
    "cuda shared memory": lambda client: client.get_cuda_shared_memory_status(),
    "registering cuda": lambda client: client.register_cuda_shared_memory("region", b"aGFuZGxl", 0, 64),
    "unregistering cuda": lambda client: client.unregister_cuda_shared_memory("region"),
    "trace settings": lambda client: client.get_trace_settings(),
    "of a model": lambda client: client.get_trace_settings("mae-tiny"),
    "changing trace": lambda client: client.update_trace_settings("mae-tiny", {"trace_level": ["TIMESTAMPS"]}),
    "log settings": lambda client: client.get_log_settings(),
    "changing the log": lambda client: client.update_log_settings({"log_verbose_level": 1}),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_extensions_that_are_not_there_say_so(client, name):
    with pytest.raises(InferenceServerException, match="not supported") as refused:
        UNSUPPORTED[name](client)
    assert refused.value.status() in ("400", "StatusCode.UNIMPLEMENTED")


@pytest.mark.parametrize("module", [over_http, over_grpc], ids=["http", "grpc"])
def test_tensors_in_shared_memory_are_refused(server, module):
    address = server.http if module is over_http else server.grpc
    inside = module.InferInput("pixels", PIXELS.shape, "FP32").set_data_from_numpy(PIXELS)
    outside = module.InferInput("pixels", PIXELS.shape, "FP32").set_shared_memory("region", 64)
    output = module.InferRequestedOutput("cls")
    output.set_shared_memory("region", 64)
    with module.InferenceServerClient(address) as client:
        for inputs, outputs in [([outside], None), ([inside], [output])]:
            with pytest.raises(InferenceServerException, match="shared memory.* not supported") as refused:
                client.infer("mae-tiny", inputs, outputs=outputs)
            assert refused.value.status() in ("400", "StatusCode.UNIMPLEMENTED")


def statistics(client, model=""):
    return told(client.get_inference_statistics(model))["model_stats"]


@pytest.mark.parametrize("way", ["http", "grpc", "grpc stream"])
def test_statistics_count_requests_rows_and_batches(server, http, grpc_client, way):
    (before,) = statistics(http, "mae-tiny_encoder")
    WAYS[way](server, Ask("mae-tiny_encoder", {"pixels": PIXELS.repeat(3, 0)}, ("cls",)))
    with pytest.raises(InferenceServerException):
        WAYS[way](server, Ask("mae-tiny_encoder", {"pixels": PIXELS}, ("nosuch",)))
    (after,) = statistics(http, "mae-tiny_encoder")
    same(after, *statistics(grpc_client, "mae-tiny_encoder"))
    assert after["version"] == "1"
    assert after["inference_count"] - before["inference_count"] == 3
    assert after["execution_count"] - before["execution_count"] == 1
    assert after["last_inference"] >= before["last_inference"]
    grown = {
        name: after["inference_stats"][name]["count"] - duration["count"]
        for name, duration in before["inference_stats"].items()
    }
    computed = ("compute_input", "compute_infer", "compute_output")
    assert grown == dict.fromkeys(("success", "fail", "queue", *computed), 1) | {"cache_hit": 0, "cache_miss": 0}
    (batch,) = (batch for batch in after["batch_stats"] if batch["batch_size"] == 3)
    assert all(batch[phase]["count"] > 0 for phase in computed)
    assert batch["compute_infer"]["ns"] > 0


def test_statistics_of_all_models_are_told_at_once(http, grpc_client):
    assert [model["name"] for model in statistics(http)] == MODELS
    assert [model["name"] for model in statistics(grpc_client)] == MODELS


def test_asynchronous_clients_call_the_same(server):
    async def ask(module, address):
        async with module.InferenceServerClient(address) as client:
            assert await client.is_server_live()
            assert await client.is_server_ready()
            assert await client.is_model_ready("mae-tiny")
            answers = [
                await client.get_server_metadata(),
                await client.get_model_metadata("mae-tiny"),
                await client.get_model_config("mae-tiny"),
                await client.get_inference_statistics("mae-tiny_decoder"),
            ]
            index = await client.get_model_repository_index()
            for call in (client.get_system_shared_memory_status, client.get_trace_settings, client.get_log_settings):
                with pytest.raises(InferenceServerException, match="not supported"):
                    await call()
            return [*map(told, answers), index if isinstance(index, list) else told(index)["models"]]

    over_http = asyncio.run(ask(over_http_aio, server.http))
    over_grpc = asyncio.run(ask(over_grpc_aio, server.grpc))
    over_grpc[2] = over_grpc[2]["config"]
    assert len(over_http) == len(over_grpc)
    same(dict(enumerate(over_http)), dict(enumerate(over_grpc)))


def test_models_are_not_loaded_or_unloaded_unless_the_operator_allows_it(client):
    for call in (client.load_model, client.unload_model):
        with pytest.raises(InferenceServerException, match="model-control") as refused:
            call("mae-tiny")
        assert refused.value.status() in ("400", "403", "StatusCode.PERMISSION_DENIED", "StatusCode.UNIMPLEMENTED")


@pytest.mark.parametrize("module", [over_http, over_grpc], ids=["http", "grpc"])
def test_models_are_unloaded_and_loaded_by_an_admin(keyed, module):
    admin = {"authorization": "Bearer admin"}
    with module.InferenceServerClient(keyed.http if module is over_http else keyed.grpc) as client:
        for call in (client.unload_model, client.load_model):
            with pytest.raises(InferenceServerException) as refused:
                call("mae-tiny", headers={"authorization": "Bearer reader"})
            assert refused.value.status() in ("403", "StatusCode.PERMISSION_DENIED")
        client.unload_model("mae-tiny", headers=admin)
        with pytest.raises(InferenceServerException):
            client.get_model_metadata("mae-tiny", headers=admin)
        index = client.get_model_repository_index(headers=admin)
        (entry,) = index if module is over_http else told(index)["models"]
        assert entry == {"name": "mae-tiny", "version": "1", "state": "UNAVAILABLE", "reason": "unloaded"}
        client.load_model("mae-tiny", headers=admin)
        assert client.is_model_ready("mae-tiny_image", headers=admin)
        for more in ({"config": json.dumps({"max_batch_size": 4})}, {"config": "{}", "files": {"file:1/a.onnx": b"a"}}):
            with pytest.raises(InferenceServerException, match="parameters .*config.*: models are not") as refused:
                client.load_model("mae-tiny", headers=admin, **more)
            assert refused.value.status() in ("400", "StatusCode.UNIMPLEMENTED")
        with pytest.raises(InferenceServerException, match="nosuch") as refused:
            client.load_model("nosuch", headers=admin)
        assert refused.value.status() in ("404", "StatusCode.NOT_FOUND")


def test_frequent_pings_without_calls_do_not_end_the_connection(server):
    """The client pings once a second, however often it is told to."""
    options = over_grpc.KeepAliveOptions(
        keepalive_time_ms=10,
        keepalive_timeout_ms=2000,
        keepalive_permit_without_calls=True,
        http2_max_pings_without_data=0,
    )
    ready, left = threading.Event(), threading.Event()

    def watch(state):
        if state is grpc.ChannelConnectivity.READY:
            ready.set()
        elif ready.is_set():
            left.set()

    with over_grpc.InferenceServerClient(server.grpc, keepalive_options=options) as client:
        client._channel.subscribe(watch)
        assert client.is_server_live()
        assert ready.wait(10)
        assert not left.wait(4.5)
        assert client.is_server_live()


def test_a_call_ends_when_the_client_waits_no_longer(server):
    with over_grpc.InferenceServerClient(server.grpc) as client:
        pixels = over_grpc.InferInput("pixels", PIXELS.shape, "FP32").set_data_from_numpy(PIXELS)
        with pytest.raises(InferenceServerException) as refused:
            client.infer("mae-tiny", [pixels], client_timeout=1e-4)
        assert refused.value.status() == "StatusCode.DEADLINE_EXCEEDED"
        assert client.infer("mae-tiny", [pixels], client_timeout=30).as_numpy("cls").shape == (1, 192)


def test_a_client_keeps_many_connections_over_http(server):
    with over_http.InferenceServerClient(server.http, concurrency=8) as client:
        pixels = over_http.InferInput("pixels", PIXELS.shape, "FP32").set_data_from_numpy(PIXELS)
        asked = [client.async_infer("mae-tiny", [pixels], request_id=str(i)) for i in range(24)]
        answers = [each.get_result() for each in asked]
        assert [answer.get_response()["id"] for answer in answers] == [str(i) for i in range(24)]


def test_messages_of_many_megabytes_pass(server):
    """Triton's client sets no limit of its own; gRPC's default of 4 MB would do for 6 rows."""
    pixels = np.zeros((30, 3, 224, 224), np.float32)
    told = WAYS["grpc"](server, Ask("mae-tiny", {"pixels": pixels}, ("mask",)))
    assert told["mask"].shape == (30, 196)


def test_standard_health_and_reflection_are_served(server):
    with grpc.insecure_channel(server.grpc) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for service in ("", "inference.GRPCInferenceService"):
            answer = health.Check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        services = set(ProtoReflectionDescriptorDatabase(channel).get_services())
        assert {"inference.GRPCInferenceService", "grpc.health.v1.Health"} <= services


def test_many_clients_come_and_go(server):
    def visit(_):
        with over_http.InferenceServerClient(server.http) as one, over_grpc.InferenceServerClient(server.grpc) as other:
            return one.is_server_live() and other.is_server_live()

    with ThreadPoolExecutor(8) as crowd:
        assert all(crowd.map(visit, range(64)))
