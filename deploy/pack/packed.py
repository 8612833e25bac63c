"""A folder as one file that Python unpacks: `python3 FILE FOLDER`."""

import concurrent.futures
import hashlib
import json
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

from deploy.pack import code, fatbin, natives

TRAVELS = ["__init__.py", "code.py", "unpack.py"]
BEST = 9 | lzma.PRESET_EXTREME
MOST = 64 << 20  # bytes back that repetitions are looked for; as much memory is needed to unpack
GPU_CODE, PROGRAMS, LIBRARIES, REST = "code", "programs.tar", "libraries.tar", "folder.tar"
FOLDERS = {PROGRAMS: ["natives", "runtime"], LIBRARIES: ["lib"]}


def write(folder, file, cache):
    """Packs `folder`, which is changed: GPU code leaves its library, to be compressed in a better way.

    What seldom changes is compressed once and kept in `cache`.
    """
    (library,) = folder.glob(f"natives/*/{natives.CUDA}")
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        parts = [Path(scratch) / name for name in (GPU_CODE, PROGRAMS, LIBRARIES, REST)]
        pieces = _take_out(library, parts[0])
        names = {entry.name for entry in folder.iterdir()}
        for part in parts[1:]:
            chosen = FOLDERS.get(part.name, names)
            _tar(part, folder, chosen)
            names.difference_update(chosen)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            compressed = list(pool.map(lambda part: _compressed(part, cache), parts))
        partial = Path(scratch) / file.name
        partial.write_bytes(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(partial, "a") as packed:
            packed.writestr("__main__.py", "from deploy.pack import unpack\n\nunpack.main()\n")
            packed.mkdir("deploy")  # else Python finds no package in it
            for module in TRAVELS:
                packed.write(Path(__file__).with_name(module), f"deploy/pack/{module}")
            packed.writestr("pieces.json", json.dumps({"library": str(library.relative_to(folder)), "pieces": pieces}))
            packed.write(_zstd(), "libzstd.so.1", zipfile.ZIP_DEFLATED)
            for part, content in zip(parts, compressed, strict=True):
                packed.write(content, f"{part.name}.xz")
        partial.chmod(0o755)
        partial.replace(file)


def _take_out(file, taken):
    library = bytearray(file.read_bytes())
    with open(taken, "wb") as out:
        pieces = code.take_out(library, fatbin.containers(library), out, code.Zstd())
    file.write_bytes(library)
    return pieces


def _tar(file, folder, names):
    with tarfile.open(file, "w") as tar:
        for name in sorted(names):
            tar.add(folder / name, name, filter=_plain)


def _plain(member):
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def _compressed(part, cache):
    """The part's compressed form."""
    kept = part.with_suffix(".xz")
    if part.name != REST:
        with open(part, "rb") as content:
            kept = cache / f"{hashlib.file_digest(content, 'sha256').hexdigest()}.xz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = part.with_name(f"{part.name}.partial")
        with open(part, "rb") as source, lzma.open(partial, "wb", filters=_filters(part)) as target:
            shutil.copyfileobj(source, target, 1 << 22)
        shutil.move(partial, kept)
    return kept


def _filters(part):
    best = {"id": lzma.FILTER_LZMA2, "preset": BEST, "dict_size": min(max(part.stat().st_size, 1 << 12), MOST)}
    if part.name == GPU_CODE:  # instructions are 16 bytes long
        return [{**best, "preset": 9, "lc": 0, "lp": 4, "pb": 4}]
    return [{"id": lzma.FILTER_X86}, best] if part.name == PROGRAMS else [best]


def _zstd():
    """The library that this process has loaded: the other machine may have none."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return os.path.realpath(next(line.split()[-1] for line in lines if "libzstd" in line))
