"""The OpenAPI document: valid, and true of the real server."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import jsonschema
import pytest
from conftest import data_uri
from openapi_spec_validator import validate

CONFIG = Path(__file__).parent / "schemathesis.toml"


@pytest.fixture(scope="session")
def document(url):
    with urllib.request.urlopen(url + "/openapi.json") as answer:
        return json.load(answer)


def post(url, path, body, kind):
    request = urllib.request.Request(url + path, body, {"content-type": kind, "accept": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def check(document, path, answer):
    """The answer is as told, and what is told is all of it."""
    pointer = f"#/paths/{path.replace('/', '~1')}/post/responses/200/content/application~1json/schema"
    jsonschema.Draft202012Validator(document | {"$ref": pointer}).validate(answer)
    schema = document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert any(answer.keys() <= kind["properties"].keys() for kind in schema.get("anyOf", [schema]))


def test_the_document_is_valid(document):
    validate(document)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/embed", ""),
        ("/v1/embed", "?pool=patches&dtype=int8"),
        ("/v1/reconstruct", "?png=true"),
        ("/v1/reconstruct", "?boxes=10,10,50,50"),
        ("/v1/reconstruct", "?ratio=0"),
        ("/v1/anomaly", ""),
    ],
)
def test_answers_are_as_told(url, document, photos, path, query):
    check(document, path, post(url, path + query, photos[0], "image/jpeg"))


@pytest.mark.parametrize("path", ["/v1/embed", "/v1/reconstruct", "/v1/anomaly", "/v1/embeddings"])
def test_answers_for_a_list_are_as_told(url, document, photos, path):
    member = "input" if path == "/v1/embeddings" else "images"
    body = json.dumps({member: [data_uri(photo) for photo in photos]}).encode()
    check(document, path, post(url, path, body, "application/json"))


def test_whatever_comes_the_answer_is_one_that_is_told(url, tmp_path):
    """Schemathesis sends what the document allows and what it does not."""
    told = [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG, "--no-color", "run"]
    options = ["--checks", ",".join(told), "--max-examples", "8", "--seed", "1", "--generation-database", "none"]
    fuzzed = subprocess.run(
        [*command, *options, url + "/openapi.json"], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert fuzzed.returncode == 0, fuzzed.stdout + fuzzed.stderr
    assert " 0 generated" not in fuzzed.stdout
