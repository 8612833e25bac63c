"""The model against Hugging Face transformers, an independent implementation, and against the definitions."""

import json
import re

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import ViTConfig, ViTForImageClassification, ViTMAEConfig, ViTMAEForPreTraining, ViTMAEModel

from export import checkpoint
from export.model import gather, keep_count, masked_mean, normalize_patches, shuffle

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,  # not 4 times the width
    "image_size": 32,
    "patch_size": 8,
    "attn_implementation": "sdpa",  # the eager one computes its softmax in float32 whatever the weights are
}
DECODER = {
    "decoder_hidden_size": 16,
    "decoder_num_hidden_layers": 2,
    "decoder_num_attention_heads": 2,
    "decoder_intermediate_size": 40,
}


def close(actual, expected, tolerance=1e-5):
    """Equal to within a part of the largest value, in every place."""
    assert actual.shape == expected.shape
    torch.testing.assert_close(actual, expected, rtol=0, atol=tolerance * expected.abs().max().item())


def save(model, folder, scheme):
    """A folder with the model in one of the four key schemes."""
    model.save_pretrained(folder, save_original_format=scheme != "hf5")
    if scheme == "hf4":  # what 4.x wrote and the Hub has; 5.x reads it but no longer writes it
        path = folder / "model.safetensors"
        old = {re.sub(r"decoder_encoder\.layer", "decoder_layers", name): t for name, t in load_file(path).items()}
        save_file(old, path)
    return folder


def mask_of(model, noise, ratio=0.75):
    return shuffle(noise, keep_count(model.config.patches, ratio))


@pytest.fixture
def pretraining(randomise):
    return lambda **changes: randomise(ViTMAEForPreTraining(ViTMAEConfig(**{**SMALL, **DECODER, **changes})))


def agree(ours, theirs, pixels, noise, tolerance=1e-5):
    """Every output of a pretraining model."""
    expected = theirs(pixels, noise=noise)
    ids_keep, ids_restore, mask = mask_of(ours, noise, theirs.config.mask_ratio)
    latent, cls, mean = ours.encode(pixels, ids_keep)
    patches = ours.decode(latent, ids_restore)
    assert torch.equal(mask.float(), expected.mask)
    assert torch.equal(ids_restore, expected.ids_restore)
    close(latent, theirs.vit(pixels, noise=noise).last_hidden_state, tolerance)
    assert torch.equal(cls, latent[:, 0])
    close(mean, latent[:, 1:].mean(1), tolerance)
    close(patches, expected.logits, tolerance)
    for normalized in (False, True):
        theirs.config.norm_pix_loss = normalized
        loss = masked_mean(ours.patch_error(pixels, patches, normalized), mask).mean()  # as many hidden in every row
        close(loss, theirs(pixels, noise=noise).loss, tolerance)


@pytest.mark.parametrize("scheme", ["hf4", "hf5", "hf-mixed"])
def test_a_pretraining_folder_gives_what_hugging_face_gives(tmp_path, pretraining, pixels, noise, scheme):
    theirs = pretraining()
    found = checkpoint.read(save(theirs, tmp_path, scheme))
    assert found.scheme == scheme
    assert found.config.eps == 1e-12
    agree(found.model(), theirs, pixels, noise)


@pytest.mark.parametrize("scheme", ["hf4", "hf5"])
def test_an_encoder_without_the_prefix_gives_what_hugging_face_gives(tmp_path, randomise, pixels, noise, scheme):
    theirs = randomise(ViTMAEModel(ViTMAEConfig(**SMALL, **DECODER)))
    found = checkpoint.read(save(theirs, tmp_path, scheme))
    assert (found.scheme, found.flavour, found.config.decoder) == (scheme, "encoder", None)
    ours = found.model()
    latent, _, _ = ours.encode(pixels, mask_of(ours, noise)[0])
    close(latent, theirs(pixels, noise=noise).last_hidden_state)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_act": "gelu_new"},
        {"hidden_act": "gelu_pytorch_tanh"},
        {"hidden_act": "relu"},
        {"hidden_act": "silu"},
        {"qkv_bias": False},
        {"num_channels": 1},
        {"num_channels": 4},
        {"mask_ratio": 0.5},
        {"layer_norm_eps": 1e-2},
        {"num_attention_heads": 2, "decoder_num_attention_heads": 4},
        {"num_hidden_layers": 11, "hidden_size": 16, "patch_size": 16, "mask_ratio": 0.5},
    ],
    ids=str,
)
def test_what_a_config_asks_for_is_honoured(tmp_path, pretraining, changes):
    theirs = pretraining(**changes)
    channels, patches = theirs.config.num_channels, (32 // theirs.config.patch_size) ** 2
    statistics = {} if channels == 3 else {"mean": [0.5] * channels, "std": [0.5] * channels}
    ours = checkpoint.read(save(theirs, tmp_path, "hf5"), **statistics).model()
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(2, channels, 32, 32, generator=generator)
    agree(ours, theirs, pixels, torch.rand(2, patches, generator=generator))


def test_in_double_precision_nothing_is_left_but_rounding(tmp_path, pretraining, pixels, noise):
    theirs = pretraining()
    ours = checkpoint.read(save(theirs, tmp_path, "hf-mixed")).model()
    agree(ours.double(), theirs.double(), pixels.double(), noise, tolerance=1e-13)


@pytest.mark.parametrize("eps", [1e-12, 1e-6, 1e-5])
def test_eps_comes_from_the_config_and_matters(tmp_path, pretraining, pixels, noise, eps):
    theirs = pretraining(layer_norm_eps=eps)
    with torch.no_grad():  # tokens of so little variance that eps decides what the first norm makes of them
        for name, tensor in theirs.named_parameters():
            if "embeddings" in name:
                tensor *= 1e-3
    found = checkpoint.read(save(theirs, tmp_path, "hf4"))
    assert found.config.eps == eps
    ours = found.model()
    agree(ours, theirs, pixels, noise)
    for other in {1e-12, 1e-6, 1e-5} - {eps}:
        ours.blocks[0].norm1.eps = other
        latent, _, _ = ours.encode(pixels, mask_of(ours, noise)[0])
        with pytest.raises(AssertionError):
            close(latent, theirs.vit(pixels, noise=noise).last_hidden_state)


@pytest.mark.parametrize("image_size", [32, [16, 32], [40, 24]], ids=str)
@pytest.mark.parametrize("scheme", ["hf4", "hf5"])
def test_a_classifier_gives_what_hugging_face_gives(tmp_path, randomise, scheme, image_size):
    names = {0: "cat", 1: "dog", 2: "a fox"}
    config = ViTConfig(**{**SMALL, "image_size": image_size}, id2label=names, label2id={v: k for k, v in names.items()})
    theirs = randomise(ViTForImageClassification(config))
    found = checkpoint.read(save(theirs, tmp_path, scheme))
    height, width = (image_size, image_size) if image_size == 32 else image_size
    assert (found.config.height, found.config.width) == (height, width)
    assert (found.flavour, found.config.pool, found.config.classes) == ("classifier", "cls", 3)
    assert found.labels == ["cat", "dog", "a fox"]
    pixels = torch.randn(2, 3, height, width)
    close(found.model().classify(pixels), theirs(pixels).logits)


@pytest.fixture
def blocks_of_hugging_face(classifier, randomise):
    """Our classifier's blocks inside a Hugging Face model, and what comes out of the last of them."""

    def run(ours, pixels):
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
        config = ViTConfig(**sizes, image_size=32, patch_size=8, layer_norm_eps=1e-6)
        theirs = ViTForImageClassification(config).eval()
        state = {}
        for name, tensor in ours.state_dict().items():
            for pattern, replacement in [
                (r"^(cls_token)", r"vit.embeddings.\1"),
                (r"^pos_embed", "vit.embeddings.position_embeddings"),
                (r"^patch_embed\.proj", "vit.embeddings.patch_embeddings.projection"),
                (r"^blocks", "vit.layers"),
                (r"norm1", "layernorm_before"),
                (r"norm2", "layernorm_after"),
                (r"attn\.proj", "attention.o_proj"),
            ]:
                name = re.sub(pattern, replacement, name)
            if ".attn.qkv." in name:
                for part, rows in zip("qkv", tensor.chunk(3), strict=True):
                    state[name.replace("attn.qkv", f"attention.{part}_proj")] = rows
            elif name.startswith("vit."):
                state[name] = tensor
        rest = theirs.load_state_dict(state, strict=False)
        assert not rest.unexpected_keys
        assert all(re.match("classifier|vit.layernorm", name) for name in rest.missing_keys)
        return theirs.vit(pixels, output_hidden_states=True).hidden_states[-1].detach()

    return run


def test_a_global_pool_head_sees_the_normed_mean_of_the_last_block(classifier, blocks_of_hugging_face, pixels):
    ours = classifier(pool="mean")
    x = blocks_of_hugging_face(ours, pixels)
    mean = F.layer_norm(x[:, 1:].mean(1), (32,), ours.fc_norm.weight, ours.fc_norm.bias, 1e-6)
    close(ours.classify(pixels), mean @ ours.head.weight.T + ours.head.bias)
    latent, cls, pooled = ours.encode(pixels, torch.arange(16).expand(2, -1))
    assert ours.config.final_norm == "pooled"
    close(latent, x)
    close(cls, x[:, 0])
    close(pooled, mean)


def test_a_linear_probe_sees_the_cls_token_standardised(classifier, blocks_of_hugging_face, pixels):
    ours = classifier(pool="cls", probe=True)
    x = blocks_of_hugging_face(ours, pixels)
    cls = F.layer_norm(x[:, 0], (32,), ours.norm.weight, ours.norm.bias, 1e-6)
    batch, linear = ours.head
    standardised = (cls - batch.running_mean) / (batch.running_var + 1e-6).sqrt()
    close(ours.classify(pixels), standardised @ linear.weight.T + linear.bias)


def test_classifying_is_encoding_all_patches_in_order(classifier, pixels):
    ours = classifier(pool="cls")
    _, cls, _ = ours.encode(pixels, torch.arange(16).expand(2, -1))
    assert torch.equal(ours.classify(pixels), ours.head(cls))


def test_a_patch_vector_is_rows_then_columns_then_channels(config, mae):
    ours = mae(height=16, width=24)
    pixels = torch.randn(2, 3, 16, 24)
    patches = ours.patchify(pixels)
    assert patches.shape == (2, 6, 192)
    for patch in range(6):
        top, left = patch // 3 * 8, patch % 3 * 8
        square = pixels[:, :, top : top + 8, left : left + 8]
        assert torch.equal(patches[:, patch], square.permute(0, 2, 3, 1).reshape(2, -1))
    picture = pixels.permute(0, 2, 3, 1)
    assert torch.equal(ours.patchify(picture, channels_last=True), patches)
    assert torch.equal(ours.unpatchify(patches), picture)


def test_the_patch_projection_is_the_published_convolution(mae):
    ours = mae(height=16, width=24)
    pixels = torch.randn(2, 3, 16, 24)
    convolved = ours.patch_embed.proj(pixels).flatten(2).transpose(1, 2)
    close(ours.patch_embed(ours.patchify(pixels)), convolved)


def test_a_rectangular_grid_keeps_every_patch_in_its_place(mae):
    ours = mae(height=16, width=24)
    pixels = torch.randn(1, 3, 16, 24)
    ids = torch.tensor([[5, 0, 3]])
    tokens = ours.patch_embed(ours.patchify(pixels))
    assert torch.equal(ours.with_position(tokens[:, ids[0]], ids), (tokens + ours.pos_embed[:, 1:])[:, ids[0]])


def test_hidden_patches_do_not_reach_the_encoder(mae, pixels, noise):
    ours = mae()
    ids_keep, _, mask = mask_of(ours, noise)
    hidden = mask[:, :, None].bool().expand(-1, -1, ours.config.pixels_per_patch)
    other = ours.unpatchify(ours.patchify(pixels).masked_fill(hidden, float("nan"))).permute(0, 3, 1, 2)
    assert other.isnan().any()
    for ours_now, before in zip(ours.encode(other, ids_keep), ours.encode(pixels, ids_keep), strict=True):
        assert torch.equal(ours_now, before)


def test_the_decoder_gets_each_token_in_its_place_and_the_mask_token_elsewhere(mae, pixels, noise):
    ours = mae()
    ids_keep, ids_restore, mask = mask_of(ours, noise)
    latent, _, _ = ours.encode(pixels, ids_keep)
    tokens = ours.decoder_input(latent, ids_restore) - ours.decoder_pos_embed
    embedded = ours.decoder_embed(latent)
    close(tokens[:, 0], embedded[:, 0])
    for row in range(2):
        for place in range(16):
            kept = (ids_keep[row] == place).nonzero().flatten().tolist()
            assert bool(kept) is not bool(mask[row, place])
            close(tokens[row, 1 + place], embedded[row, 1 + kept[0]] if kept else ours.mask_token[0, 0])


def test_without_a_mask_every_token_comes_from_the_picture(mae, pixels, noise):
    ours = mae()
    ids_keep, ids_restore, mask = shuffle(noise, 16)
    assert not mask.any()
    shuffled = ours.decode(ours.encode(pixels, ids_keep)[0], ids_restore)
    order = torch.arange(16).expand(2, -1)
    close(shuffled, ours.decode(ours.encode(pixels, order)[0], order))
    assert masked_mean(ours.patch_error(pixels, shuffled), mask).isnan().all()


def test_a_row_does_not_depend_on_its_neighbours(mae, pixels, noise):
    ours = mae()
    ids_keep, ids_restore, _ = mask_of(ours, noise)
    both = ours.decode(ours.encode(pixels, ids_keep)[0], ids_restore)
    second = ours.decode(ours.encode(pixels[1:], ids_keep[1:])[0], ids_restore[1:])
    close(both[1:], second)


@pytest.mark.parametrize(
    ("patches", "ratio", "keep"),
    [(196, 0.5, 98), (196, 0.6, 78), (196, 0.7, 58), (196, 0.75, 49), (196, 0.8, 39), (196, 0.9, 19)]
    + [(256, 0.75, 64), (256, 0.8, 51), (256, 0.9, 25), (100, 0.9, 9), (196, 0.0, 196)],
)
def test_the_kept_patches_are_truncated_in_double_arithmetic(patches, ratio, keep):
    assert keep_count(patches, ratio) == keep


def test_tied_noise_keeps_the_lower_patch_first():
    noise = torch.tensor([[1, 0, 1, 0, 0, 1, 1, 0] * 16], dtype=torch.float32)
    ids_keep, ids_restore, mask = shuffle(noise, 64)
    assert torch.equal(ids_keep[0], (noise[0] == 0).nonzero().flatten())
    assert torch.equal(mask[0], noise[0].to(torch.uint8))
    assert torch.equal(gather(torch.arange(128)[None, :, None], ids_keep)[0, :, 0], ids_keep[0])
    order = torch.cat([(noise[0] == 0).nonzero().flatten(), (noise[0] == 1).nonzero().flatten()])
    assert torch.equal(order[ids_restore[0]], torch.arange(128))


def test_normalised_patches_use_the_unbiased_variance():
    patches = torch.tensor([[[1.0, 2.0, 3.0, 6.0]]])  # mean 3, unbiased variance 14/3
    expected = (patches - 3) / (14 / 3 + 1e-6) ** 0.5
    close(normalize_patches(patches), expected)


def test_every_parameter_has_its_published_name(mae, classifier):
    block = [
        *("norm1.weight", "norm1.bias", "attn.qkv.weight", "attn.qkv.bias", "attn.proj.weight", "attn.proj.bias"),
        *("norm2.weight", "norm2.bias", "mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias"),
    ]
    encoder = ["cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias"]
    encoder += [f"blocks.{i}.{name}" for i in range(2) for name in block]
    norm = ["norm.weight", "norm.bias"]
    decoder = ["decoder_embed.weight", "decoder_embed.bias", "mask_token", "decoder_pos_embed"]
    decoder += [f"decoder_blocks.{i}.{name}" for i in range(2) for name in block]
    decoder += ["decoder_norm.weight", "decoder_norm.bias", "decoder_pred.weight", "decoder_pred.bias"]
    head = ["head.weight", "head.bias"]
    probe = ["head.0.running_mean", "head.0.running_var", "head.0.num_batches_tracked", "head.1.weight", "head.1.bias"]
    assert set(mae().state_dict()) == {*encoder, *norm, *decoder}
    assert set(mae(decoder=None).state_dict()) == {*encoder, *norm}
    assert set(classifier().state_dict()) == {*encoder, "fc_norm.weight", "fc_norm.bias", *head}
    assert set(classifier(pool="cls").state_dict()) == {*encoder, *norm, *head}
    assert set(classifier(pool="cls", probe=True).state_dict()) == {*encoder, *norm, *probe}


def test_the_config_on_disk_is_what_hugging_face_wrote(tmp_path, pretraining):
    """The schemes above are real: the names in the file are those that 5.x writes."""
    save(pretraining(), tmp_path, "hf-mixed")
    names = load_file(tmp_path / "model.safetensors")
    assert "decoder.decoder_encoder.layer.0.attention.attention.query.weight" in names
    assert "vit.encoder.layer.0.attention.attention.query.weight" in names
    assert json.loads((tmp_path / "config.json").read_text())["layer_norm_eps"] == 1e-12
