"""Every way in which Triton's own client asks, behind one signature: `WAYS[name](server, ask)`."""

import asyncio
import base64
import queue
from copy import deepcopy
from dataclasses import dataclass, field, replace

import numpy as np
import tritonclient.grpc as over_grpc
import tritonclient.grpc.aio as over_grpc_aio
import tritonclient.http as over_http
import tritonclient.http.aio as over_http_aio
from tritonclient.utils import np_to_triton_dtype, serialize_byte_tensor

TYPED = {"FP32": "fp32_contents", "UINT8": "uint_contents", "INT64": "int64_contents", "BYTES": "bytes_contents"}
PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Tensor:
    """An input as it goes over the wire, which need not be a sound one.

    `typed` holds values for gRPC's typed contents, in place of the data.
    """

    datatype: str
    shape: tuple
    data: bytes = b""
    typed: list | None = None


@dataclass(frozen=True)
class Ask:
    """What is asked. Inputs are arrays, or Tensors; options are those of the client's `infer`."""

    model: str
    inputs: dict
    outputs: tuple = ()  # all, if none is named
    options: dict = field(default_factory=dict)
    classes: int = 0

    def with_options(self, **more):
        return replace(self, options=self.options | more)

    def __str__(self):
        return self.model


@dataclass(frozen=True)
class Told:
    """What is answered: arrays by name, and all else."""

    outputs: dict
    head: dict

    def __getitem__(self, name):
        return self.outputs[name]

    def same_as(self, other):
        """To the last bit."""
        assert self.outputs.keys() == other.outputs.keys()
        for name, array in self.outputs.items():
            assert (array.dtype, array.shape) == (other[name].dtype, other[name].shape), name
            assert bits(array) == bits(other[name]), name


def bits(array):
    return array.tolist() if array.dtype == object else array.tobytes()


def pictures(*files):
    """Encoded pictures as BYTES."""
    return np.array(files, object).reshape(-1, 1)


def always(_):
    return True


def never(_):
    return False


def tensor(value):
    if isinstance(value, Tensor):
        return value
    datatype = np_to_triton_dtype(value.dtype)
    data = serialize_byte_tensor(value).item() if datatype == "BYTES" else value.tobytes()
    return Tensor(datatype, value.shape, data)


# --- HTTP


def http_input(name, value, binary):
    given = tensor(value)
    made = over_http.InferInput(name, list(given.shape), given.datatype)
    if binary:
        made._raw_data = given.data
        made._parameters["binary_data_size"] = len(given.data)
    else:
        text = value
        if value.dtype == object:  # JSON holds no bytes
            text = np.array([base64.b64encode(each) for each in value.flat], object).reshape(value.shape)
        made.set_data_from_numpy(text, binary_data=False)
    return made


def http_request(ask, sends=always, gets=always):
    """Arguments of `infer`: the inputs and outputs, by their number, that are binary."""
    return {
        "model_name": ask.model,
        "inputs": [http_input(name, value, sends(i)) for i, (name, value) in enumerate(ask.inputs.items())],
        "outputs": [
            over_http.InferRequestedOutput(name, binary_data=gets(i), class_count=ask.classes)
            for i, name in enumerate(ask.outputs)
        ],
    } | deepcopy(ask.options)  # the client adds to the headers


def http_told(result):
    head = result.get_response()
    return Told({output["name"]: result.as_numpy(output["name"]) for output in head["outputs"]}, head)


def http(sends=always, gets=always, packing=None):
    def infer(server, ask):
        packed = {"request_compression_algorithm": packing, "response_compression_algorithm": packing}
        with over_http.InferenceServerClient(server.http, network_timeout=PATIENCE) as client:
            return http_told(client.infer(**http_request(ask, sends, gets), **packed))

    return infer


def http_async(server, ask):
    with over_http.InferenceServerClient(server.http, network_timeout=PATIENCE) as client:
        return http_told(client.async_infer(**http_request(ask)).get_result())


def http_aio(server, ask):
    return run(http_aio_all(server, [ask]))


async def http_aio_all(server, asks):
    async with over_http_aio.InferenceServerClient(server.http) as client:
        return await all_told((client.infer(**http_request(ask)) for ask in asks), http_told)


# --- gRPC


def grpc_input(name, value, is_typed):
    given = tensor(value)
    made = over_grpc.InferInput(name, list(given.shape), given.datatype)
    if is_typed or given.typed is not None:
        values = given.typed if given.typed is not None else value.ravel().tolist()
        getattr(made._get_tensor().contents, TYPED[given.datatype]).extend(values)
    else:
        made._raw_content = given.data
    return made


def grpc_request(ask, is_typed=False):
    outputs = [over_grpc.InferRequestedOutput(name, class_count=ask.classes) for name in ask.outputs]
    return {
        "model_name": ask.model,
        "inputs": [grpc_input(name, value, is_typed) for name, value in ask.inputs.items()],
        "outputs": outputs,
    } | deepcopy(ask.options)  # the client adds to the headers


def grpc_told(result):
    head = result.get_response(as_json=True)
    arrays = {output["name"]: result.as_numpy(output["name"]) for output in head["outputs"]}
    assert all(array is not None for array in arrays.values())
    return Told(arrays, head | {"parameters": plain(result.get_response().parameters)})


def plain(parameters):
    return {name: getattr(value, value.WhichOneof("parameter_choice")) for name, value in parameters.items()}


def grpc(is_typed=False, packing=None):
    def infer(server, ask):
        with over_grpc.InferenceServerClient(server.grpc) as client:
            return grpc_told(client.infer(**grpc_request(ask, is_typed), compression_algorithm=packing))

    return infer


def grpc_async(server, ask):
    answers = queue.SimpleQueue()
    with over_grpc.InferenceServerClient(server.grpc) as client:
        client.async_infer(**grpc_request(ask), callback=lambda result, error: answers.put((result, error)))
        return one(*answers.get(timeout=PATIENCE))


def grpc_stream(server, ask):
    (answer,) = grpc_stream_all(server, [ask])
    return one(*answer)


def grpc_stream_all(server, asks, **options):
    """(result, error) of each, over one stream."""
    answers = queue.SimpleQueue()
    headers = [ask.options["headers"] for ask in asks if "headers" in ask.options]
    with over_grpc.InferenceServerClient(server.grpc) as client:
        client.start_stream(
            lambda result, error: answers.put((result, error)), headers=headers[0] if headers else None, **options
        )
        for ask in asks:
            request = grpc_request(ask)
            request.pop("headers", None)
            client.async_stream_infer(**request)
        told = [answers.get(timeout=PATIENCE) for _ in asks]
        client.stop_stream()
        assert answers.empty()
        return told


def grpc_aio(server, ask):
    return run(grpc_aio_all(server, [ask]))


async def grpc_aio_all(server, asks):
    async with over_grpc_aio.InferenceServerClient(server.grpc) as client:
        return await all_told((client.infer(**grpc_request(ask)) for ask in asks), grpc_told)


def grpc_aio_stream(server, ask):
    async def stream():
        async def asked():
            yield grpc_request(ask)

        async with over_grpc_aio.InferenceServerClient(server.grpc) as client:
            answers = client.stream_infer(asked(), headers=ask.options.get("headers"))
            return one(*[answer async for answer in answers][0])

    return asyncio.run(stream())


def one(result, error):
    if error:
        raise error
    return grpc_told(result)


# --- both


async def all_told(asked, told):
    """What came of each: an answer or an exception."""
    answers = await asyncio.gather(*asked, return_exceptions=True)
    return [answer if isinstance(answer, Exception) else told(answer) for answer in answers]


def run(asked):
    (answer,) = asyncio.run(asked)
    if isinstance(answer, Exception):
        raise answer
    return answer


HTTP_WAYS = {
    "http": http(),
    "http json": http(never, never),
    "http json in": http(never, always),
    "http json out": http(always, never),
    "http mixed": http(lambda i: i % 2 == 0, lambda i: i % 2 == 1),
    "http gzip": http(packing="gzip"),
    "http deflate": http(packing="deflate"),
    "http async": http_async,
    "http aio": http_aio,
}
GRPC_WAYS = {
    "grpc": grpc(),
    "grpc typed": grpc(is_typed=True),
    "grpc gzip": grpc(packing="gzip"),
    "grpc deflate": grpc(packing="deflate"),
    "grpc async": grpc_async,
    "grpc aio": grpc_aio,
    "grpc stream": grpc_stream,
    "grpc aio stream": grpc_aio_stream,
}
WAYS = HTTP_WAYS | GRPC_WAYS
