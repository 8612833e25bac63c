"""MLServer with the models of mae.py: python mlserver_server.py HTTP_PORT GRPC_PORT"""

import asyncio
import base64
import sys

import mae
import numpy as np
from mlserver import MLModel, MLServer, Settings
from mlserver.codecs import NumpyCodec
from mlserver.settings import ModelParameters, ModelSettings
from mlserver.types import InferenceResponse
from mlserver.utils import install_uvloop_event_loop


class Model(MLModel):
    """A model of one input and one output; batches run on a thread, so that the server goes on reading."""

    async def predict(self, payload):
        answer = await asyncio.to_thread(self.work, payload.inputs[0])
        output = NumpyCodec.encode_output(self.output, answer)
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=[output])


class Tensors(Model):
    output = "cls"

    async def load(self):
        self.encoder = mae.Encoder()
        return True

    def work(self, given):
        return self.encoder.cls(pixels(given))


class Images(Model):
    output = "cls"

    async def load(self):
        self.encoder, self.pictures = mae.Encoder(), mae.Pictures()
        return True

    def work(self, given):
        return self.encoder.cls(self.pictures.pixels(files(given)))


class Echo(Model):
    output = "latent"

    def work(self, given):
        return mae.echo(pixels(given))


class Small(Model):
    output = "cls"

    def work(self, given):
        return mae.small(pixels(given))


def pixels(given):
    return np.asarray(given.data.root, np.float32).reshape(given.shape)


def files(given):
    """The pictures: bytes over gRPC, base64 in the JSON of HTTP."""
    return [file if isinstance(file, bytes) else base64.b64decode(file) for file in given.data.root]


def settings(name, implementation):
    return ModelSettings(
        name=name,
        implementation=implementation,
        max_batch_size=mae.MAX_BATCH,
        max_batch_time=mae.DELAY_SECONDS,
        parameters=ModelParameters(version="1"),
    )


async def main(http, grpc):
    server = MLServer(
        Settings(
            host="127.0.0.1",
            http_port=http,
            grpc_port=grpc,
            metrics_endpoint=None,
            grpc_max_message_length=64 * 1024 * 1024,
            parallel_workers=0,  # faster than 1: a process of its own would get every tensor pickled
            gzip_enabled=False,
            debug=False,
        )
    )
    models = {"mae-tiny": Tensors, "mae-tiny_image": Images, "echo": Echo, "small": Small}
    await server.start([settings(name, model) for name, model in models.items()])


if __name__ == "__main__":
    install_uvloop_event_loop()
    asyncio.run(main(*map(int, sys.argv[1:])))
