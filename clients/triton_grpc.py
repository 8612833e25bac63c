"""Send tensors to a running `./unmask serve` through Triton's client over gRPC, and choose which patches it sees.

./unmask python clients/triton_grpc.py photos/*.jpg
"""

import argparse

import numpy as np
from PIL import Image
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput

SIDE, PATCHES = 224, 196
LEFT = [patch for patch in range(PATCHES) if patch % 14 < 7]  # of the 14 x 14 patches


def main(url, files):
    pixels = np.stack([np.asarray(Image.open(file).convert("RGB").resize((SIDE, SIDE))) for file in files])
    keep = np.array([LEFT] * len(files))
    with InferenceServerClient(url) as client:
        answer = client.infer(
            "mae-tiny",
            [  # raw RGB; or FP32 (rows, 3, 224, 224), normalised
                InferInput("pixels", pixels.shape, "UINT8").set_data_from_numpy(pixels),
                InferInput("ids_keep", keep.shape, "INT64").set_data_from_numpy(keep),
            ],
            outputs=[InferRequestedOutput(name) for name in ("latent", "image")],
        )
    latent, image = answer.as_numpy("latent"), answer.as_numpy("image")
    for file, tokens, seen, guess in zip(files, latent, pixels, image, strict=True):
        error = np.abs(guess[:, SIDE // 2 :].astype(int) - seen[:, SIDE // 2 :]).mean()
        print(f"{file}: {len(tokens)} tokens of {tokens.shape[1]}; the right half is off by {error:.0f} of 255")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", default="localhost:8001")
    parser.add_argument("files", nargs="*", default=["photos/chelsea.jpg", "photos/coffee.jpg"])
    main(**vars(parser.parse_args()))
