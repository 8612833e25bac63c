"""Writes a bundle: graphs, their weights, golden tensors and the manifest, all of it verified, or nothing at all."""

import hashlib
import json
import re
import secrets
import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import onnx_ir as ir
import onnxruntime
import torch
from safetensors.torch import save

from export import Refusal, golden
from export.graphs import Colours, build, graphs
from export.model import shuffle

FORMAT = 1
WEIGHTS = "weights.data"
INLINE = 1024  # bytes; smaller tensors stay inside their graph
PAGE = 4096  # bytes; weights begin on one, so that a graph can map them
TOLERANCE = {"cpu": 1e-4, "cuda": 1e-3}  # of the largest value, but at least of 1; CUDA may multiply in TF32
MANY = 20_000_000  # parameters from which fewer random shapes are verified


def convert(checkpoint, name, out, preprocess=None, license=None, force=False):
    """Writes the bundle `out/name` of a checkpoint, and answers its path."""
    final = target(Path(out), name, force)
    partial = final.with_name(f".{name}.partial-{secrets.token_hex(4)}")
    try:
        partial.mkdir(parents=True)
        write(partial, checkpoint, name, preprocess or checkpoint.preprocess, license or checkpoint.license)
        replace(partial, final)
    except OSError as e:
        raise Refusal(f"cannot write {final}: {str(e.strerror or e).lower()}") from e
    finally:  # also when interrupted
        shutil.rmtree(partial, ignore_errors=True)
    return final


def target(out, name, force):
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        raise Refusal(f"name {name!r} is not 1 to 64 of a-z 0-9 . _ - with a letter or digit in front")
    final = out / name
    if final.exists() and not (final / "model.json").is_file():
        raise Refusal(f"{final} exists already and is no bundle, so it is never replaced")
    if final.exists() and not force:
        raise Refusal(f"{final} exists already; --force replaces it")
    return final


def replace(partial, final):
    """Moves the finished folder into place; a bundle that was there is there until that moment, its card stays."""
    old = final.with_name(f".{final.name}.old-{secrets.token_hex(4)}")
    if final.exists():
        if (final / "README.md").exists():
            shutil.copy(final / "README.md", partial)
        final.rename(old)
    try:
        partial.rename(final)
    finally:
        if old.exists() and not final.exists():
            old.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def write(folder, checkpoint, name, preprocess, license):
    normalized = checkpoint.flavour == "full"
    mae = checkpoint.model()
    with step("golden.safetensors") as note:
        answers = golden.cases(mae, Colours(checkpoint.mean, checkpoint.std), normalized)
        save_golden(answers, folder / "golden.safetensors")
        note(f"{len(answers)} cases")
    if checkpoint.labels:
        (folder / "labels.txt").write_text("".join(f"{label}\n" for label in checkpoint.labels), encoding="utf-8")
    written = []
    with Weights(folder) as weights:
        for graph in graphs(mae, checkpoint.mean, checkpoint.std, normalized):
            with step(graph.file) as note:
                model, before = build(graph)
                weights.take(model)
                ir.save(model, folder / graph.file)
                note(f"{before} -> {len(model.graph)} nodes")
            del model
            with step(f"{graph.file} against PyTorch") as note:
                note(f"difference {verify(graph, folder, mae, answers):.1e}, tolerance {TOLERANCE['cpu']:.0e}")
            written.append(graph)
    manifest = describe(checkpoint, name, preprocess, license, mae, written, folder)
    (folder / "model.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def save_golden(answers, path):
    tensors = {f"{case}.{name}": tensor for case, tensors in answers.items() for name, tensor in tensors.items()}
    data = save(tensors, metadata={"format": "1", "torch": str(torch.__version__)})
    size = int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8 : 8 + size]), sort_keys=True).encode()  # metadata come in a random order
    header += b" " * (-len(header) % 8)
    path.write_bytes(len(header).to_bytes(8, "little") + header + data[8 + size :])


class Weights:
    """The one file of weights that the graphs of a bundle share; equal tensors are written once."""

    def __init__(self, folder):
        self.folder, self.offsets = folder, {}

    def __enter__(self):
        self.file = open(self.folder / WEIGHTS, "wb")
        return self

    def __exit__(self, *_):
        self.file.close()

    def take(self, model):
        """Moves the large tensors of a graph into the file."""
        for name, value in model.graph.initializers.items():
            if value.const_value.nbytes >= INLINE:
                value.const_value = self.place(name, value.const_value)
        self.file.flush()

    def place(self, name, tensor):
        data = tensor.tobytes()
        digest = hashlib.sha256(data).digest()
        if digest not in self.offsets:
            self.file.write(bytes(-self.file.tell() % PAGE))
            self.offsets[digest] = self.file.tell()
            self.file.write(data)
        offset = self.offsets[digest]
        return ir.ExternalTensor(
            WEIGHTS, offset, len(data), tensor.dtype, shape=tensor.shape, name=name, base_dir=self.folder
        )


def verify(graph, folder, mae, answers):
    """The largest difference from PyTorch of a graph as it stands on disk; one out of tolerance is refused."""
    session = onnxruntime.InferenceSession(folder / graph.file, providers=["CPUExecutionProvider"])
    largest = 0.0
    for inputs, expected in [*golden_runs(graph, answers), *random_runs(graph, mae)]:
        actual = session.run(list(expected), {name: tensor.numpy() for name, tensor in inputs.items()})
        for (name, wanted), got in zip(expected.items(), actual, strict=True):
            largest = max(largest, difference(graph, name, torch.from_numpy(got), wanted))
    return largest


def difference(graph, name, actual, expected):
    """The largest difference, as a share of the largest value but at least of 1; bytes may differ by one level."""
    if actual.shape != expected.shape:
        raise Refusal(f"{graph.file}: {name} has shape {list(actual.shape)}, PyTorch's has {list(expected.shape)}")
    levels = expected.dtype == torch.uint8
    gap = (actual.double() - expected.double()).abs().max().item()
    relative = gap if levels else gap / max(1, expected.abs().max().item())
    tolerance = 1 if levels else TOLERANCE["cpu"]
    if not relative <= tolerance:  # NaN is out of tolerance too
        raise Refusal(f"{graph.file}: {name} differs from PyTorch's by {relative:.3g}, tolerance {tolerance:g}")
    return 0.0 if levels else relative


def golden_runs(graph, answers):
    """The cases that have all a graph takes and gives: (inputs, expected outputs) of each."""
    for tensors in answers.values():
        if all(port.name in tensors for port in graph.outputs):
            inputs = {port.name: tensors[port.name] for port in graph.inputs}
            if graph.variant == "uint8":
                inputs["pixels"] = tensors["pixels_uint8"]
            yield inputs, {port.name: tensors[port.name] for port in graph.outputs}


def random_runs(graph, mae):
    """Random inputs of many shapes, and PyTorch's answers."""
    N = mae.config.patches
    batches, keeps = (1, 2, 5), (1, max(1, N // 3), max(1, N // 4), N)
    shapes = [(batch, keep) for batch in batches for keep in keeps]
    if sum(p.numel() for p in mae.parameters()) > MANY:
        shapes = [(1, N), (2, max(1, N // 4)), (5, 1), (5, max(1, N // 3))]
    if graph.graph == "classifier":
        shapes = [(batch, N) for batch in batches]
    generator = torch.Generator().manual_seed(0)
    for batch, keep in shapes:
        ids_keep, ids_restore, _ = shuffle(torch.rand(batch, N, generator=generator), keep)
        drawn = {"ids_keep": ids_keep, "ids_restore": ids_restore}
        sizes = {"batch": batch, "1+keep": 1 + keep}
        for port in graph.inputs:
            shape = [sizes.get(size, size) for size in port.shape]
            if port.type == "float32":
                drawn[port.name] = torch.randn(shape, generator=generator)
            elif port.type == "uint8":
                drawn[port.name] = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
        inputs = {port.name: drawn[port.name] for port in graph.inputs}
        with torch.inference_mode():
            outputs = graph.module(*inputs.values())
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        yield inputs, {port.name: output for port, output in zip(graph.outputs, outputs, strict=True)}


def describe(checkpoint, name, preprocess, license, mae, written, folder):
    """The manifest, a dictionary in the order in which it is written."""
    c = checkpoint.config
    manifest = {
        "format": FORMAT,
        "name": name,
        "license": license or "unknown",
        "source": {key: getattr(checkpoint, key) for key in ("file", "sha256", "scheme", "flavour")},
        "image": {
            "height": c.height,
            "width": c.width,
            "patch": c.patch,
            "channels": c.channels,
            "mean": list(checkpoint.mean),
            "std": list(checkpoint.std),
        },
        "encoder": vars(c.encoder) | {},
    }
    if c.decoder:
        manifest["decoder"] = vars(c.decoder) | {}
    if c.classes:
        manifest |= {"classes": c.classes, "pool": c.pool}
    manifest |= {
        "finalNorm": c.final_norm,
        "normalizedPixels": checkpoint.flavour == "full",
        "layerNormEps": c.eps,
        "activation": c.activation,
        "preprocess": preprocess,
        "parameters": parameters(mae),
        "graphs": {graph.file: describe_graph(graph, folder) for graph in written},
        "files": {path.name: describe_file(path) for path in sorted(folder.iterdir()) if path.suffix != ".onnx"},
    }
    return manifest


def parameters(mae):
    """How many numbers each stage has learnt or stores, position tables included."""
    counts = {"encoder": 0, "decoder": 0, "classifier": 0}
    for name, parameter in mae.named_parameters():
        head = name.startswith(("head", "fc_norm"))
        decoder = name.startswith(("decoder", "mask_token"))
        counts["classifier" if head else "decoder" if decoder else "encoder"] += parameter.numel()
    return {stage: count for stage, count in counts.items() if count}


def describe_graph(graph, folder):
    ports = {side: [vars(port) for port in getattr(graph, side)] for side in ("inputs", "outputs")}
    digest = describe_file(folder / graph.file)["sha256"]
    known = {"graph": graph.graph, "variant": graph.variant, "sha256": digest, "data": [WEIGHTS]}
    return known | ports | {"tolerance": TOLERANCE}


def describe_file(path):
    with open(path, "rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


@contextmanager
def step(text):
    """Says on standard error what is being done, then with what result and how long it took."""
    notes, start = [], time.monotonic()
    print(f"  {text:<36}", end="", file=sys.stderr, flush=True)
    try:
        yield notes.append
        print(f"{', '.join(notes):<44}{time.monotonic() - start:7.1f} s", end="", file=sys.stderr)
    finally:
        print(file=sys.stderr, flush=True)
