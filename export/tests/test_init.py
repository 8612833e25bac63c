"""Checkpoints with random weights: their statistics, their tables, and that they tell everything themselves."""

import math
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from export import Refusal, known
from export.checkpoint import read
from export.init import configure, initialise, sincos, write
from export.model import Mae, Stack

SMALL = {"side": 32, "patch": 8, "width": 40, "depth": 2, "heads": 5, "mlp": 72}
DECODER = {"decoder_width": 24, "decoder_depth": 1, "decoder_heads": 3, "decoder_mlp": 52}


@pytest.mark.parametrize(
    ("flavour", "more"),
    [
        ("visualize", {}),
        ("full", {}),
        ("encoder", {}),
        ("classifier", {"classes": 7, "pool": "mean"}),
        ("classifier", {"classes": 7, "pool": "cls"}),
        ("visualize", {"grid": (2, 3)}),
    ],
)
def test_what_is_written_needs_no_further_word(tmp_path, flavour, more):
    config = configure(flavour=flavour, **SMALL, **DECODER, **more)
    count = write(config, tmp_path / "x.pth", flavour=flavour)
    found = read(tmp_path / "x.pth")
    assert found.config == config
    assert found.flavour == flavour
    assert count == sum(tensor.numel() for tensor in found.state.values())


def test_channels_other_than_three_need_only_their_statistics(tmp_path):
    config = configure(channels=4, **SMALL, **DECODER)
    write(config, tmp_path / "x.pth")
    assert read(tmp_path / "x.pth", mean=[0.5] * 4, std=[0.5] * 4).config == config


@pytest.mark.parametrize(
    ("arch", "millions", "encoder", "decoder", "patches"),
    [
        ("mae_vit_tiny_patch16", 6.466880, Stack(192, 12, 3, 768), Stack(128, 4, 4, 512), 196),
        ("mae_vit_base_patch16", 111.907840, Stack(768, 12, 12, 3072), Stack(512, 8, 16, 2048), 196),
        ("mae_vit_large_patch16", 329.541888, Stack(1024, 24, 16, 4096), Stack(512, 8, 16, 2048), 196),
        ("mae_vit_huge_patch14", 657.074508, Stack(1280, 32, 16, 5120), Stack(512, 8, 16, 2048), 256),
    ],
)
def test_the_published_architectures_have_the_published_sizes(arch, millions, encoder, decoder, patches):
    config = configure(arch)
    assert (config.encoder, config.decoder, config.patches) == (encoder, decoder, patches)
    with torch.device("meta"):
        count = sum(tensor.numel() for tensor in Mae(config).state_dict().values())
    assert count == round(millions * 1e6)
    if arch + "_dec512d8b" in known.ARCHITECTURES:
        assert configure(arch + "_dec512d8b") == config


def test_a_named_architecture_can_be_changed():
    config = configure("mae_vit_tiny_patch16", depth=3, side=64, decoder_width=64)
    expected = configure("mae_vit_tiny_patch16")
    encoder, decoder = replace(expected.encoder, depth=3), Stack(64, 4, 4, 256)
    assert config == replace(expected, height=64, width=64, encoder=encoder, decoder=decoder)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"side": 100}, "side 100 is no multiple of patch 16"),
        ({"width": 100}, "12 heads do not divide width 100"),
        ({"width": 90, "heads": 9}, "width 90 is no multiple of 4"),
        ({"decoder_width": 33, "decoder_heads": 3}, "decoder_width 33 is no multiple of 4"),
        ({"decoder_heads": 7}, "7 heads do not divide decoder_width 512"),
        ({"depth": 0}, "depth is 0"),
    ],
)
def test_sizes_that_cannot_be_are_refused(sizes, said):
    with pytest.raises(Refusal, match=said):
        configure(**sizes)


def test_the_seed_decides_the_weights(tmp_path):
    config = configure(**SMALL, **DECODER)
    before = torch.random.get_rng_state()
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write(config, tmp_path / f"{name}.pth", seed=seed, flavour="full")
    assert torch.equal(torch.random.get_rng_state(), before)
    a, b, c = (read(tmp_path / f"{name}.pth").state for name in "abc")
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not torch.equal(a["blocks.0.mlp.fc1.weight"], c["blocks.0.mlp.fc1.weight"])


def test_an_existing_file_stays_unless_forced(tmp_path):
    config, path = configure(**SMALL, **DECODER), tmp_path / "x.pth"
    path.write_text("mine")
    with pytest.raises(Refusal, match="--force"):
        write(config, path)
    assert path.read_text() == "mine"
    write(config, path, force=True)
    assert read(path).config == config
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.pth"]


def test_weights_are_drawn_as_the_paper_draws_them():
    torch.manual_seed(0)
    model = initialise(
        Mae(configure(side=32, patch=8, width=192, depth=2, heads=3, decoder_width=128, decoder_depth=1))
    )
    state = model.state_dict()
    for name, tensor in state.items():
        if "norm" in name:
            assert torch.equal(tensor, torch.ones_like(tensor) if name.endswith("weight") else torch.zeros_like(tensor))
        elif name.endswith("bias") and name != "patch_embed.proj.bias":
            assert not tensor.any(), name
        elif name.endswith("weight"):  # Xavier: uniform up to sqrt(6 / (rows + columns))
            matrix = tensor.flatten(1)
            bound = math.sqrt(6 / sum(matrix.shape))
            assert bound * 0.99 < matrix.abs().max() <= bound, name
            assert matrix.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02), name
            assert abs(matrix.mean().item()) < bound * 0.02, name
    for name in ("cls_token", "mask_token"):
        assert state[name].std().item() == pytest.approx(0.02, rel=0.2)
    assert torch.equal(model.pos_embed, sincos(192, 4, 4))
    assert torch.equal(model.decoder_pos_embed, sincos(128, 4, 4))
    assert not model.pos_embed.requires_grad
    assert not model.decoder_pos_embed.requires_grad


@pytest.mark.parametrize(("rows", "columns"), [(14, 14), (3, 5)])
def test_a_position_table_has_sines_and_cosines_of_the_column_first(rows, columns):
    width = 16
    table = sincos(width, rows, columns)
    assert table.dtype == torch.float32
    assert table.shape == (1, 1 + rows * columns, width)
    assert not table[0, 0].any()
    for row in range(rows):
        for column in range(columns):
            waves = [1 / 10000 ** (i / (width / 4)) for i in range(width // 4)]
            expected = [f(place * wave) for place in (column, row) for f in (math.sin, math.cos) for wave in waves]
            assert torch.equal(table[0, 1 + row * columns + column], torch.tensor(expected, dtype=torch.float32))


def test_only_torch_is_needed(tmp_path):
    script = (
        "import sys\n"
        "for name in ('onnx', 'onnxruntime', 'onnxscript', 'safetensors', 'transformers', 'torchvision', 'PIL'):\n"
        "    sys.modules[name] = None\n"  # importing any of these now fails
        "from export.__main__ import main\n"
        "sys.exit(main(['init', '--out', sys.argv[1], '--side', '32', '--width', '24', '--depth', '1']))\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "x.pth"], check=True)
    assert read(tmp_path / "x.pth").config.encoder == Stack(24, 1, 12, 96)
