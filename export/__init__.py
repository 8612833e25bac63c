"""From a PyTorch checkpoint of a masked autoencoder to a bundle that is served without Python."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # ONNX Runtime would identify the machine and report to its maker


class Refusal(Exception):
    """A checkpoint, an option or a file that cannot be used; the message says which value and which limit."""
