"""Send photos to a running `./unmask serve` through Triton's client over HTTP: embeddings, and what the model fills in.

./unmask python clients/triton_http.py photos/*.jpg
"""

import argparse
from pathlib import Path

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput


def main(url, folder, files):
    image = np.array([[Path(file).read_bytes()] for file in files], object)  # JPEG, PNG or WebP, as they are
    with InferenceServerClient(url) as client:
        answer = client.infer(
            "mae-tiny_image",
            [InferInput("image", image.shape, "BYTES").set_data_from_numpy(image)],
            outputs=[InferRequestedOutput(name) for name in ("cls", "loss", "panels")],
            parameters={"ratio": 0.75, "seed": 2},
        )
    for file, vector, loss, panels in zip(files, *map(answer.as_numpy, ("cls", "loss", "panels")), strict=True):
        filled = folder / (Path(file).stem + ".filled.png")
        filled.write_bytes(panels)
        print(file, " ".join(f"{value:+.4f}" for value in vector[:4]), f"... loss {loss:.4f}, see {filled}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", default="localhost:8000")
    parser.add_argument("--folder", type=Path, default=Path(), help="of the pictures that are written")
    parser.add_argument("files", nargs="*", default=["photos/chelsea.jpg", "photos/coffee.jpg"])
    main(**vars(parser.parse_args()))
