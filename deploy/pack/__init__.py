"""ONNX Runtime's libraries for a GPU, and folders that run on machines without Java and network.

Runs on any Python from 3.11 with nothing but its standard library; pip and Maven fetch.
"""


class Refusal(Exception):
    """What cannot be done; the message says why, and what would help."""
