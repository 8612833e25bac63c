"""Requests as the bytes that travel, made once before anything is timed, and what an answer to them says."""

import base64
import json
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

GRPC_PATH = "/inference.GRPCInferenceService/ModelInfer"


@dataclass(frozen=True)
class Tensor:
    """The one input of a request: pixels as FP32, or encoded pictures as BYTES."""

    name: str
    datatype: str
    shape: tuple
    data: np.ndarray | tuple  # floats, or a tuple of bytes

    def raw(self):
        if self.datatype == "FP32":
            return self.data.tobytes()
        return b"".join(struct.pack("<I", len(file)) + file for file in self.data)


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict
    body: bytes


def binary(model, tensor, output):
    """Open Inference Protocol over HTTP with the binary tensor extension."""
    raw = tensor.raw()
    given = dict(
        name=tensor.name, shape=tensor.shape, datatype=tensor.datatype, parameters=dict(binary_data_size=len(raw))
    )
    wanted = dict(name=output, parameters=dict(binary_data=True))
    head = json.dumps(dict(inputs=[given], outputs=[wanted])).encode()
    headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(len(head))}
    return Request(f"/v2/models/{model}/infer", headers, head + raw)


def plain(model, tensor, output):
    """Open Inference Protocol over HTTP, all JSON, as short as it can be: the nearest decimals, pictures in base64."""
    given = dict(name=tensor.name, shape=tensor.shape, datatype=tensor.datatype)
    if tensor.datatype == "FP32":
        data = ",".join(map(str, tensor.data.ravel()))
    else:
        given["parameters"] = dict(content_type="base64")
        data = ",".join(f'"{base64.b64encode(file).decode()}"' for file in tensor.data)
    body = f'{{"inputs":[{json.dumps(given)[:-1]},"data":[{data}]}}],"outputs":[{{"name":"{output}"}}]}}'
    return Request(f"/v2/models/{model}/infer", {"content-type": "application/json"}, body.encode())


def grpc(model, tensor, output):
    """Open Inference Protocol over gRPC with raw contents: one message with its length before it."""
    given = _field(1, tensor.name) + _field(2, tensor.datatype) + _field(3, b"".join(map(_varint, tensor.shape)))
    message = _field(1, model) + _field(5, given) + _field(6, _field(1, output)) + _field(7, tensor.raw())
    headers = {"content-type": "application/grpc", "te": "trailers"}
    return Request(GRPC_PATH, headers, struct.pack(">BI", 0, len(message)) + message)


def bare(model, tensor, output):
    """A body that is the tensor and nothing else."""
    return Request(f"/{model}", {"content-type": "application/octet-stream"}, tensor.raw())


def floats(request, url):
    """Sends a request once, as it will be sent under load: the numbers of the answer, and its length in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        body, head, answer = (Path(folder) / name for name in ("body", "head", "answer"))
        body.write_bytes(request.body)
        command = ["curl", "-sS", "--max-time", "60", "--data-binary", f"@{body}", "-D", head, "-o", answer]
        command += ["--http2-prior-knowledge"] if request.path == GRPC_PATH else ["--http1.1", "-H", "expect:"]
        command += [part for name, value in request.headers.items() for part in ("-H", f"{name}: {value}")]
        subprocess.run([*command, url + request.path], check=True)
        said = dict(line.lower().split(": ", 1) for line in head.read_text().splitlines() if ": " in line)
        content = answer.read_bytes() if answer.exists() else b""
        status = head.read_text().split()[1]
    if status != "200" or said.get("grpc-status", "0") != "0" or not content:
        raise RuntimeError(f"{url}{request.path} answered {status} {said} {content[:500]!r}")
    return _numbers(request, said, content), len(content)


def _numbers(request, headers, content):
    if request.path == GRPC_PATH:
        return np.frombuffer(_first(content[5:], 6), "<f4")
    length = int(headers.get("inference-header-content-length", 0))
    if length:
        return np.frombuffer(content[length:], "<f4")
    if content.startswith(b"{"):
        return np.array(json.loads(content)["outputs"][0]["data"], np.float32)
    return np.frombuffer(content, "<f4")


def _varint(value):
    encoded = b""
    while value > 127:
        encoded += bytes([value & 127 | 128])
        value >>= 7
    return encoded + bytes([value])


def _field(number, content):
    content = content.encode() if isinstance(content, str) else content
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _first(message, number):
    """The first field of that number; all fields of an inference answer have a length."""
    position = 0
    while position < len(message):
        key, position = _read_varint(message, position)
        length, position = _read_varint(message, position)
        if key >> 3 == number:
            return message[position : position + length]
        position += length
    raise RuntimeError(f"the answer has no field {number}: {message[:200]!r}")


def _read_varint(message, position):
    value = shift = 0
    while message[position] > 127:
        value |= (message[position] & 127) << shift
        position, shift = position + 1, shift + 7
    return value | message[position] << shift, position + 1
