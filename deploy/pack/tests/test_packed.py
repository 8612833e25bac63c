"""A folder as one file: what comes out is what went in."""

import subprocess
import sys
import zipfile

import pytest
import synthetic

from deploy.pack import code, fatbin, natives, packed


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "folder"
    (folder / "natives/cuda").mkdir(parents=True)
    library = synthetic.compressed_library(75, 90, 120)
    fatbin.prune(library, 90)
    (folder / "natives/cuda" / natives.CUDA).write_bytes(library)
    for name in ("lib", "runtime"):
        (folder / name).mkdir()
    (folder / "runtime/release").write_text("25")
    (folder / "unmask").write_text("#!/bin/sh\n")
    (folder / "unmask").chmod(0o755)
    (folder / "README.md").write_text("read me")
    return folder


@pytest.fixture
def file(folder, tmp_path):
    packed.write(folder, tmp_path / "packed.pyz", tmp_path / "cache")
    return tmp_path / "packed.pyz"


def unpack(file, to, **variables):
    # -I: nothing but the standard library, and not from this folder
    return subprocess.run([sys.executable, "-I", file, to], capture_output=True, text=True, **variables)


def test_unpacks_what_was_packed(folder, file, tmp_path):
    done = unpack(file, tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"now: {tmp_path}/out/unmask doctor" in done.stdout
    names = {path.relative_to(folder) for path in folder.rglob("*")}
    assert {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*")} == names
    assert (tmp_path / "out/README.md").read_text() == "read me"
    assert (tmp_path / "out/unmask").stat().st_mode & 0o777 == 0o755


def test_the_library_comes_out_with_its_code(file, tmp_path):
    unpack(file, tmp_path / "out")
    library, zstd = bytearray((tmp_path / "out/natives/cuda" / natives.CUDA).read_bytes()), code.Zstd()
    entries = [entry for container in fatbin.containers(library) for entry in container.entries]
    assert [entry.arch for entry in entries] == [90] * 3
    for entry in entries:
        frame = bytes(library[entry.code : entry.code + entry.packed])
        assert zstd.uncompress(frame, entry.raw) == bytes(synthetic.raw_code(90))


def test_code_travels_outside_the_library(folder, file):
    library = (folder / "natives/cuda" / natives.CUDA).read_bytes()
    (container, *_) = fatbin.containers(library)
    assert not any(library[container.entries[0].code : container.entries[0].end])


def test_leaves_nothing_behind_when_the_file_is_damaged(file, tmp_path):
    with zipfile.ZipFile(file) as packed:
        at = packed.getinfo("folder.tar.xz").header_offset + 200
    content = bytearray(file.read_bytes())
    content[at : at + 8] = b"damaged!"
    file.write_bytes(content)
    done = unpack(file, tmp_path / "out/in")
    assert done.returncode != 0
    assert done.stderr.startswith("unmask: ")
    assert not list((tmp_path / "out").iterdir())


def test_does_not_touch_a_folder_that_is_there(file, tmp_path):
    (tmp_path / "out").mkdir()
    done = unpack(file, tmp_path / "out")
    assert (done.returncode, done.stderr) == (1, f"unmask: {tmp_path}/out exists already\n")


def test_says_how_it_is_used(file):
    assert "usage: python3" in subprocess.run([sys.executable, file], capture_output=True, text=True).stderr
