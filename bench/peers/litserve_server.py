"""LitServe with one of the models of mae.py: python litserve_server.py MODEL HTTP_PORT _

A tensor is its raw bytes; pictures come each after its length in 4 bytes, as in Triton's BYTES; the answer is raw too.
"""

import struct
import sys
from typing import Annotated

import litserve
import mae
import numpy as np
from fastapi import Depends, Request, Response


async def body(request: Request):
    """As an array, for LitServe spells out what it is given, for its log, and arrays are short."""
    return np.frombuffer(await request.body(), np.uint8)


Body = Annotated[np.ndarray, Depends(body)]


class Api(litserve.LitAPI):
    """A model whose requests may have several rows; a batch is up to 8 requests."""

    def setup(self, device):
        pass

    def decode_request(self, request: Body):
        return request.view(np.float32).reshape(-1, 3, 224, 224)

    def batch(self, inputs):
        return (inputs[0] if len(inputs) == 1 else np.concatenate(inputs)), [len(rows) for rows in inputs]

    def predict(self, batch):
        rows, sizes = batch
        return self.work(rows), sizes

    def unbatch(self, output):
        rows, sizes = output
        return np.split(rows, np.cumsum(sizes)[:-1])

    def encode_response(self, output) -> Response:
        return Response(output.tobytes(), media_type="application/octet-stream")


class Tensors(Api):
    def setup(self, device):
        self.work = mae.Encoder().cls


class Images(Tensors):
    def setup(self, device):
        super().setup(device)
        self.pictures = mae.Pictures()

    def decode_request(self, request: Body):
        return self.pictures.pixels(list(files(request.tobytes())))


class Echo(Api):
    def work(self, pixels):
        return mae.echo(pixels)


class Small(Api):
    def work(self, pixels):
        return mae.small(pixels)


def files(given):
    while given:
        (length,) = struct.unpack_from("<I", given)
        yield given[4 : 4 + length]
        given = given[4 + length :]


if __name__ == "__main__":
    models = {"mae-tiny": Tensors, "mae-tiny_image": Images, "echo": Echo, "small": Small}
    name, port, _ = sys.argv[1:]  # there is no gRPC
    api = models[name](api_path=f"/{name}", max_batch_size=mae.MAX_BATCH, batch_timeout=mae.DELAY_SECONDS)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, fast_queue=True)
    server.run(host="127.0.0.1", port=int(port), num_api_servers=1, generate_client_file=False, log_level="warning")
