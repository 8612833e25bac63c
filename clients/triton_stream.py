"""Send many photos to a running `./unmask serve` over one stream of gRPC, through Triton's client.

./unmask python clients/triton_stream.py photos/*.jpg
"""

import argparse
import queue
from pathlib import Path

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput


def main(url, files):
    answers = queue.SimpleQueue()
    with InferenceServerClient(url) as client:
        client.start_stream(lambda result, error: answers.put((result, error)))
        for file in files:
            image = np.array([[Path(file).read_bytes()]], object)
            client.async_stream_infer(
                "mae-tiny_image",
                [InferInput("image", image.shape, "BYTES").set_data_from_numpy(image)],
                outputs=[InferRequestedOutput("anomaly_score")],
                request_id=file,
            )
        for _ in files:
            answer, error = answers.get(timeout=60)
            if error:  # of one request; the stream goes on
                print(error)
            else:
                print(f"{answer.get_response().id}: anomaly score {answer.as_numpy('anomaly_score')[0]:.4f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", default="localhost:8001")
    parser.add_argument("files", nargs="*", default=["photos/chelsea.jpg", "photos/coffee.jpg"])
    main(**vars(parser.parse_args()))
