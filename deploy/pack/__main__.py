"""The command line: `unmask natives` and `unmask bundle`. The launcher has built the jars before."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from deploy.pack import Refusal, bundle, natives, packed

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unmask"
CANNOT_RUN = 3


def arguments():
    parser = argparse.ArgumentParser(prog="unmask", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    install = commands.add_parser("natives", help="install ONNX Runtime for a GPU", allow_abbrev=False)
    folder = commands.add_parser("bundle", help="pack all it takes to run on a GPU machine", allow_abbrev=False)
    for command in (install, folder):
        command.add_argument("--cuda", type=int, choices=(12, 13), required=True, help="the major version of CUDA")
    folder.add_argument("--arch", type=int, default=90, help="compute capability (default: 90, for H100 and H200)")
    folder.add_argument(
        "--model", action="append", help="a bundle to take along, or none; may be repeated (default: onnx/mae-tiny)"
    )
    folder.add_argument("--packed", action="store_true", help="one small file instead of a folder; takes minutes")
    folder.add_argument("--out", type=Path, help="the folder or file to make (default: in target/)")
    return parser.parse_args()


def main():
    asked = arguments()
    try:
        jar = next((ROOT / "target/lib").glob("onnxruntime-*.jar"))
        libraries = natives.install(asked.cuda, CACHE, jar)
        if asked.command == "natives":
            print(f"installed     {libraries} ({size(libraries) >> 20} MiB)")
        else:
            make(asked, libraries)
    except (Refusal, OSError) as e:
        print(f"unmask: {e}", file=sys.stderr)
        sys.exit(CANNOT_RUN)


def make(asked, libraries):
    models = [model(name) for name in asked.model or ["mae-tiny"] if name != "none"]
    out = asked.out or ROOT / f"target/unmask-cuda{asked.cuda}{'.pyz' if asked.packed else ''}"
    if asked.out and out.exists():
        raise Refusal(f"{out} exists already")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".partial-") as scratch:
        folder = Path(scratch) / "unmask"
        bundle.build(folder, ROOT, libraries, asked.arch, models)
        if asked.packed:
            packed.write(folder, out, CACHE / "packed")
        else:
            shutil.rmtree(out, ignore_errors=True)
            folder.rename(out)
    print(f"made {out} ({size(out) / (1 << 20):.1f} MiB)")


def model(name):
    folder = Path(name) if "/" in name else ROOT / "onnx" / name
    if not (folder / "model.json").is_file():
        raise Refusal(f"{folder} is no bundle: it has no model.json")
    return folder.resolve()


def size(path):
    return sum(file.lstat().st_size for file in path.rglob("*")) if path.is_dir() else path.stat().st_size


if __name__ == "__main__":
    main()
