"""What every benchmark prints first: the machine, the versions, the commit."""

import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent


def cpu():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def show(*packages):
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    print(f"date      {time.strftime('%Y-%m-%d')}, commit {commit.stdout.strip()}")
    print(f"machine   {cpu()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    print(f"load      {os.getloadavg()[0]:.1f} before the run")
    print(f"versions  Python {platform.python_version()}, {versions}\n", flush=True)
