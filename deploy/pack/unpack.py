"""Unpacks the folder that this file holds: python3 FILE FOLDER. Python's standard library is all it needs."""

import json
import lzma
import shutil
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from deploy.pack import Refusal, code

WITHIN = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python before 3.11.4 has no filters


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: python3 {sys.argv[0]} FOLDER")
    folder = Path(sys.argv[1]).absolute()
    if folder.exists():
        sys.exit(f"unmask: {folder} exists already")
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".partial-") as scratch:
            unpack(sys.argv[0], Path(scratch)).rename(folder)
    except (Refusal, OSError, zipfile.BadZipFile, lzma.LZMAError) as e:
        sys.exit(f"unmask: {e}")
    print(f"unpacked into {folder}; now: {folder}/unmask doctor   (more in {folder}/README.md)")


def unpack(file, scratch):
    folder = scratch / "folder"
    with zipfile.ZipFile(file) as packed:
        for part in (name for name in packed.namelist() if name.endswith(".tar.xz")):
            # Not by tarfile's own "r|xz", which copies all that is left of a block for each piece it takes from it.
            with lzma.open(packed.open(part)) as content, tarfile.open(fileobj=content, mode="r|") as tar:
                tar.extractall(folder, **WITHIN)
        index = json.loads(packed.read("pieces.json"))
        zstd = _zstd(packed, scratch)
        file = folder / index["library"]
        library = bytearray(file.read_bytes())
        with packed.open("code.xz") as stream, lzma.open(stream) as taken:
            code.put_back(library, [code.Piece(*piece) for piece in index["pieces"]], taken, zstd)
        file.write_bytes(library)
    return folder


def _zstd(packed, scratch):
    """The one that was brought along, or this machine's."""
    brought = scratch / "libzstd.so.1"
    with packed.open(brought.name) as source, open(brought, "wb") as target:
        shutil.copyfileobj(source, target)
    try:
        return code.Zstd(brought)
    except Refusal:
        return code.Zstd()
