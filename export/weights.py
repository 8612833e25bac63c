"""Tensors off a disk: PyTorch files, which are pickles and are never trusted, and safetensors."""

import argparse
import hashlib
import pickle
import re
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path

import torch

from export import Refusal


@contextmanager
def naming(name):
    """Says in front of a refusal what it is about."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(f"{name}: {refusal}") from refusal


def load(path: Path):
    """What the file holds, tensors mapped rather than read where its format allows."""
    return load_safetensors(path) if path.suffix == ".safetensors" else load_torch(path)


def load_torch(path):
    """A pickle of tensors, plain values and `argparse.Namespace`; nothing else in it is ever called."""
    try:
        with torch.serialization.safe_globals([argparse.Namespace]), warnings.catch_warnings(action="ignore"):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except OSError:
        raise
    except Exception as error:  # the parser meets arbitrary bytes here, and fails in as many ways as there are
        code = re.search(r"GLOBAL (\S+)", str(error)) if isinstance(error, pickle.UnpicklingError) else None
        if code:
            raise Refusal(
                f"is a pickle that asks for {code[1]}, which could run code: only tensors, plain values and "
                "argparse.Namespace are read, and nothing was run"
            ) from error
        raise Refusal("is not a PyTorch checkpoint, or is damaged; nothing in it was run") from error


def load_safetensors(path):
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise Refusal("is not a safetensors file, or is damaged") from error


def state_dict(payload):
    """The weights in what was loaded, without a distributed run's prefix, and the arguments of the training run."""
    args = {}
    if isinstance(payload, dict):
        for key in ("model", "state_dict"):
            if isinstance(payload.get(key), dict):
                args = payload.get("args")
                payload = payload[key]
                break
    if not isinstance(payload, dict) or not payload:
        raise Refusal(f"holds no state dict but a {type(payload).__name__}")
    for key, value in payload.items():
        if not isinstance(key, str) or not isinstance(value, torch.Tensor):
            raise Refusal(f"holds no state dict: {key!r} is a {type(value).__name__}, not a tensor")
    args = vars(args) if isinstance(args, argparse.Namespace) else args
    return {key.removeprefix("module."): value for key, value in payload.items()}, args if isinstance(
        args, dict
    ) else {}


def plain(state):
    """The same tensors as finite float32, copied only where they are something else."""
    return {name: plain_tensor(name, tensor) for name, tensor in state.items()}


def plain_tensor(name, tensor):
    if tensor.is_meta or tensor.layout is not torch.strided or not tensor.is_floating_point():
        raise Refusal(f"tensor {name} is {tensor.dtype} and not ordinary floating-point weights")
    tensor = tensor.detach().float().contiguous()
    if not torch.isfinite(tensor).all():
        raise Refusal(f"tensor {name} has values that are not finite")
    return tensor


def sha256(paths):
    """The digest of the files' bytes, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
