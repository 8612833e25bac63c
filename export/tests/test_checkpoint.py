"""Every flavour read back as it was written, every way of telling what tensors cannot, every refusal."""

import hashlib
import json
import math
import os
import pickle
import re
from argparse import Namespace
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import ViTConfig, ViTForImageClassification, ViTMAEConfig, ViTMAEForPreTraining, ViTModel

from export import Refusal, known
from export.checkpoint import read
from export.model import Stack

HEADS = {"heads": 4, "decoder_heads": 2}  # the small models' widths are in no published table


@pytest.fixture
def write(tmp_path):
    """Saves a payload under a file name."""

    def save(payload, name="mae_visualize_vit_small.pth", **options):
        path = tmp_path / name
        torch.save(payload, path, **options)
        return path

    return save


@pytest.fixture
def refused():
    """Reading fails with a message that says all of this; the message is a sentence's middle, for any door to print."""

    def check(path, *words, **options):
        with pytest.raises(Refusal) as caught:
            read(path, **options)
        message = str(caught.value)
        assert message.startswith(path.name + ": ")
        assert not message.endswith(".")
        for word in words:
            assert str(word) in message

    return check


def same(found, model):
    """The weights and the shape survived."""
    state = {name: t for name, t in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert found.state.keys() == state.keys()
    for name, tensor in state.items():
        assert torch.equal(found.state[name], tensor), name
        assert found.state[name].dtype == torch.float32
    assert found.config == model.config
    assert found.model().state_dict().keys() == model.state_dict().keys()


@pytest.mark.parametrize(
    ("name", "flavour"),
    [
        ("mae_visualize_vit_base.pth", "visualize"),
        ("mae_visualize_vit_large_ganloss.pth", "visualize"),
        ("mae_pretrain_vit_base_full.pth", "full"),
    ],
)
def test_a_published_name_tells_the_flavour(write, mae, name, flavour):
    model = mae()
    path = write({"model": model.state_dict()}, name)
    found = read(path, **HEADS)
    same(found, model)
    assert (found.flavour, found.scheme, found.file) == (flavour, "upstream", name)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.preprocess, found.license, found.labels) == ("demo", "CC-BY-NC-4.0", None)
    assert (found.mean, found.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    assert found.config.eps == 1e-6


def test_without_a_decoder_it_is_an_encoder(write, mae):
    model = mae(decoder=None)
    found = read(write({"model": model.state_dict()}, "mae_pretrain_vit_small.pth"), heads=4)
    same(found, model)
    assert (found.flavour, found.preprocess, found.license) == ("encoder", "demo", None)


@pytest.mark.parametrize("head", [{"pool": "mean"}, {"pool": "cls"}, {"pool": "cls", "probe": True}], ids=str)
def test_a_head_makes_it_a_classifier(write, classifier, pixels, head):
    model = classifier(**head)
    found = read(write({"model": model.state_dict(), "args": Namespace(nb_classes=7)}, "checkpoint-99.pth"), heads=4)
    same(found, model)
    assert (found.flavour, found.preprocess) == ("classifier", "eval")
    assert torch.equal(found.model().classify(pixels), model.classify(pixels))


def test_a_probe_may_lack_the_count_of_its_batches(write, classifier):
    model = classifier(pool="cls", probe=True)
    state = model.state_dict()
    del state["head.0.num_batches_tracked"]
    same(read(write(state), heads=4), model)


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"model": s}, lambda s: {"state_dict": s, "epoch": 3}])
@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("zipped", [True, False])
def test_state_dicts_come_in_many_wrappings(write, mae, wrap, prefix, zipped):
    model = mae()
    state = {prefix + name: tensor for name, tensor in model.state_dict().items()}
    same(read(write(wrap(state), _use_new_zipfile_serialization=zipped), **HEADS), model)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(write, mae, dtype):
    model = mae().to(dtype)
    path = write({"model": model.state_dict()})
    same(read(path, **HEADS), model.float())


def test_parameters_and_odd_strides_are_read_as_plain_tensors(write, mae):
    model = mae()
    state = dict(model.named_parameters())
    state["blocks.0.mlp.fc1.weight"] = state["blocks.0.mlp.fc1.weight"].T.contiguous().T
    found = read(write({"model": state}), **HEADS)
    same(found, model)
    assert all(type(tensor) is torch.Tensor and tensor.is_contiguous() for tensor in found.state.values())


def test_a_safetensors_file_with_published_names_is_read(tmp_path, mae):
    model = mae()
    path = tmp_path / "mae-visualize.safetensors"
    save_file(model.state_dict(), path)
    same(read(path, **HEADS), model)


@pytest.mark.parametrize(("normalized", "flavour"), [(True, "full"), (False, "visualize")])
@pytest.mark.parametrize("kind", [Namespace, dict])
def test_the_arguments_of_a_training_run_tell_the_flavour(write, mae, normalized, flavour, kind):
    model = mae()
    args = kind(model="mae_vit_small", norm_pix_loss=normalized, output_dir="out", lr=1.5e-4, blr=None)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(2))]).state_dict()
    payload = {"model": model.state_dict(), "optimizer": optimizer, "epoch": 800, "scaler": {"scale": 65536.0}}
    found = read(write({**payload, "args": args}, "checkpoint-800.pth"), **HEADS)
    same(found, model)
    assert found.flavour == flavour


@pytest.mark.parametrize(
    "name", ["checkpoint-800.pth", "mae_pretrain_vit_base.pth", "visualize_full.pth", "fuller.pth"]
)
def test_a_flavour_that_nothing_tells_is_asked_for(write, refused, mae, name):
    path = write({"model": mae().state_dict()}, name)
    refused(path, "--flavour visualize|full", **HEADS)
    for flavour in ("visualize", "full"):
        assert read(path, flavour=flavour, **HEADS).flavour == flavour


def test_a_flavour_that_contradicts_is_refused(write, refused, mae):
    payload = {"model": mae().state_dict(), "args": Namespace(norm_pix_loss=True)}
    refused(write(payload), "--flavour says visualize, the checkpoint says full", flavour="visualize", **HEADS)
    refused(write(mae(decoder=None).state_dict()), "no decoder", flavour="full", heads=4)


@pytest.mark.parametrize("width", sorted(known.HEADS))
@pytest.mark.parametrize("decoder_width", sorted(known.DECODER_HEADS))
def test_published_widths_tell_their_heads(write, mae, width, decoder_width):
    encoder, decoder = (
        Stack(width, 1, known.HEADS[width], 8),
        Stack(decoder_width, 1, known.DECODER_HEADS[decoder_width], 8),
    )
    model = mae(encoder=encoder, decoder=decoder)
    same(read(write(model.state_dict())), model)
    other = replace(model.config, encoder=replace(encoder, heads=1), decoder=replace(decoder, heads=2))
    assert read(write(model.state_dict()), heads=1, decoder_heads=2).config == other


def test_heads_that_nothing_tells_are_asked_for(write, refused, mae):
    path = write(mae().state_dict())
    refused(path, "width 32", "give --heads", decoder_heads=2)
    refused(path, "width 16", "give --decoder-heads", heads=4)


def test_heads_must_divide_the_width(write, refused, mae):
    path = write(mae().state_dict())
    refused(path, "5 heads do not divide width 32", heads=5, decoder_heads=2)
    refused(path, "3 heads do not divide width 16", heads=4, decoder_heads=3)
    refused(write({"model": mae().state_dict(), "args": Namespace(heads="4")}), "'4' heads", decoder_heads=2)


def test_other_dimensions_are_inferred(write, mae):
    encoder, decoder = Stack(24, 11, 3, 40), Stack(20, 1, 5, 12)
    changes = {"height": 15, "width": 15, "patch": 5, "channels": 2, "qkv_bias": False}
    model = mae(encoder=encoder, decoder=decoder, **changes)
    found = read(write(model.state_dict()), heads=3, decoder_heads=5, mean=(0.5, 0.4), std=(0.2, 0.1))
    same(found, model)
    assert (found.mean, found.std) == ((0.5, 0.4), (0.2, 0.1))


def test_a_rectangular_grid_has_to_be_told(write, refused, mae):
    model = mae(height=16, width=24)
    path = write(model.state_dict())
    refused(path, "6 patches", "--grid ROWSxCOLUMNS", **HEADS)
    refused(path, "4 x 2 has 8 patches, the position table has 6", grid=(4, 2), **HEADS)
    same(read(path, grid=(2, 3), **HEADS), model)
    assert read(path, grid=(3, 2), **HEADS).config.grid == (3, 2)
    told = write({"model": model.state_dict(), "args": Namespace(grid=(2, 3))})
    same(read(told, **HEADS), model)
    refused(told, "--grid says (3, 2), the checkpoint says (2, 3)", grid=(3, 2), **HEADS)
    refused(write({"model": model.state_dict(), "args": Namespace(grid="2x3")}), "'2x3'", **HEADS)


def test_channels_without_statistics_are_asked_for_them(write, refused, mae):
    path = write(mae(channels=1).state_dict())
    refused(path, "1 channels", "--mean and --std", **HEADS)
    refused(path, "--mean has 3 values", mean=(0.5, 0.5, 0.5), std=(0.5,), **HEADS)
    refused(path, "--std has 1 values (nan,)", mean=(0.5,), std=(float("nan"),), **HEADS)
    refused(path, "deviation of 0.0 is not positive", mean=(0.5,), std=(0.0,), **HEADS)
    assert read(path, mean=(0.5,), std=(0.25,), **HEADS).std == (0.25,)


def test_labels_are_one_for_each_class(write, refused, classifier):
    path = write(classifier().state_dict())
    refused(path, "2 labels are given for 7 classes", heads=4, labels=["a", "b"])
    assert read(path, heads=4, labels=list("abcdefg")).labels == list("abcdefg")


def names_of_a_model():
    return ["pos_embed", "decoder_pos_embed", "cls_token", "mask_token", "norm.bias", "patch_embed.proj.weight"] + [
        *("blocks.0.mlp.fc1.weight", "blocks.1.attn.proj.bias", "blocks.0.attn.qkv.bias", "decoder_embed.weight"),
        *("decoder_blocks.0.mlp.fc1.weight", "decoder_norm.weight", "decoder_pred.bias", "decoder_blocks.1.norm1.bias"),
    ]


@pytest.mark.parametrize("name", names_of_a_model())
def test_a_lacking_tensor_is_named(write, refused, mae, name):
    state = mae().state_dict()
    del state[name]
    refused(write(state), "lacks", name, **HEADS)


@pytest.mark.parametrize("name", names_of_a_model())
def test_a_wrong_shape_is_named(write, refused, mae, name):
    state = mae().state_dict()
    state[name] = torch.zeros(3, *state[name].shape)
    refused(write(state), name, f"has shape {tuple(state[name].shape)}", **HEADS)


def test_both_shapes_are_named(write, refused, mae):
    state = mae().state_dict()
    state["blocks.1.mlp.fc2.weight"] = torch.zeros(32, 127)
    refused(write(state), "blocks.1.mlp.fc2.weight has shape (32, 127), expected (32, 128)", **HEADS)
    state = mae().state_dict()
    state["decoder_pos_embed"] = torch.zeros(1, 10, 16)
    refused(write(state), "decoder_pos_embed has shape (1, 10, 16), expected (1, 17, 16)", **HEADS)


def test_blocks_have_no_gaps(write, refused, mae):
    state = mae().state_dict()
    moved = {re.sub(r"^blocks\.1\.", "blocks.999999999.", name): tensor for name, tensor in state.items()}
    refused(write(moved), "lacks the tensor blocks.1.norm1.weight and 11 more", **HEADS)
    refused(
        write({k: v for k, v in state.items() if not k.startswith("blocks.")}), "lacks the tensor blocks.0", **HEADS
    )


@pytest.mark.parametrize("name", ["dist_token", "blocks.0.attn.q_norm.weight", "fc_norm.weight", "decoder_extra"])
def test_a_tensor_too_many_is_named(write, refused, mae, name):
    refused(write({**mae().state_dict(), name: torch.zeros(3)}), f"holds the tensor {name}", **HEADS)


def test_a_decoder_beside_a_head_is_refused(write, refused, mae):
    refused(write(mae(classes=7, pool="cls").state_dict()), "both a decoder and a classifier head", **HEADS)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_values_that_are_not_finite_are_refused(write, refused, mae, bad):
    state = mae().state_dict()
    state["blocks.1.mlp.fc1.weight"][3, 4] = bad
    refused(write(state), "blocks.1.mlp.fc1.weight", "not finite", **HEADS)


def test_weights_that_are_not_floating_point_are_refused(write, refused, mae):
    state = mae().state_dict()
    state["norm.weight"] = state["norm.weight"].to(torch.int8)
    refused(write(state), "norm.weight is torch.int8", **HEADS)
    state["norm.weight"] = torch.zeros(32, device="meta")
    refused(write(state), "norm.weight", **HEADS)


def test_something_else_than_a_masked_autoencoder_is_refused(write, refused):
    refused(write(torch.nn.Conv2d(3, 4, 3).state_dict()), "is not a masked autoencoder", "bias, weight")
    refused(write([1, 2]), "no state dict but a list")
    refused(write({}), "no state dict but a dict")
    refused(write({"model": {}, "epoch": 1}), "no state dict")
    refused(write({"epoch": 1}), "'epoch' is a int")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<!DOCTYPE html>", b"PK\x03\x04", b"\x80\x02", bytes(range(256)) * 9], ids=repr
)
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, refused, content):
    path = tmp_path / "x.pth"
    path.write_bytes(content)
    refused(path, "is not a PyTorch checkpoint")
    path = path.with_suffix(".safetensors")
    path.write_bytes(content)
    refused(path, "is not a safetensors file")


def test_a_cut_off_file_is_refused(write, refused, mae):
    for zipped in (True, False):
        path = write(mae().state_dict(), _use_new_zipfile_serialization=zipped)
        os.truncate(path, path.stat().st_size // 2)
        refused(path, "is not a PyTorch checkpoint, or is damaged")


class Trap:
    """Runs a command when unpickled without care."""

    def __init__(self, flag):
        self.flag = flag

    def __reduce__(self):
        return os.system, (f"touch '{self.flag}'",)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("place", ["args", "model", "optimizer"])
def test_code_in_a_pickle_is_refused_and_never_run(tmp_path, write, refused, mae, zipped, place):
    flag = tmp_path / "flag"
    payload = {"model": mae().state_dict(), "args": Namespace(norm_pix_loss=False), place: Trap(flag)}
    path = write(payload, _use_new_zipfile_serialization=zipped)
    refused(path, "asks for", "system", "could run code")
    assert not flag.exists()


def test_a_bare_pickle_with_code_is_refused_and_never_run(tmp_path, refused):
    flag, path = tmp_path / "flag", tmp_path / "x.pth"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path.write_bytes(pickle.dumps(Trap(flag), protocol))
        refused(path)
        assert not flag.exists()
    pickle.loads(path.read_bytes())  # the trap is a real one
    assert flag.exists()


def test_an_object_in_the_arguments_is_refused(tmp_path, write, refused, mae):
    path = write({"model": mae().state_dict(), "args": Namespace(output=tmp_path)})
    refused(path, "PosixPath", **HEADS)


# Hugging Face folders

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
PIXELS = {"image_size": 32, "patch_size": 8}
DECODER = {
    "decoder_hidden_size": 16,
    "decoder_num_hidden_layers": 2,
    "decoder_num_attention_heads": 2,
    "decoder_intermediate_size": 40,
}
WEIGHTS = "model.safetensors"


@pytest.fixture
def folder(tmp_path, randomise):
    """A saved pretraining model; keyword arguments go to its config."""

    def save(**changes):
        model = randomise(ViTMAEForPreTraining(ViTMAEConfig(**{**SMALL, **PIXELS, **DECODER, **changes})))
        model.save_pretrained(tmp_path / "vit-mae-small")
        return tmp_path / "vit-mae-small"

    return save


@pytest.fixture
def labelled(tmp_path, randomise):
    """A saved classifier; keyword arguments go to its config."""

    def save(**changes):
        model = randomise(ViTForImageClassification(ViTConfig(**{**SMALL, **PIXELS, "num_labels": 3, **changes})))
        model.save_pretrained(tmp_path / "vit-small")
        return tmp_path / "vit-small"

    return save


def edit(path, **changes):
    """Changes members of a JSON file; None removes one."""
    content = json.loads(path.read_text()) if path.exists() else {}
    content = {key: value for key, value in {**content, **changes}.items() if value is not None}
    path.write_text(json.dumps(content))


def test_sharded_folders_and_pickles_hold_the_same_weights(folder, tmp_path):
    whole = read(folder())
    assert whole.file == "vit-mae-small"
    assert whole.sha256 == hashlib.sha256((folder() / WEIGHTS).read_bytes()).hexdigest()
    state = load_file(folder() / WEIGHTS)
    half = len(state) // 2
    parts = {
        "model-00001-of-00002": dict(list(state.items())[:half]),
        "model-00002-of-00002": dict(list(state.items())[half:]),
    }
    sharded, pickled, both = (tmp_path / name for name in ("sharded", "pickled", "both"))
    for copy in (sharded, pickled, both):
        copy.mkdir()
        (copy / "config.json").write_text((folder() / "config.json").read_text())
    index = {}
    for name, part in parts.items():
        save_file(part, sharded / f"{name}.safetensors")
        torch.save(part, both / f"{name}.bin")
        index |= dict.fromkeys(part, name)
    for copy, kind, stem in ((sharded, "safetensors", "model"), (both, "bin", "pytorch_model")):
        names = {name: f"{shard}.{kind}" for name, shard in index.items()}
        edit(copy / f"{stem}.{kind}.index.json", metadata={}, weight_map=names)
    torch.save(state, pickled / "pytorch_model.bin")
    for copy in (sharded, pickled, both):
        found = read(copy)
        assert found.config == whole.config
        assert all(torch.equal(found.state[name], tensor) for name, tensor in whole.state.items())
        files = sorted(path for path in copy.iterdir() if path.suffix != ".json")
        assert found.sha256 == hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def test_a_shard_outside_the_folder_is_refused(folder, refused):
    path = folder()
    (path / WEIGHTS).rename(path.parent / "elsewhere.safetensors")
    edit(path / f"{WEIGHTS}.index.json", weight_map={"vit.layernorm.bias": "../elsewhere.safetensors"})
    refused(path, "../elsewhere.safetensors", "not a file of this folder")
    edit(path / f"{WEIGHTS}.index.json", weight_map=[])
    refused(path, "no weight_map")


def test_a_trap_in_a_folder_is_refused_and_never_run(folder, refused, tmp_path):
    path, flag = folder(), tmp_path / "flag"
    (path / WEIGHTS).unlink()
    refused(path, "neither model.safetensors nor pytorch_model.bin")
    torch.save({"vit.layernorm.bias": Trap(flag)}, path / "pytorch_model.bin")
    refused(path, "pytorch_model.bin", "could run code")
    assert not flag.exists()


@pytest.mark.parametrize(("normalized", "flavour"), [(True, "full"), (False, "visualize"), (None, "visualize")])
def test_the_config_tells_the_flavour(folder, refused, normalized, flavour):
    path = folder()
    edit(path / "config.json", norm_pix_loss=normalized)
    assert read(path).flavour == flavour
    other = {"full": "visualize", "visualize": "full"}[flavour]
    refused(path, f"--flavour says {other}, the checkpoint says {flavour}", flavour=other)


def test_heads_left_out_of_the_config_are_the_librarys_own(tmp_path, randomise):
    sizes = {"hidden_size": 48, "decoder_hidden_size": 32}
    model = randomise(
        ViTMAEForPreTraining(ViTMAEConfig(**{**SMALL, **PIXELS, **DECODER, **sizes, "num_attention_heads": 12}))
    )
    model.save_pretrained(tmp_path)
    edit(tmp_path / "config.json", num_attention_heads=None, decoder_num_attention_heads=None, layer_norm_eps=None)
    found = read(tmp_path).config
    assert (found.encoder.heads, found.decoder.heads, found.eps) == (12, 16, 1e-12)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("hidden_size", 64, "hidden_size 64"),
        ("num_hidden_layers", 3, "num_hidden_layers 3"),
        ("intermediate_size", 128, "intermediate_size 128"),
        ("num_channels", 1, "num_channels 1"),
        ("qkv_bias", False, "qkv_bias False"),
        ("image_size", 64, "8 x 8 has 64 patches, the position table has 16"),
        ("image_size", 30, "no multiple of patch_size"),
        ("image_size", [32, 64], "4 x 8 has 32 patches"),
        ("image_size", "32", "'32'"),
        ("patch_size", 4, "patch_size 4"),
        ("patch_size", [8, 16], "patch_size [8, 16]"),
        ("decoder_hidden_size", 32, "decoder_hidden_size 32"),
        ("decoder_num_hidden_layers", 1, "decoder_num_hidden_layers 1"),
        ("decoder_intermediate_size", 64, "decoder_intermediate_size 64"),
        ("hidden_act", "quick_gelu", "hidden_act 'quick_gelu'"),
        ("model_type", "beit", "model_type 'beit'"),
        ("num_attention_heads", 5, "5 heads do not divide width 32"),
        ("num_attention_heads", "4", "'4'"),
        ("decoder_num_attention_heads", 0, "decoder_num_attention_heads 0"),
        ("layer_norm_eps", -1e-6, "layer_norm_eps -1e-06"),
        ("layer_norm_eps", math.inf, "layer_norm_eps inf"),
        ("norm_pix_loss", "false", "norm_pix_loss 'false'"),
        ("layer_norm_eps", "1e-6", "layer_norm_eps '1e-6'"),
    ],
)
def test_a_config_that_contradicts_or_asks_for_more_is_refused(folder, refused, key, value, said):
    path = folder()
    assert read(path)
    edit(path / "config.json", **{key: value})
    refused(path, said)


def test_a_config_that_is_no_config_is_refused(folder, refused):
    path = folder()
    for content, word in (("{", "not JSON"), ("[]", "not a JSON object"), ("{}", "model_type None")):
        (path / "config.json").write_text(content)
        refused(path, word)
    (path / "config.json").unlink()
    refused(path, "without a config.json")


def test_a_lacking_or_doubled_tensor_of_a_folder_is_named(folder, refused):
    path = folder()
    state = load_file(path / WEIGHTS)
    for name, upstream in [
        ("vit.embeddings.position_embeddings", "pos_embed"),
        ("decoder.decoder_pos_embed", "decoder_pos_embed"),
        ("vit.encoder.layer.1.attention.attention.key.bias", "blocks.1.attn.key.bias"),
        ("vit.encoder.layer.1.attention.attention.query.weight", "blocks.1.attn"),
    ]:
        save_file({key: tensor for key, tensor in state.items() if key != name}, path / WEIGHTS)
        refused(path, upstream)
    save_file({**state, "layernorm.bias": state["vit.layernorm.bias"] + 1}, path / WEIGHTS)
    refused(path, "two tensors stand for norm.bias")
    save_file({**state, "vit.embeddings.mask_token": torch.zeros(1, 1, 32)}, path / WEIGHTS)
    refused(path, "holds the tensor embeddings.mask_token")


def test_one_weight_file_of_a_folder_is_not_enough(folder, refused):
    refused(folder() / WEIGHTS, "give the folder")


def test_the_pooler_of_a_vit_is_left_out(tmp_path, randomise):
    randomise(ViTModel(ViTConfig(**SMALL, **PIXELS))).save_pretrained(tmp_path)
    assert any("pooler" in name for name in load_file(tmp_path / WEIGHTS))
    found = read(tmp_path)
    assert found.flavour == "encoder"
    assert not any("pooler" in name for name in found.state)


def test_only_real_labels_are_labels(labelled, refused):
    assert read(labelled()).labels is None
    path = labelled(id2label={0: "red fox", 1: "LABEL_1", 2: "a\nb"})
    assert read(path).labels == ["red fox", "LABEL_1", "a b"]
    edit(path / "config.json", id2label={str(i): f"class {i}" for i in reversed(range(12))})
    refused(path, "names 12 classes, the tensors have 3")
    edit(path / "config.json", id2label={"x": "a", "y": "b", "z": "c"})
    refused(path, "id2label")
    edit(path / "config.json", id2label={"2": "c", "0": "a", "1": "b"})
    assert read(path).labels == ["a", "b", "c"]


def test_labels_are_in_the_order_of_their_numbers(labelled):
    names = {number: f"class {number}" for number in range(12)}
    assert read(labelled(num_labels=12, id2label=names)).labels == list(names.values())


PROCESSOR = {
    "do_resize": True,
    "size": {"height": 32, "width": 32},
    "resample": 2,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.4, 0.3],
    "image_std": [0.25, 0.2, 0.1],
}


@pytest.mark.parametrize(
    ("changes", "preset"),
    [
        ({}, "hf"),
        ({"size": 32}, "hf"),
        ({"resample": 3}, "demo"),
        ({"resample": None}, "hf"),
        ({"do_resize": False}, "none"),
        ({"resample": 0}, None),
        ({"resample": 1}, None),
        ({"size": 64}, None),
        ({"size": {"shortest_edge": 32}}, None),
        ({"do_center_crop": True}, None),
        ({"do_center_crop": True, "do_resize": False}, None),
    ],
    ids=str,
)
def test_the_processor_decides_the_preset(folder, refused, changes, preset):
    path = folder()
    edit(path / "preprocessor_config.json", **{**PROCESSOR, **changes})
    if preset is None:
        refused(path, "--preprocess demo|eval|hf|none")
    else:
        assert read(path).preprocess == preset
    found = read(path, preprocess="eval")
    assert (found.preprocess, found.mean, found.std) == ("eval", (0.5, 0.4, 0.3), (0.25, 0.2, 0.1))


def test_the_processor_decides_the_statistics(folder, refused):
    path = folder()
    assert read(path).preprocess == "hf"
    assert read(path).mean == (0.485, 0.456, 0.406)
    processor = path / "preprocessor_config.json"
    edit(processor, **{**PROCESSOR, "do_normalize": False})
    assert (read(path).mean, read(path).std) == ((0, 0, 0), (1, 1, 1))
    edit(processor, do_normalize=True, image_mean=None)
    refused(path, "--mean and --std")
    assert read(path, mean=(0.1, 0.2, 0.3)).mean == (0.1, 0.2, 0.3)
    for bad in ([0.5], 0.5, ["a", "b", "c"]):
        edit(processor, image_mean=bad)
        refused(path, "--mean")
    for key, value in (("do_rescale", False), ("rescale_factor", 1 / 127.5), ("rescale_factor", "x")):
        edit(processor, **{**PROCESSOR, key: value})
        refused(path, "rescale by 1/255")


def test_a_classifier_from_a_folder_keeps_its_processor(labelled):
    assert read(labelled()).preprocess == "hf"
