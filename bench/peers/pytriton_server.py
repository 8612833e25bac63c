"""pytriton, Triton's own server around the models of mae.py: python pytriton_server.py HTTP_PORT GRPC_PORT"""

import signal
import sys

import mae
import numpy as np
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

PIXELS = Tensor(name="pixels", dtype=np.float32, shape=(3, 224, 224))
IMAGE = Tensor(name="image", dtype=bytes, shape=(1,))
LATENT = Tensor(name="latent", dtype=np.float32, shape=(197, 768))


def vector(width):
    return Tensor(name="cls", dtype=np.float32, shape=(width,))


def main(http, grpc):
    encoder, pictures = mae.Encoder(), mae.Pictures()

    @batch
    def tensors(pixels):
        return {"cls": encoder.cls(pixels)}

    @batch
    def images(image):
        return {"cls": encoder.cls(pictures.pixels(image[:, 0]))}

    @batch
    def echo(pixels):
        return {"latent": mae.echo(pixels)}

    @batch
    def small(pixels):
        return {"cls": mae.small(pixels)}

    config = ModelConfig(
        max_batch_size=mae.MAX_BATCH,
        batcher=DynamicBatcher(max_queue_delay_microseconds=int(mae.DELAY_SECONDS * 1e6)),
    )
    width = encoder.session.get_outputs()[1].shape[1]
    models = {
        "mae-tiny": (tensors, PIXELS, vector(width)),
        "mae-tiny_image": (images, IMAGE, vector(width)),
        "echo": (echo, PIXELS, LATENT),
        "small": (small, PIXELS, vector(768)),
    }
    ports = TritonConfig(
        http_address="127.0.0.1", http_port=http, grpc_address="127.0.0.1", grpc_port=grpc, allow_metrics=False
    )
    with Triton(config=ports) as triton:
        for name, (work, given, answered) in models.items():
            triton.bind(model_name=name, infer_func=work, inputs=[given], outputs=[answered], config=config)
        triton.serve()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # which ends Triton too
    main(*map(int, sys.argv[1:]))
