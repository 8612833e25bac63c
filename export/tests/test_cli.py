"""The command line: what its words mean, and what comes out when something is wrong."""

import json
import os
import pickle
import subprocess
import sys

import pytest
import torch

from export import __main__ as cli
from export import bundle, known
from export.checkpoint import read
from export.graphs import TYPES

SIZES = ["--side", "32", "--patch", "8", "--width", "16", "--depth", "1", "--heads", "2"]
SIZES += ["--decoder-width", "8", "--decoder-depth", "1", "--decoder-heads", "2"]


@pytest.fixture
def run(capsys):
    """Runs a command line in this process: (exit code, stdout, stderr)."""

    def call(*argv):
        try:
            code = cli.main([str(word) for word in argv])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def small(tmp_path, run):
    path = tmp_path / "small.pth"
    assert run("init", "--out", path, *SIZES)[0] == 0
    return path


@pytest.fixture
def converted(monkeypatch):
    """What would have been converted, instead of the graphs that take their time."""
    calls = []

    def convert(checkpoint, name, out, preprocess, license, force, types):
        said = {"checkpoint": checkpoint, "name": name, "out": out, "license": license, "force": force, "types": types}
        calls.append(said)
        assert preprocess == checkpoint.preprocess
        return out / name

    monkeypatch.setattr(bundle, "convert", convert)
    return calls


@pytest.mark.parametrize("words", [["convert"], []])
def test_convert_is_what_a_checkpoint_alone_means(run, small, converted, words):
    code, out, err = run(*words, small, "--name", "mae-small")
    assert (code, out) == (0, f"{os.path.join('onnx', 'mae-small')}\n")
    assert str(small) in err
    (call,) = converted
    assert call["checkpoint"].config == read(small).config
    assert (call["name"], str(call["out"]), call["license"], call["force"]) == ("mae-small", "onnx", None, False)


def test_options_may_come_first(run, small, converted):
    assert run("--name", "x", small)[0] == 0
    assert converted[0]["name"] == "x"


@pytest.mark.parametrize(
    ("words", "types"),
    [
        ([], ("fp32", "fp16", "bf16", "trt")),
        (["--variants", "trt,fp16"], ("fp32", "fp16", "trt")),
        (["--variants", "fp32"], ("fp32",)),
    ],
)
def test_variants_are_written_besides_fp32(run, small, converted, words, types):
    assert run(small, "--name", "x", *words)[0] == 0
    assert converted[0]["types"] == types
    assert cli.TYPES == TYPES


def test_a_variant_that_is_none_is_refused(run, small, converted):
    code, _, err = run(small, "--name", "x", "--variants", "fp16,int8")
    assert (code, converted) == (2, [])
    assert "argument --variants: 'int8' is not one of fp32, fp16, bf16, trt" in err


def test_every_option_reaches_the_conversion(run, tmp_path, mae, converted):
    path, labels = tmp_path / "bare.pth", tmp_path / "labels.txt"
    model = mae(channels=2, height=16, width=24)
    torch.save(model.state_dict(), path)
    told = "--name x --flavour full --heads 4 --decoder-heads 2 --grid 2x3 --preprocess none --mean 0.5,.25 --std 1,2"
    code, _, err = run(path, *told.split(), "--license", "MIT", "--out", tmp_path / "out", "--force")
    assert (code, err) == (0, f"reading {path}\n")
    (call,) = converted
    found = call["checkpoint"]
    assert found.config == model.config
    assert (found.flavour, found.preprocess, found.mean, found.std) == ("full", "none", (0.5, 0.25), (1, 2))
    assert (call["license"], call["out"], call["force"]) == ("MIT", tmp_path / "out", True)
    torch.save(mae(decoder=None, classes=2, pool="cls").state_dict(), path)
    labels.write_text("cat\nred fox\n")
    assert run(path, "--name", "y", "--heads", "4", "--labels", labels)[0] == 0
    assert converted[1]["checkpoint"].labels == ["cat", "red fox"]
    labels.write_bytes(b"\xff\xfe")
    code, _, err = run(path, "--name", "y", "--heads", "4", "--labels", labels)
    assert (code, err.splitlines()[-1]) == (3, f"error: {labels} is not UTF-8 text")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "required"),
        (["x.pth"], "--name"),
        (["convert", "x.pth", "--name"], "--name"),
        (["x.pth", "--name", "n", "--flavour", "encoder"], "encoder"),
        (["x.pth", "--name", "n", "--preprocess", "crop"], "crop"),
        (["x.pth", "--name", "n", "--heads", "0"], "'0'"),
        (["x.pth", "--name", "n", "--heads", "x"], "'x'"),
        (["x.pth", "--name", "n", "--heads", "-2"], "--heads"),
        (["x.pth", "--name", "n", "--grid", "14"], "ROWSxCOLUMNS"),
        (["x.pth", "--name", "n", "--grid", "0x4"], "ROWSxCOLUMNS"),
        (["x.pth", "--name", "n", "--mean", "0.5;0.4"], "0.5;0.4"),
        (["x.pth", "y.pth", "--name", "n"], "y.pth"),
        (["x.pth", "--name", "n", "--nope"], "--nope"),
        (["init"], "--out"),
        (["init", "mae_vit_giant", "--out", "x"], "mae_vit_giant"),
        (["init", "--out", "x", "--flavour", "ganloss"], "ganloss"),
        (["init", "--out", "x", "--seed", "9" * 30], "9" * 30),
        (["known", "x"], "x"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_one_line_and_exit_2(run, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("name", ["", "A", "-x", ".x", "..", "a/b", "../x", "a b", "é", "a" * 65, "a\n"])
def test_a_name_that_is_no_name_is_refused(run, small, converted, name):
    code, _, err = run(small, f"--name={name}")
    assert (code, converted) == (2, [])
    assert "is not 1 to 64 of a-z 0-9 . _ -" in err


@pytest.mark.parametrize("name", ["a", "0", "mae-large_v1.2", "a" * 64])
def test_a_name_is_a_name(run, small, converted, name):
    assert run(small, "--name", name)[0] == 0
    assert converted[0]["name"] == name


class Trap:
    def __reduce__(self):
        return print, ("the trap was run",)


def test_what_cannot_be_read_is_one_line_and_exit_3(run, tmp_path, converted):
    (tmp_path / "empty.pth").touch()
    (tmp_path / "trap.pth").write_bytes(pickle.dumps(Trap(), 2))
    for name, said in [
        ("nowhere.pth", "no such file"),
        ("empty.pth", "not a PyTorch checkpoint"),
        ("trap.pth", "could run code"),
        (".", "without a config.json"),
    ]:
        path = tmp_path / name
        code, out, err = run(path, "--name", "x")
        reading, error = err.splitlines()
        assert (code, out, reading) == (3, "", f"reading {path}")
        assert error.startswith("error: ")
        assert said in error
    assert converted == []


def test_a_checkpoint_that_may_not_be_read_is_one_line(run, small, converted, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied", str(small))

    monkeypatch.setattr(torch, "load", denied)
    code, _, err = run(small, "--name", "x")
    assert (code, err.splitlines()[-1]) == (3, f"error: {small}: permission denied")


def test_init_writes_what_it_was_asked_for(run, tmp_path):
    path = tmp_path / "x.pth"
    code, out, err = run("init", "mae_vit_tiny_patch16", "--out", path, "--depth", 1, "--flavour", "full", "--seed", 3)
    found = read(path)
    assert (code, out) == (0, "")
    assert err == f"{path}: {sum(t.numel() for t in found.state.values()):,} parameters\n"
    assert (found.config.encoder.width, found.config.encoder.depth, found.flavour) == (192, 1, "full")
    assert run("init", "--out", path, *SIZES)[::2] == (3, f"error: {path} exists; --force overwrites it\n")
    code, _, _ = run(
        "init", "--out", path, *SIZES, "--force", "--flavour", "classifier", "--classes", 5, "--pool", "cls"
    )
    found = read(path)
    assert (code, found.config.classes, found.config.pool) == (0, 5, "cls")


def test_an_interrupt_ends_quietly(run, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run_known", interrupted)
    assert run("known") == (130, "", "")


def test_init_says_where_it_cannot_write(run, tmp_path):
    code, _, err = run("init", "--out", tmp_path / "no" / "x.pth", *SIZES)
    assert code == 3
    assert err.startswith(f"error: {tmp_path / 'no'}")
    assert err.count("\n") == 1


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
    script = f"{limit}import sys; from export.__main__ import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", script, "init", "--out", str(tmp_path / "x.pth"), *SIZES]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["known", "--known"])
def test_the_known_checkpoints_are_listed(run, word):
    code, out, err = run(word)
    assert (code, err) == (0, "")
    assert all(len(line) <= 120 for line in out.splitlines())
    for checkpoint in known.CHECKPOINTS:
        assert checkpoint["where"] in out
        assert checkpoint["can"] in out
    code, out, _ = run(word, "--json")
    assert (code, json.loads(out)) == (0, known.CHECKPOINTS)


def test_the_known_checkpoints_are_what_they_are_known_as():
    names = {checkpoint["name"]: checkpoint for checkpoint in known.CHECKPOINTS}
    assert len(names) == len(known.CHECKPOINTS) == 16
    assert names["mae_visualize_vit_large_ganloss.pth"]["flavour"] == "visualize"
    assert names["mae_pretrain_vit_huge.pth"]["flavour"] == "encoder"
    assert names["mae_pretrain_vit_huge_full.pth"]["flavour"] == "full"
    assert "CC-BY-NC-4.0" in known.license_of("vit-mae-base")
    assert known.license_of("mae-tiny.pth") is None


def test_help_is_instant_and_named_as_it_is_called():
    script = (
        "import sys, export.__main__ as cli\n"
        "try:\n    cli.main(sys.argv[1:])\n"
        "except SystemExit as stop:\n    assert stop.code == 0\n"
        "assert not {'torch', 'numpy', 'onnx'} & set(sys.modules)\n"
    )
    for words in (["--help"], ["convert", "--help"], ["known"]):
        done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run([sys.executable, "-m", "export", "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: unmask export ")


def test_a_reader_that_leaves_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "export", "known"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
