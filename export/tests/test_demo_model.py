import numpy as np
import pytest
import torch
from PIL import Image

from export import checkpoint, golden
from export.demo_model import prepare, scenes, train
from export.model import Config, Stack

LARGE = Config(512, 640, 16, 3, Stack(16, 1, 2, 64))


@pytest.fixture
def photos(tmp_path):
    """A tar file of two made-up photos, one of which lies there twice, beside a thumbnail and a text."""
    folder = tmp_path / "wallpapers"
    folder.mkdir()
    for number in range(2):
        picture = Image.fromarray(golden.picture(LARGE, number).numpy())
        picture.save(folder / f"photo{number}.png")
    picture.save(folder / "again.png")
    picture.resize((100, 100)).save(folder / "thumbnail.png")
    (folder / "broken.jpg").write_text("not a picture")
    prepare.main([str(tmp_path / "photos.tar"), "--folders", str(folder)])
    return tmp_path / "photos.tar"


def test_the_recipe_runs_goes_on_and_leaves_a_checkpoint(photos, tmp_path):
    out, state, shown = tmp_path / "small.pth", tmp_path / "state.pt", tmp_path / "shown.png"
    Image.fromarray(np.zeros((50, 60, 3), np.uint8)).save(tmp_path / "black.png")
    sizes = "--width 16 --depth 1 --heads 2 --decoder-width 16 --decoder-depth 1 --decoder-heads 2 --batch 4"
    options = [
        "--photos",
        photos,
        "--out",
        out,
        "--state",
        state,
        "--minutes",
        "0.01",
        "--total",
        "0.02",
        *sizes.split(),
    ]
    train.main([str(option) for option in [*options, "--panels", shown, "--show", tmp_path / "black.png"]])
    assert Image.open(shown).size == (4 * 224, 224)
    before = torch.load(state)["steps"]
    train.main([str(option) for option in options])
    assert torch.load(state)["steps"] > before > 0
    found = checkpoint.read(out)
    assert (found.flavour, found.config.encoder.heads, found.config.decoder.heads) == ("visualize", 2, 2)


def test_scenes_are_pixels_in_range(photos):
    levels = scenes.load(photos, "cpu")
    assert [tuple(level.shape) for level in levels] == [(2, 3, 1200, 1600), (2, 3, 600, 800), (2, 3, 300, 400)]
    for drawn in (scenes.crops(levels, 3), scenes.leaves(2, "cpu")):
        assert drawn.shape[1:] == (3, 224, 224)
        assert drawn.min() >= 0
        assert drawn.max() <= 1
    for supply in (scenes.batches(levels, 9), scenes.batches(levels, 3)):
        assert next(supply).shape == next(supply).shape == (len(next(supply)), 3, 224, 224)
