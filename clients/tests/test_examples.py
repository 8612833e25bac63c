"""Every example runs against the real server, as the README tells it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PHOTOS = ["photos/chelsea.jpg", "photos/rocket.jpg"]


JAVA = Path(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java"  # 25 or later


def run(*command):
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def python(name, *arguments):
    return run(sys.executable, f"clients/{name}.py", *arguments)


def test_triton_http(server, tmp_path):
    said = python("triton_http", "--url", server.http, "--folder", tmp_path, *PHOTOS)
    for photo in PHOTOS:
        filled = tmp_path / (Path(photo).stem + ".filled.png")
        assert filled.read_bytes().startswith(b"\x89PNG")
        assert re.search(rf"{photo}( [+-]\d\.\d{{4}}){{4}} \.\.\. loss \d\.\d{{4}}, see {filled}", said)


def test_triton_grpc(server):
    said = python("triton_grpc", "--url", server.grpc, *PHOTOS)
    for photo in PHOTOS:
        assert re.search(rf"{photo}: 99 tokens of 192; the right half is off by \d+ of 255", said)


def test_triton_stream(server):
    said = python("triton_stream", "--url", server.grpc, "photos/README.md", *PHOTOS * 4)
    for photo in PHOTOS:
        assert len(re.findall(rf"{photo}: anomaly score \d\.\d{{4}}", said)) == 4
    assert "the image is not base64" in said  # and the stream went on


def test_curl(server):
    said = run("clients/curl.sh", server.url, PHOTOS[0])
    for expected in ('{"ready":true}', '"datatype":"BYTES"', '"name":"anomaly_score"', "and 768 bytes of float32"):
        assert expected in said
    assert int(said.split()[-2]) > 1_000_000  # all outputs


def test_java(server):
    said = run(JAVA, "clients/Triton.java", server.url, PHOTOS[0])
    assert '"binary_data_size":768' in said
    assert "192 numbers: " in said


@pytest.mark.skipif(not shutil.which("grpcurl"), reason="grpcurl comes as a Go program only")
def test_grpcurl(server):
    said = run("clients/grpcurl.sh", server.grpc, PHOTOS[0])
    for expected in ("ModelStreamInfer", '"SERVING"', '"binary_tensor_data"', '"raw_output_contents"'):
        assert expected in said
