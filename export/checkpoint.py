"""Reads a checkpoint of any flavour and key scheme: every dimension from its tensors, nothing guessed.

What tensors cannot tell (heads, LayerNorm eps, flavour, preprocessing) comes from the Hugging Face config or from the
arguments a training run left beside its weights, else from an option, else from what is published under that width or
name, else it is refused.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import torch

from export import Refusal, huggingface, known, weights
from export.model import Config, Mae, Stack

PRESETS = ("demo", "eval", "hf", "none")
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # mean and standard deviation of R, G, B, in 0..1


@dataclass(frozen=True)
class Checkpoint:
    """A model and where it came from."""

    config: Config
    state: dict[str, torch.Tensor] = field(repr=False)  # upstream names, float32
    file: str  # name of the file or folder
    sha256: str  # of the file, or of the weight files one after the other
    scheme: str  # upstream | hf4 | hf5 | hf-mixed
    flavour: str  # visualize | full | encoder | classifier
    license: str | None
    mean: tuple[float, ...]  # one per channel
    std: tuple[float, ...]
    preprocess: str  # demo | eval | hf | none
    labels: list[str] | None

    def model(self):
        """The model, sharing the tensors of `state`."""
        with torch.device("meta"):
            model = Mae(self.config)
        model.load_state_dict(self.state, assign=True)
        return model.eval().requires_grad_(False)


@dataclass
class Source:
    """A checkpoint as it was found: its tensors in upstream names, and what is told beside them."""

    file: str
    sha256: str
    scheme: str
    state: dict
    heads: int | None = None
    decoder_heads: int | None = None
    grid: tuple[int, int] | None = None
    normalized: bool | None = None  # trained with norm_pix_loss
    eps: float = 1e-6
    activation: str = "gelu"
    folder: Path | None = None  # of a Hugging Face model, with its
    hf: dict = field(default_factory=dict)  # config.json


def read(
    path,
    *,
    flavour=None,
    heads=None,
    decoder_heads=None,
    grid=None,
    preprocess=None,
    mean=None,
    std=None,
    labels=None,
):
    """The checkpoint in a file or a Hugging Face folder; the options tell what the checkpoint itself does not.

    flavour: "visualize" or "full"; grid: (rows, columns); mean, std: a number per channel; labels: a name per class
    """
    path = Path(path)
    is_folder = path.is_dir()
    with weights.naming(path.resolve().name if is_folder else path.name):
        source = read_folder(path) if is_folder else read_file(path)
        source.heads = agree("--heads", heads, source.heads)
        source.decoder_heads = agree("--decoder-heads", decoder_heads, source.decoder_heads)
        source.grid = agree("--grid", grid, source.grid)
        config = infer(source)
        check_tensors(source.state, config)
        flavour = find_flavour(source, config, flavour)
        preprocess, mean, std = find_preprocessing(source, config, preprocess, mean, std)
        return Checkpoint(
            config=config,
            state=weights.plain(source.state),
            file=source.file,
            sha256=source.sha256,
            scheme=source.scheme,
            flavour=flavour,
            license=known.license_of(source.file),
            mean=mean,
            std=std,
            preprocess=preprocess,
            labels=find_labels(source, config, labels),
        )


def read_file(path):
    """A file in the layout of the original code; what its training arguments tell is taken from them."""
    payload = weights.load(path)
    state, args = weights.state_dict(payload)
    if huggingface.is_huggingface(state):
        raise Refusal("has Hugging Face names: give the folder that holds it and its config.json")
    return Source(
        file=path.name,
        sha256=weights.sha256([path]),
        scheme="upstream",
        state={name: tensor for name, tensor in state.items() if not name.endswith(".num_batches_tracked")},
        heads=args.get("heads"),
        decoder_heads=args.get("decoder_heads"),
        grid=args.get("grid"),
        normalized=args.get("norm_pix_loss"),
    )


def read_folder(folder):
    """A Hugging Face folder; what config.json leaves out has the library's own default."""
    hf = huggingface.read_config(folder)
    state, files = huggingface.read_weights(folder)
    return Source(
        file=folder.resolve().name,
        sha256=weights.sha256(files),
        scheme=huggingface.scheme(state),
        state=huggingface.upstream_names(state),
        heads=huggingface.number(hf, "num_attention_heads", 12),
        decoder_heads=huggingface.number(hf, "decoder_num_attention_heads", 16),
        grid=huggingface.grid(hf),
        normalized=huggingface.normalized(hf),
        eps=float(huggingface.number(hf, "layer_norm_eps", 1e-12, float)),
        activation=huggingface.activation(hf),
        folder=folder,
        hf=hf,
    )


def agree(option, asked, told):
    """What the user says, unless the checkpoint says something else."""
    if asked is not None and told is not None and asked != told:
        raise Refusal(f"{option} says {asked}, the checkpoint says {told}")
    return asked if told is None else told


def shape_of(state, name, dimensions):
    if name not in state:
        raise Refusal(f"lacks the tensor {name}")
    shape = tuple(state[name].shape)
    if len(shape) != dimensions or 0 in shape:
        raise Refusal(f"tensor {name} has shape {shape}, which is not a shape of {dimensions} sides")
    return shape


def infer(source):
    """The model's dimensions, read off the shapes of its tensors."""
    state = source.state
    if "patch_embed.proj.weight" not in state:
        some = ", ".join(sorted(state)[:3])
        raise Refusal(
            f"is not a masked autoencoder: lacks patch_embed.proj.weight, has {some}, … ({len(state)} tensors)"
        )
    width, channels, patch, across = shape_of(state, "patch_embed.proj.weight", 4)
    if patch != across:
        raise Refusal(f"patches of {patch} x {across} pixels are not square")
    huggingface.check_patch(source.hf, patch)
    _, tokens, _ = shape_of(state, "pos_embed", 3)
    encoder = infer_stack(state, "blocks", width, source.heads, known.HEADS, "--heads")
    decoder = None
    if any(name.startswith("decoder") or name == "mask_token" for name in state):
        width, _ = shape_of(state, "decoder_embed.weight", 2)
        shape_of(state, "decoder_pos_embed", 3)
        heads = known.DECODER_HEADS
        decoder = infer_stack(state, "decoder_blocks", width, source.decoder_heads, heads, "--decoder-heads")
    classes, pool, probe = infer_head(state)
    rows, columns = infer_grid(tokens - 1, source.grid)
    config = Config(
        height=rows * patch,
        width=columns * patch,
        patch=patch,
        channels=channels,
        encoder=encoder,
        decoder=decoder,
        classes=classes,
        pool=pool,
        probe=probe,
        eps=source.eps,
        activation=source.activation,
        qkv_bias=any(name.endswith(".attn.qkv.bias") for name in state),
    )
    if decoder and classes:
        raise Refusal("holds both a decoder and a classifier head, which no checkpoint of a masked autoencoder does")
    huggingface.check_sizes(source.hf, config)
    return config


def infer_stack(state, prefix, width, heads, table, option):
    """The blocks under `prefix`; their heads as told, else from the table of published widths."""
    numbers = {match[1] for name in state if (match := re.match(rf"{prefix}\.(\d+)\.", name))}
    if heads is None:
        heads = table.get(width)
    if heads is None:
        raise Refusal(f"nothing tells the number of heads for width {width}: give {option}")
    if type(heads) is not int or heads < 1 or width % heads:
        raise Refusal(f"{heads!r} heads do not divide width {width}")
    mlp, _ = shape_of(state, f"{prefix}.0.mlp.fc1.weight", 2)
    return Stack(width=width, depth=len(numbers), heads=heads, mlp=mlp)


def infer_head(state):
    """(classes, what the head sees, whether it is a linear probe); (0, None, False) without a head."""
    name = next((name for name in ("head.weight", "head.1.weight") if name in state), None)
    if name is None:
        return 0, None, False
    classes, _ = shape_of(state, name, 2)
    return classes, "mean" if "fc_norm.weight" in state else "cls", name == "head.1.weight"


def infer_grid(patches, grid):
    """Rows and columns: as told, else a square."""
    if grid is None:
        side = math.isqrt(max(patches, 0))
        if side < 1 or side * side != patches:
            raise Refusal(f"{patches} patches are no square grid: give --grid ROWSxCOLUMNS")
        return side, side
    if not isinstance(grid, (list, tuple)) or [type(side) for side in grid] != [int, int]:
        raise Refusal(f"the grid {grid!r} is not rows and columns")
    rows, columns = grid
    if rows < 1 or rows * columns != patches:
        raise Refusal(f"a grid of {rows} x {columns} has {rows * columns} patches, the position table has {patches}")
    return rows, columns


def check_tensors(state, config):
    """Exactly the tensors such a model has, in exactly their shapes."""
    with torch.device("meta"):
        expected = {name: tuple(tensor.shape) for name, tensor in Mae(config).state_dict().items()}
    expected = {name: shape for name, shape in expected.items() if not name.endswith(".num_batches_tracked")}
    if missing := [name for name in expected if name not in state]:
        raise Refusal(f"lacks the tensor {some(missing)}")
    if extra := [name for name in state if name not in expected]:
        raise Refusal(f"holds the tensor {some(extra)}, which a model of this kind does not have")
    for name, shape in expected.items():
        if tuple(state[name].shape) != shape:
            raise Refusal(f"tensor {name} has shape {tuple(state[name].shape)}, expected {shape}")


def some(names):
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def find_flavour(source, config, asked):
    """visualize or full, where there is a decoder: both have the same tensors, so something has to tell."""
    if not config.decoder:
        if asked:
            raise Refusal(f"has no decoder, so it cannot be of flavour {asked}")
        return "classifier" if config.classes else "encoder"
    told = None if type(source.normalized) is not bool else ("full" if source.normalized else "visualize")
    if flavour := agree("--flavour", asked, told):
        return flavour
    words = re.split(r"[^a-z]+", Path(source.file).stem.lower())
    named = {"visualize"} & set(words) | {"full"} & set(words[-1:])  # mae_visualize_..., ..._full
    if len(named) != 1:
        raise Refusal(
            "neither its name nor anything in it tells whether it was trained on pixels (visualize) or on pixels "
            "normalised per patch (full): give --flavour visualize|full"
        )
    return named.pop()


def find_labels(source, config, labels):
    """A name per class: as given, else as config.json has them; None where nobody named them."""
    if labels is None:
        return huggingface.labels(source.hf, config.classes)
    if len(labels) != config.classes:
        raise Refusal(f"{len(labels)} labels are given for {config.classes} classes")
    return labels


def find_preprocessing(source, config, preprocess, mean, std):
    """(preset, mean, std): as asked, else as preprocessor_config.json says, else as the model's family has it."""
    told = huggingface.preprocessing(source.folder, config) if source.folder else {}
    if preprocess is None:
        preprocess = told.get("preprocess", "hf" if source.folder else "eval" if config.classes else "demo")
    if preprocess is None:
        raise Refusal(f"preprocessor_config.json asks for what no preset does: give --preprocess {'|'.join(PRESETS)}")
    usual = IMAGENET if config.channels == 3 and not told else (None, None)
    mean = statistics("--mean", mean or told.get("mean") or usual[0], config.channels)
    std = statistics("--std", std or told.get("std") or usual[1], config.channels)
    if min(std) <= 0:
        raise Refusal(f"a standard deviation of {min(std)} is not positive")
    return preprocess, mean, std


def statistics(option, values, channels):
    if values is None:
        raise Refusal(f"nothing tells the pixel statistics of {channels} channels: give --mean and --std")
    if not isinstance(values, (list, tuple)) or not all(type(value) in (int, float) for value in values):
        raise Refusal(f"{option} is {values!r}, which is not a list of numbers")
    if len(values) != channels or not all(math.isfinite(value) for value in values):
        raise Refusal(f"{option} has {len(values)} values {tuple(values)} for {channels} channels")
    return tuple(float(value) for value in values)
