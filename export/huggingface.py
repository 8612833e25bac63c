"""Folders as Hugging Face transformers saves them: ViTMAEForPreTraining, ViTMAEModel and ViTForImageClassification."""

import json
import math
import re
from pathlib import Path

import torch

from export import Refusal, weights

# Every rule is tried on every name, in order. The schemes: 4.x and the Hub (encoder.layer, decoder.decoder_layers,
# attention.attention.query), 5.x in memory (layers, q_proj), what 5.x saves (decoder.decoder_encoder.layer); and each
# without the prefix `vit.`.
NAMES = [
    (r"^vit\.", ""),
    (r"^embeddings\.cls_token$", "cls_token"),
    (r"^embeddings\.position_embeddings$", "pos_embed"),
    (r"^embeddings\.patch_embeddings\.projection\.", "patch_embed.proj."),
    (r"^(encoder\.layer|layers)\.(?=\d)", "blocks."),
    (r"^decoder\.(decoder_encoder\.layer|decoder_layers)\.(?=\d)", "decoder_blocks."),
    (r"^decoder\.(?=decoder_|mask_token)", ""),
    (r"^layernorm\.", "norm."),
    (r"^classifier\.", "head."),
    (r"\.layernorm_before\.", ".norm1."),
    (r"\.layernorm_after\.", ".norm2."),
    (r"\.attention\.(attention\.query|q_proj)\.", ".attn.query."),
    (r"\.attention\.(attention\.key|k_proj)\.", ".attn.key."),
    (r"\.attention\.(attention\.value|v_proj)\.", ".attn.value."),
    (r"\.attention\.(output\.dense|o_proj)\.", ".attn.proj."),
    (r"\.intermediate\.dense\.", ".mlp.fc1."),
    (r"\.output\.dense\.", ".mlp.fc2."),
]
IGNORED = re.compile(r"^(vit\.)?pooler\.")  # a layer of ViTModel that embeddings here do not use

ACTIVATIONS = {
    **dict.fromkeys(["gelu", "gelu_python"], "gelu"),
    **dict.fromkeys(["gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh"], "gelu_tanh"),
    "relu": "relu",
    **dict.fromkeys(["silu", "swish"], "silu"),
}
PRESETS = {2: "hf", 3: "demo"}  # Pillow's numbers for bilinear and bicubic, to the model's own size


def is_huggingface(state):
    return any(name.endswith("embeddings.patch_embeddings.projection.weight") for name in state)


def scheme(state):
    """Which of the key schemes the names follow."""
    if any(name.startswith("decoder.decoder_encoder.") for name in state):
        return "hf-mixed"
    return "hf5" if any(".attention.q_proj." in name for name in state) else "hf4"


def upstream_names(state):
    """The same tensors named as the original code names them, query, key and value packed into one."""
    renamed = {}
    for name, tensor in state.items():
        if IGNORED.match(name):
            continue
        for pattern, replacement in NAMES:
            name = re.sub(pattern, replacement, name)
        if name in renamed:
            raise Refusal(f"two tensors stand for {name}")
        renamed[name] = tensor
    for query in [name for name in renamed if ".attn.query." in name]:
        parts = [query.replace(".query.", f".{part}.") for part in ("query", "key", "value")]
        for part in parts:
            if part not in renamed:
                raise Refusal(f"lacks the tensor {part}")
        renamed[query.replace(".query.", ".qkv.")] = torch.cat([renamed.pop(part) for part in parts])
    return renamed


def read_json(path: Path):
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refusal(f"{path.name} is not JSON") from error
    if not isinstance(content, dict):
        raise Refusal(f"{path.name} is not a JSON object")
    return content


def weight_files(folder: Path):
    """The files that hold the tensors; safetensors before pickles, whole before sharded."""
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}.index.json"
        if index.is_file():
            names = read_json(index).get("weight_map")
            if not isinstance(names, dict) or not names:
                raise Refusal(f"{index.name} has no weight_map")
            shards = sorted({str(shard) for shard in names.values()})
            for shard in shards:
                if Path(shard).name != shard:
                    raise Refusal(f"{index.name} names {shard}, which is not a file of this folder")
            return [folder / shard for shard in shards]
    raise Refusal("has neither model.safetensors nor pytorch_model.bin")


def read_weights(folder: Path):
    """(tensors by their own names, the files they came from)"""
    state = {}
    for path in (files := weight_files(folder)):
        with weights.naming(path.name):
            tensors, _ = weights.state_dict(weights.load(path))
        state.update(tensors)
    return state, files


def read_config(folder: Path):
    """config.json, as far as it is one we know how to honour."""
    path = folder / "config.json"
    if not path.is_file():
        raise Refusal("is a folder without a config.json")
    config = read_json(path)
    if config.get("model_type") not in ("vit_mae", "vit"):
        raise Refusal(f"config.json says model_type {config.get('model_type')!r}; vit_mae and vit are read")
    return config


def number(config, key, default, kind=int):
    value = config.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, kind)) or not 0 < value < math.inf:
        raise Refusal(f"config.json says {key} {value!r}, which is not a positive number")
    return value


def normalized(config):
    value = config.get("norm_pix_loss", False)
    if not isinstance(value, bool):
        raise Refusal(f"config.json says norm_pix_loss {value!r}, which is neither true nor false")
    return value


def activation(config):
    name = config.get("hidden_act", "gelu")
    if name not in ACTIVATIONS:
        raise Refusal(f"config.json says hidden_act {name!r}; {', '.join(ACTIVATIONS)} are known")
    return ACTIVATIONS[name]


def pair(config, key):
    """A size that may be written as one number or as [height, width]; None where it is not written."""
    value = config.get(key)
    if value is None:
        return None
    values = value if isinstance(value, list) else [value, value]
    if len(values) != 2 or not all(type(side) is int and side > 0 for side in values):
        raise Refusal(f"config.json says {key} {value!r}, which is not a size")
    return tuple(values)


def grid(config):
    """Rows and columns of patches, or None where config.json does not say."""
    image, patch = pair(config, "image_size"), pair(config, "patch_size")
    if not image or not patch:
        return None
    if image[0] % patch[0] or image[1] % patch[1]:
        raise Refusal(f"config.json says image_size {image}, which is no multiple of patch_size {patch}")
    return image[0] // patch[0], image[1] // patch[1]


def check_patch(config, patch):
    if pair(config, "patch_size") not in (None, (patch, patch)):
        raise Refusal(f"config.json says patch_size {config['patch_size']}, the tensors say {patch}")


def check_sizes(config, shape):
    """Whether config.json agrees with what the tensors are; `shape` is the `model.Config` found in them."""
    found = {
        "hidden_size": shape.encoder.width,
        "num_hidden_layers": shape.encoder.depth,
        "intermediate_size": shape.encoder.mlp,
        "num_channels": shape.channels,
        "qkv_bias": shape.qkv_bias,
    }
    if shape.decoder:
        found |= {
            "decoder_hidden_size": shape.decoder.width,
            "decoder_num_hidden_layers": shape.decoder.depth,
            "decoder_intermediate_size": shape.decoder.mlp,
        }
    for key, value in found.items():
        if config.get(key, value) != value:
            raise Refusal(f"config.json says {key} {config[key]}, the tensors say {value}")


def labels(config, classes):
    """The names of the classes, or None where they are only numbered."""
    names = config.get("id2label")
    if not isinstance(names, dict):
        return None
    try:
        ordered = [" ".join(str(names[key]).split()) for key in sorted(names, key=int)]
    except ValueError as error:
        raise Refusal("config.json has an id2label whose keys are not numbers") from error
    if len(ordered) != classes:
        raise Refusal(f"config.json names {len(ordered)} classes, the tensors have {classes}")
    return None if all(re.fullmatch(r"LABEL_\d+", name) for name in ordered) else ordered


def preprocessing(folder: Path, shape):
    """What preprocessor_config.json says: (preset or None where it is none of ours, mean, std); {} without the file."""
    path = folder / "preprocessor_config.json"
    if not path.is_file():
        return {}
    said = read_json(path)
    factor = said.get("rescale_factor", 1 / 255)
    if said.get("do_rescale", True) is not True or not isinstance(factor, float) or abs(factor * 255 - 1) > 1e-6:
        raise Refusal("preprocessor_config.json does not rescale by 1/255; nothing else is supported")
    if said.get("do_normalize", True):
        mean, std = said.get("image_mean"), said.get("image_std")
    else:
        mean, std = [0.0] * shape.channels, [1.0] * shape.channels
    return {"preprocess": preset(said, (shape.height, shape.width)), "mean": mean, "std": std}


def preset(said, size):
    """The preset a processor amounts to, None for one that we have no name for."""
    if said.get("do_center_crop"):
        return None
    if not said.get("do_resize", True):
        return "none"
    asked = said.get("size", size[0])
    asked = (asked.get("height"), asked.get("width")) if isinstance(asked, dict) else (asked, asked)
    return PRESETS.get(said.get("resample", 2)) if asked == size else None
