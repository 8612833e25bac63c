"""ONNX Runtime's libraries for a GPU, from the package registries into the cache: all of them or none."""

import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from deploy.pack import Refusal, elf

CORE, JNI, SHARED = "libonnxruntime.so", "libonnxruntime4j_jni.so", "libonnxruntime_providers_shared.so"
CUDA, TENSORRT = "libonnxruntime_providers_cuda.so", "libonnxruntime_providers_tensorrt.so"
LICENSE, NOTICES = "LICENSE", "ThirdPartyNotices.txt"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
IN_JAR = "ai/onnxruntime/native/linux-x64/"


def install(major, cache, jar):
    """The folder of the libraries for CUDA `major` (12 or 13), filled if it is not there.

    `jar` is the binding that the project uses: its release is the one to install.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Refusal(f"ONNX Runtime for CUDA is for Linux x86_64, this is {platform.system()} {platform.machine()}")
    version = jar.stem.removeprefix("onnxruntime-")
    folder = cache / f"{version}-linux-x64-cuda{major}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=cache) as scratch:
        partial = Path(scratch) / folder.name
        partial.mkdir()
        fill = {12: _from_maven, 13: _from_pip}[major]
        fill(version, jar, partial, Path(scratch))
        _check(partial, version, major)
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster, and its folder is as good
                raise
    return folder


def _from_pip(version, jar, folder, scratch):
    """The core and the providers from PyPI, the binding to it from the jar: the one on Maven is built for CUDA 12."""
    platforms = [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in (27, 28)]
    _fetch(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        + ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11", *platforms]
        + ["--require-hashes", "--requirement", REQUIREMENTS, "--dest", scratch]
    )
    with zipfile.ZipFile(next(scratch.glob("*.whl"))) as wheel:
        _copy(wheel, f"onnxruntime/capi/{CORE}.{version}", folder / CORE)
        for library in (SHARED, CUDA, TENSORRT):
            _copy(wheel, f"onnxruntime/capi/{library}", folder / library)
        for notice in (LICENSE, NOTICES):
            _copy(wheel, f"onnxruntime/{notice}", folder / notice)
    with zipfile.ZipFile(jar) as binding:
        _copy(binding, IN_JAR + JNI, folder / JNI)


def _from_maven(version, _jar, folder, scratch):
    artifact = f"com.microsoft.onnxruntime:onnxruntime_gpu:{version}"
    _fetch(
        ["mvn", "-B", "-ntp", "-q", "-C", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={scratch}"]
    )
    with zipfile.ZipFile(next(scratch.glob("*.jar"))) as jar:
        for library in (CORE, JNI, SHARED, CUDA, TENSORRT):
            _copy(jar, IN_JAR + library, folder / library)
        _copy(jar, NOTICES, folder / NOTICES)


def _fetch(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        raise Refusal(f"{command[0]} is not installed") from None
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "ERROR" in line or "No module" in line]
        why = (said or done.stdout.splitlines() or ["it said nothing"])[0]
        raise Refusal(f"cannot fetch ONNX Runtime (is its registry within reach?): {why}")


def _copy(archive, name, file):
    try:
        with archive.open(name) as source, open(file, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except KeyError:
        raise Refusal(f"{Path(archive.filename).name} has no {name}") from None


def _check(folder, version, major):
    """Binding and core must be of one release, or the binding does not load; and the CUDA must be the one asked for."""
    release = b"VERS_" + version.encode() + b"\0"
    for library in (CORE, JNI):
        if release not in (folder / library).read_bytes():
            raise Refusal(f"{library} is not of release {version}")
    needed = elf.needed(folder / CUDA)
    if f"libcudart.so.{major}" not in needed:
        raise Refusal(f"{CUDA} is not for CUDA {major}: it needs {', '.join(needed)}")
