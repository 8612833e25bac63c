"""Whole processes, photo to PNG: `unmask reconstruct` beside PyTorch, in turn, with a warm file cache.

python bench/process.py [ROUNDS]
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import environment

ROOT = environment.ROOT
PHOTO = ROOT / "photos" / "chelsea.jpg"


def commands(folder):
    checkpoint = folder / "tiny.pth"
    init = [sys.executable, "-m", "export", "init", "mae_vit_tiny_patch16", "--depth", "8", "--out", checkpoint]
    subprocess.run(
        init, cwd=ROOT, check=True, capture_output=True
    )  # the bundled model's size; its weights cost the same
    return {
        "unmask reconstruct": [ROOT / "unmask", "reconstruct", PHOTO, "-o", folder / "ours.png"],
        "the same in PyTorch": [
            sys.executable,
            "-m",
            "bench.torch_reconstruct",
            checkpoint,
            PHOTO,
            folder / "theirs.png",
        ],
        "python -c 'import torch'": [sys.executable, "-c", "import torch"],
    }


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main(rounds):
    environment.show("torch", "pillow")
    with tempfile.TemporaryDirectory() as folder:
        todo = commands(Path(folder))
        for command in todo.values():  # warms the file cache, and builds what is not built
            seconds(command)
        times = {name: [] for name in todo}
        for _ in range(rounds):
            for name, command in todo.items():
                times[name].append(seconds(command))
    ours = statistics.median(times["unmask reconstruct"])
    print(f"{rounds} rounds, alternating; seconds of wall time of the whole process\n")
    print(f"{'':26}{'median':>8}{'min':>8}{'max':>8}{'ratio':>8}")
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:26}{median:8.2f}{min(taken):8.2f}{max(taken):8.2f}{median / ours:8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
