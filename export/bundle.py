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
import torch
from safetensors.torch import save

from export import Refusal, golden
from export.build import build, export, kernels
from export.graphs import TYPES, Colours, Graph, stages
from export.model import keep_count
from export.verify import LIMITS, verify

FORMAT = 1
WEIGHTS = "weights.data"
INLINE = 1024  # bytes; smaller tensors stay inside their graph
PAGE = 4096  # bytes; weights begin on one, so that a graph can map them
BATCHES = 1, 32, 256  # least, usual and largest, for which TensorRT prepares


def convert(checkpoint, name, out, preprocess=None, license=None, force=False, types=TYPES):
    """Writes the bundle `out/name` of a checkpoint, its graphs in these types, and answers its path."""
    final = target(Path(out), name, force)
    partial = final.with_name(f".{name}.partial-{secrets.token_hex(4)}")
    try:
        partial.mkdir(parents=True)
        write(partial, checkpoint, name, preprocess or checkpoint.preprocess, license or checkpoint.license, types)
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


def write(folder, checkpoint, name, preprocess, license, types):
    normalized = checkpoint.flavour == "full"
    mae = checkpoint.model()
    with step("golden.safetensors") as note:
        answers = golden.cases(mae, Colours(checkpoint.mean, checkpoint.std), normalized)
        save_golden(answers, folder / "golden.safetensors")
        note(f"{len(answers)} cases")
    if checkpoint.labels:
        (folder / "labels.txt").write_text("".join(f"{label}\n" for label in checkpoint.labels), encoding="utf-8")
    written = {}
    with Weights(folder) as weights:
        for stage in stages(mae, checkpoint.mean, checkpoint.std, normalized):
            with step(f"{stage.graph} from {stage.inputs[0].type} {stage.inputs[0].name}") as note:
                exported = export(stage)
                note(f"{len(exported.graph)} nodes")
            for type in filter(stage.types.__contains__, types):
                graph = Graph(stage, type)
                written[graph] = write_graph(exported, graph, weights)
                with step(f"{graph.file} against PyTorch") as note:
                    note(verify(graph, folder, mae, answers))
    manifest = describe(checkpoint, name, preprocess, license, mae, written, folder)
    (folder / "model.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_graph(exported, graph, weights):
    """Writes a graph, and answers what is known of how it runs."""
    with step(graph.file) as note:
        model = build(exported, graph)
        weights.take(model)
        ir.save(model, weights.folder / graph.file)
        if graph.type == "trt":  # which fuses nodes to kernels of its own
            note(f"{len(model.graph)} nodes")
            return {"profiles": profiles(graph.stage)}
        note(f"{len(model.graph)} nodes, {kernels(model)} of them kernels of a card")
        return {"kernels": kernels(model)}


def profiles(stage):
    """Least, usual and largest size of each dimension that has a name."""
    patches = stage.module.mae.config.patches
    keeps = 1, max(1, keep_count(patches, 0.75)), patches
    sizes = {"batch": BATCHES, "keep": keeps, "1+keep": [1 + keep for keep in keeps]}
    named = {size for port in stage.inputs for size in port.shape}
    return {name: list(size) for name, size in sizes.items() if name in named}


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
        self.folder, self.offsets, self.placed = folder, {}, {}

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
        """A tensor's place in the file; one that several graphs of a stage hold is written and hashed once."""
        if id(tensor) not in self.placed:
            self.placed[id(tensor)] = tensor, self.write(name, tensor)  # kept, that its id stays its own
        return self.placed[id(tensor)][1]

    def write(self, name, tensor):
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
        "graphs": {graph.file: describe_graph(graph, folder) | known for graph, known in written.items()},
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
    ports = {side: [vars(port) for port in getattr(graph.stage, side)] for side in ("inputs", "outputs")}
    digest = describe_file(folder / graph.file)["sha256"]
    known = {"graph": graph.stage.graph, "variant": graph.variant, "sha256": digest, "data": [WEIGHTS]}
    return known | ports | LIMITS[graph.type]


def describe_file(path):
    with open(path, "rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


@contextmanager
def step(text):
    """Says on standard error what is being done, then with what result and how long it took."""
    notes, start = [], time.monotonic()
    print(f"  {text:<42}", end="", file=sys.stderr, flush=True)
    try:
        yield notes.append
        print(f"{', '.join(notes):<44}{time.monotonic() - start:7.1f} s", end="", file=sys.stderr)
    finally:
        print(file=sys.stderr, flush=True)
