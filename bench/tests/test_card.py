import json
import sys
import time

import pytest

from bench import card, card_report

STAND_IN = """#!{python}
import json, sys, time
from pathlib import Path
given = sys.argv[1:]
def option(name): return given[given.index(name) + 1]
if given[:2] == ["export", "init"]:
    Path(option("--out")).touch()
elif given[0] == "export":
    (Path(option("--out")) / option("--name")).mkdir()
elif given[0] == "verify":
    checks = [dict(name="a.latent", max=2e-6, mean=0, cosine=0.999999, tolerance=1e-4, compared=True),
              dict(name="b uint8.latent", max=1e-6, mean=0, cosine=0.99999, tolerance=1e-4, compared=True),
              dict(name="b.patch_embed", max=0, mean=0, cosine=1, tolerance=0, compared=False)]
    print(json.dumps(dict(model=Path(given[1]).name, digest="0", device="cpu", precision="fp32", execution="bound",
                          out=0, checks=checks)))
elif given[:2] == ["bench", "model"]:
    cell = dict(stage="encode", ratio=0.75, rows=8, precision="fp32", execution=option("--execution"), lanes=1, kept=49,
                medianMillis=4.0, imagesPerSecond=2000, teraflops=1.0, share=0.25,
                captures=dict(captured=3, failed=1),
                spentMillis=dict(assemble=0.5, upload=0.5, encoder=2.0, download=0.1))
    Path(option("--json")).write_text(json.dumps(dict(environment=dict(cores=2), model="tiny, digest 0",
        results=dict(decodeMillis=1, cells=[cell], failures=dict(that="it broke")))))
    sys.exit(1)
elif given[:2] == ["bench", "serve"]:
    phase = dict(door="/v1/embed", callers=8, goodputPerSecond=100.0, statuses={{"200": 90, "503": 2}},
                 milliseconds=dict(answered=dict(p50=1, p90=2, p99=3)),
                 server=dict(coresDecoding=0.5, lanesBusy=0.25, cores=1.5))
    Path(option("--json")).write_text(json.dumps(dict(environment=dict(cores=2), model="tiny, digest 0",
        results=[phase, phase | dict(door="gRPC cls")])))
    print("busy", flush=True)
    time.sleep(600)
elif given[0] == "python":
    with open(option("--out"), "a") as out:
        for line in {torch}:
            out.write(json.dumps(line) + "\\n")
"""

TORCH = [
    {"kind": "environment", "by": "torch", "device": "a card"},
    {"kind": "peak", "dtype": "fp32", "tflops": 4.0},
    {
        "kind": "cell",
        "series": "graph",
        "arch": "tiny",
        "dtype": "fp32",
        "stage": "encode",
        "ratio": 0.75,
        "batch": 8,
        "ms": 3.0,
        "tflops": 1.25,
    },
    {"kind": "failure", "what": "whole", "why": "not done within 8 s"},
]


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    script = tmp_path / "unmask"
    script.write_text(STAND_IN.format(python=sys.executable, torch=TORCH))
    script.chmod(0o755)
    monkeypatch.setattr(card, "UNMASK", script)
    monkeypatch.setattr(card, "GRACE", 2)
    return script


def test_every_step_is_told_and_one_that_hangs_is_ended(launcher, tmp_path):
    out = tmp_path / "out"
    start = time.monotonic()
    card.main(["--device", "cpu", "--arch", "tiny", "--seconds", "16", "--out", str(out)])
    assert time.monotonic() - start < 25
    told = {line["step"]: line for line in card_report.lines(out / "card.jsonl")}
    assert told["torch"]["code"] == 0
    assert told["verify tiny fp32 bound"]["report"]["model"] == "tiny"
    assert told["serve tiny"]["code"].startswith("ended after")
    assert told["model tiny fp32 plain 1 lanes"]["code"] == 1
    assert "busy" in (out / "card.log").read_text()


def test_only_some_steps_have_all_the_time(launcher, tmp_path):
    out = tmp_path / "out"
    card.main(
        ["--device", "cpu", "--arch", "tiny", "--seconds", "9", "--out", str(out), "--only", "verify mae", "model"]
    )
    steps = [line["step"] for line in card_report.lines(out / "card.jsonl")]
    assert "model tiny fp32 bound 1 lanes" in steps
    assert not any(step.startswith(("torch", "serve", "verify tiny")) for step in steps)


def test_a_model_that_cannot_be_made_is_a_failure_of_its_steps(launcher, tmp_path):
    launcher.write_text("#!/bin/sh\nexit 1\n")
    out = tmp_path / "out"
    card.main(["--device", "cpu", "--arch", "tiny", "--seconds", "20", "--out", str(out), "--only", "verify tiny"])
    assert {line["failure"] for line in card_report.lines(out / "card.jsonl")} == {
        "there is no bundle of tiny; the log says why"
    }


def test_what_waits_for_its_model_lets_others_pass(launcher, tmp_path):
    slow = launcher.read_text().replace('elif given[0] == "export":', 'elif given[0] == "export":\n    time.sleep(3)')
    launcher.write_text(slow)
    out = tmp_path / "out"
    card.main(["--device", "cpu", "--arch", "tiny", "--seconds", "60", "--out", str(out), "--only", "verify"])
    steps = [line["step"] for line in card_report.lines(out / "card.jsonl") if line["code"] == 0]
    assert steps[0].startswith("verify mae-tiny")
    assert "verify tiny fp32 bound" in steps


def test_where_the_time_ends_the_rest_is_named(launcher, tmp_path):
    launcher.write_text(launcher.read_text().replace("import json, sys, time", "import json, sys, time; time.sleep(2)"))
    out = tmp_path / "out"
    card.main(["--device", "cpu", "--arch", "tiny", "--seconds", "5", "--out", str(out), "--only", "torch", "verify"])
    told = card_report.lines(out / "card.jsonl")
    assert told[0]["code"] == "ended after 2 s"
    assert told[-1]["failure"] == "no time was left of 5 s"


def test_the_results_are_a_table_and_a_plot(launcher, tmp_path):
    out = tmp_path / "out"
    only = ["torch", "verify tiny fp32 bound", "model tiny fp32 bound 1", "serve"]
    card.main(["--device", "cpu", "--arch", "tiny", "--seconds", "10", "--out", str(out), "--only", *only])
    (out / "gpu.csv").write_text(
        "timestamp, utilization.gpu [%], clocks.current.sm [MHz], power.draw [W], memory.used [MiB]\n"
        "x, 90, 1980, 600.5, 100\nx, 0, 345, 70, 100\nx, 100, 1755, 690.5, 300\n"
    )
    card_report.main(out, tmp_path / "results" / "card")
    results = json.loads((tmp_path / "results" / "card.json").read_text())
    assert results["verify"][0]["stages"] == {"latent": {"max": 2e-6, "cosine": 0.99999}}
    assert results["verify"][0]["compared"] == 2
    assert results["card"]["power.draw [W]"] == {"median": 645.5, "most": 690.5}
    page = (tmp_path / "results" / "card.md").read_text()
    assert "## tiny, encode, 75% hidden, fp32" in page
    row = next(line for line in page.splitlines() if line.startswith("| 8 |"))
    # 2 ms of 4 on the device: twice the figures that count all; PyTorch takes 3
    assert row.split(" | ")[1:6] == ["2.000", "4000", "2", "50%", "3.000"]
    assert "| 1.50 |" in row
    assert "| 3, 1 failed |" in page
    assert "| tiny | gRPC cls | 8 | 100 | 1.00 | 2.00 | 3.00 | 2 | 0.0 | 1.50 | 0.50 | 0.25 |  |" in page
    assert "| serve tiny | ended after" in page
    assert "PyTorch: whole | not done within 8 s" in page
    assert "model tiny fp32 bound 1 lanes: that | it broke" in page
    plot = (tmp_path / "results" / "card.svg").read_text()
    assert plot.count("<circle") == 2  # one in the legend, one in the panel
    assert plot.count("l6.5 11.5h-13z") == 2


def test_a_card_is_asked_for_all_of_the_proof():
    args = card.arguments(["--out", "x"])
    named = {step.name: step for step in card.steps(args)}
    assert list(named)[:3] == ["tests", "torch", "verify base fp16 graph"]
    for arch in ("large", "base", "huge"):
        assert {f"verify {arch} {how}" for how in ("fp32 graph", "fp32 plain", "fp16 graph", "fp16 plain")} < set(named)
        assert {f"model {arch} fp16 graph 1 lanes", f"model {arch} fp16 bound,plain 1 lanes"} < set(named)
    assert {"verify mae-tiny fp16 plain", "serve huge", "torch compiled"} < set(named)
    assert {step.arch for step in named.values()} == {None, "large", "base", "huge", "mae-tiny"}
