"""Installing libraries: all of them, of one release, or none. Nothing is fetched: pip looks into a folder."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import synthetic

from deploy.pack import Refusal, natives

ROOT = Path(__file__).parents[3]
VERSION = "9.9.9"
RELEASE = b"VERS_9.9.9\0"


@pytest.fixture
def jar(tmp_path):
    return archive(tmp_path / f"onnxruntime-{VERSION}.jar", {natives.IN_JAR + natives.JNI: RELEASE})


@pytest.fixture
def offer(tmp_path, monkeypatch):
    """Offers pip a wheel with these files and no index, and pins its digest, or another."""

    def offer(files, digest=None):
        wheels = tmp_path / "wheels"
        wheels.mkdir()
        about = f"onnxruntime_gpu-{VERSION}.dist-info"
        metadata = {
            f"{about}/METADATA": f"Metadata-Version: 2.1\nName: onnxruntime-gpu\nVersion: {VERSION}\n",
            f"{about}/WHEEL": "Wheel-Version: 1.0\n",
        }
        wheel = archive(wheels / f"onnxruntime_gpu-{VERSION}-cp311-cp311-manylinux_2_28_x86_64.whl", files | metadata)
        pin = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        requirements = tmp_path / "requirements.txt"
        requirements.write_text(f"onnxruntime-gpu=={VERSION} --hash=sha256:{pin}\n")
        monkeypatch.setattr(natives, "REQUIREMENTS", requirements)
        monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))

    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return offer


def wheel(**changes):
    """The files of a wheel as it is published; `core=None` leaves the core out."""
    files = {
        "core": (f"{natives.CORE}.{VERSION}", RELEASE),
        "shared": (natives.SHARED, b"shared"),
        "cuda": (natives.CUDA, bytes(synthetic.library(synthetic.container(synthetic.entry(synthetic.ELF, 90))))),
        "tensorrt": (natives.TENSORRT, b"tensorrt"),
        "license": (f"../{natives.LICENSE}", b"MIT"),
        "notices": (f"../{natives.NOTICES}", b"notices"),
    }
    chosen = {key: (name, changes.get(key, content)) for key, (name, content) in files.items()}
    return {f"onnxruntime/capi/{name}".replace("capi/../", ""): c for name, c in chosen.values() if c is not None}


def archive(file, files):
    with zipfile.ZipFile(file, "w") as out:
        for name, content in files.items():
            out.writestr(name, content)
    return file


def test_installs_the_wheels_libraries_and_the_jars_binding(tmp_path, offer, jar):
    offer(wheel())
    folder = natives.install(13, tmp_path / "cache", jar)
    assert folder == tmp_path / "cache/9.9.9-linux-x64-cuda13"
    assert {file.name for file in folder.iterdir()} == {
        "libonnxruntime.so",
        "libonnxruntime4j_jni.so",
        "libonnxruntime_providers_shared.so",
        "libonnxruntime_providers_cuda.so",
        "libonnxruntime_providers_tensorrt.so",
        "LICENSE",
        "ThirdPartyNotices.txt",
    }


def test_what_is_installed_is_not_fetched_again(tmp_path, jar):
    folder = tmp_path / "cache/9.9.9-linux-x64-cuda13"
    folder.mkdir(parents=True)
    assert natives.install(13, tmp_path / "cache", jar) == folder


@pytest.mark.parametrize(
    ("offered", "why"),
    [
        (wheel(core=b"VERS_1.0.0\0"), "libonnxruntime.so is not of release 9.9.9"),
        (wheel(core=None), "has no onnxruntime/capi/libonnxruntime.so.9.9.9"),
        (
            wheel(cuda=bytes(synthetic.library(b"", needed=["libcudart.so.12"]))),
            "is not for CUDA 13: it needs libcudart.so.12",
        ),
    ],
)
def test_leaves_nothing_behind_when_a_library_is_not_the_right_one(tmp_path, offer, jar, offered, why):
    offer(offered)
    with pytest.raises(Refusal, match=why):
        natives.install(13, tmp_path / "cache", jar)
    assert not list((tmp_path / "cache").iterdir())


def test_refuses_a_wheel_with_other_bytes_than_the_pinned_ones(tmp_path, offer, jar):
    offer(wheel(), digest="0" * 64)
    with pytest.raises(Refusal, match="DO NOT MATCH THE HASHES"):
        natives.install(13, tmp_path / "cache", jar)


def test_says_so_when_the_registry_cannot_be_reached(tmp_path, offer, jar, monkeypatch):
    offer(wheel())
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(Refusal, match="within reach.*: ERROR: Could not find a version"):
        natives.install(13, tmp_path / "cache", jar)


def test_refuses_other_machines(tmp_path, jar, monkeypatch):
    monkeypatch.setattr(natives.platform, "machine", lambda: "aarch64")
    with pytest.raises(Refusal, match="for Linux x86_64, this is Linux aarch64"):
        natives.install(13, tmp_path, jar)


def test_the_wheel_is_of_the_version_that_the_project_uses():
    pom = (ROOT / "pom.xml").read_text()
    version = pom.split("<onnxruntime.version>")[1].split("<")[0]
    assert f"onnxruntime-gpu=={version} --hash" in natives.REQUIREMENTS.read_text()


@pytest.mark.parametrize("wrong", [["natives"], ["natives", "--cuda", "11"], ["bundle", "--cuda", "13", "--arch", "x"]])
def test_usage_is_exit_code_2(wrong):
    assert subprocess.run([sys.executable, "-m", "deploy.pack", *wrong], cwd=ROOT, capture_output=True).returncode == 2
