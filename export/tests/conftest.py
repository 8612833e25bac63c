import pytest
import torch
from checkpoints import CHECKPOINTS

from export import bundle
from export.model import Config, Mae, Stack

torch.set_num_threads(1)


@pytest.fixture
def config():
    """A config small enough for every test; keyword arguments replace what it has."""

    def make(**changes):
        usual = {
            "height": 32,
            "width": 32,
            "patch": 8,
            "channels": 3,
            "encoder": Stack(32, 2, 4, 128),
            "decoder": Stack(16, 2, 2, 64),
        }
        return Config(**{**usual, **changes})

    return make


@pytest.fixture
def randomise():
    """Gives every tensor of a model random values: also position tables, tokens, norms and running statistics."""

    def fill(model, seed=0):
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for name, tensor in sorted(model.state_dict().items()):
                if tensor.is_floating_point():
                    tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.3)
                    if "norm" in name and name.endswith("weight"):
                        tensor += 1
                    if name.endswith("running_var"):
                        tensor.abs_().add_(0.1)
        return model.eval().requires_grad_(False)

    return fill


@pytest.fixture
def mae(config, randomise):
    """A small model with random weights; keyword arguments change its config."""
    return lambda **changes: randomise(Mae(config(**changes)))


@pytest.fixture
def classifier(mae):
    """A small fine-tuned model of 7 classes."""
    return lambda **changes: mae(**{"decoder": None, "classes": 7, "pool": "mean", **changes})


@pytest.fixture
def pixels():
    """Two pictures as a preprocessor would leave them."""
    return torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def noise():
    return torch.rand(2, 16, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="session")
def converted(tmp_path_factory):
    """The bundle of a checkpoint, converted once."""
    done = {}

    def convert(name):
        if name not in done:
            done[name] = bundle.convert(CHECKPOINTS[name], name, tmp_path_factory.mktemp("onnx"))
        return done[name]

    return convert
