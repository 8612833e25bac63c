import json

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from bench import flops, torch_card
from bench.bare import COLOURS, Bare, inputs
from bench.bounded import Report
from export import init
from export.graphs import Colours, Decoder, Encoder
from export.model import Mae

TINY = init.configure("mae_vit_tiny_patch16", depth=8)  # the model of onnx/mae-tiny


@pytest.mark.parametrize(
    ("stage", "ratio", "count"),
    [("encode", 0.75, 383705088), ("encode", 0, 1690589184), ("reconstruct", 0.75, 814032896)],  # as in FlopsTest
)
def test_the_count_is_that_of_torch(stage, ratio, count):
    model = Bare(TINY, torch.float32, "cpu")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        getattr(model, stage)(*inputs(TINY, 1, ratio, "cpu"))
    counted = counter.get_total_flops()
    assert flops.stage(stage, TINY, ratio) == count == counted


def test_what_is_timed_is_what_is_exported():
    mae = init.initialise(Mae(TINY)).eval().requires_grad_(False)
    bare = Bare(TINY, torch.float32, "cpu")
    weights = mae.state_dict()
    matrix = weights.pop("patch_embed.proj.weight").permute(0, 2, 3, 1).flatten(1)
    bias = weights.pop("patch_embed.proj.bias")
    bare.mae.load_state_dict(weights | {"patch_embed.weight": matrix, "patch_embed.bias": bias})
    raw, keep, restore = inputs(TINY, 3, 0.75, "cpu")
    colours = Colours(*COLOURS)
    latent, cls, mean = Encoder(mae, colours, raw=True)(raw, keep)
    for ours, theirs in zip(bare.encode(raw, keep, restore), (latent, cls, mean), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    image = Decoder(mae, colours, image=True)(latent, restore)[1]
    assert (bare.reconstruct(raw, keep, restore).int() - image.int()).abs().max() <= 1
    everything = torch.arange(196)[None].expand(3, -1)
    whole = Encoder(mae, colours, raw=True)(raw, everything)[0]
    torch.testing.assert_close(bare.encode(raw, None, None)[0], whole, atol=1e-4, rtol=1e-4)


def test_every_cell_is_a_line_and_a_failure_too(tmp_path, monkeypatch):
    def broken(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(torch_card, "GROUP_SECONDS", 0.001)
    monkeypatch.setattr(Bare, "reconstruct", broken)
    out = tmp_path / "torch.jsonl"
    torch_card.main(
        ["--device", "cpu", "--arch", "tiny", "--batch", "1", "--dtype", "bf16", "--series", "eager", "--seconds", "60"]
        + ["--out", str(out), "--peak-side", "64"]
    )
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["environment", "peak", "bandwidth", "cell", "failure", "cell"]
    assert [line["ratio"] for line in lines if line["kind"] == "cell"] == [0.75, 0]
    cell = lines[3]
    assert cell["share"] == pytest.approx(cell["tflops"] / lines[1]["tflops"])
    assert cell["images_per_second"] == pytest.approx(1000 / cell["ms"])
    assert lines[4]["why"] == "RuntimeError: no memory"


def test_a_cell_that_takes_too_long_ends(tmp_path):
    report = Report(tmp_path / "out.jsonl")

    def endless():
        while True:
            pass

    assert report.attempt("endless", 0.05, endless) is None
    assert report.attempt("short", 5, lambda: 7) == 7
    assert "not done within" in json.loads((tmp_path / "out.jsonl").read_text())["why"]


def test_the_most_important_comes_first():
    args = torch_card.arguments([])
    cells = list(torch_card.cells(args))
    assert len(set(cells)) == len(cells)
    assert cells[0] == torch_card.Cell("graph", "large", "fp16", "encode", 0.75, 32)
    compiled = [cell for cell in cells if cell.series in ("blocks", "whole")]
    assert (compiled[0].arch, compiled[0].batch) == ("large", 32)
