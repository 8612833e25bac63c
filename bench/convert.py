"""Conversion: wall time and peak memory of the whole process, on random weights.

python bench/convert.py [ARCH ...]        # default: base and large
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import environment


def child(*command):
    """Seconds of a command; the peak memory of the largest child so far comes with it."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "export", *command], cwd=environment.ROOT, check=True, capture_output=True)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20


def main(archs):
    environment.show("torch", "onnx", "onnxscript", "onnxruntime")
    print(f"{'':28}{'seconds':>10}{'peak GiB':>10}{'bundle MB':>11}")
    for arch in archs:  # from small to large, since the peak is over all children so far
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "random.pth"
            child("init", arch, "--out", checkpoint)
            seconds, peak = child("convert", checkpoint, "--name", "bench", "--out", folder)
            size = sum(file.stat().st_size for file in (Path(folder) / "bench").iterdir())
        print(f"{arch:28}{seconds:10.0f}{peak:10.1f}{size / 1e6:11.0f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["mae_vit_base_patch16", "mae_vit_large_patch16"])
