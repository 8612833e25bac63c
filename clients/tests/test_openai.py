"""OpenAI's own client against the real server."""

import asyncio
import base64
import json
import urllib.request

import numpy as np
import openai
import pytest
from conftest import served
from openai import AsyncOpenAI, OpenAI

WIDTH = 192
TOKENS = 197


@pytest.fixture(scope="session")
def client(url):
    return OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0)


def embed(url, photo, query=""):
    """The vector of `POST /v1/embed`."""
    request = urllib.request.Request(url + "/v1/embed" + query, photo, {"content-type": "image/jpeg"})
    with urllib.request.urlopen(request) as answer:
        return np.array(json.load(answer)["embedding"], np.float32)


def vectors(answer):
    return np.array([item.embedding for item in answer.data], np.float32)


def test_float_and_base64_and_embed_agree_to_the_bit(client, url, photos, uris):
    as_numbers = client.embeddings.create(model="mae-tiny", input=uris[0], encoding_format="float")
    as_base64 = client.embeddings.create(model="mae-tiny", input=uris[0], encoding_format="base64")
    decoded = np.frombuffer(base64.b64decode(as_base64.data[0].embedding), "<f4")
    assert vectors(as_numbers)[0].tobytes() == decoded.tobytes() == embed(url, photos[0]).tobytes()
    assert decoded.shape == (WIDTH,)


def test_the_clients_default_is_decoded_by_itself(client, url, photos, uris):
    answer = client.embeddings.create(model="mae-tiny", input=uris[1])
    assert isinstance(answer.data[0].embedding, list)
    assert vectors(answer)[0].tobytes() == embed(url, photos[1]).tobytes()


def test_several_inputs_keep_their_order(client, url, photos, uris):
    answer = client.embeddings.create(model="mae-tiny", input=uris)
    assert [item.index for item in answer.data] == [0, 1, 2]
    for vector, photo in zip(vectors(answer), photos, strict=True):
        assert vector.tobytes() == embed(url, photo).tobytes()
    assert len({vector.tobytes() for vector in vectors(answer)}) == 3


def test_usage_counts_patches_and_the_class_token(client, uris):
    answer = client.embeddings.create(model="mae-tiny", input=uris[:2], user="somebody")
    assert (answer.object, answer.model) == ("list", "mae-tiny")
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 2 * TOKENS


def test_bare_base64_and_dimensions_of_the_model_are_taken(client, uris):
    bare = uris[0].split(",")[1]
    one = client.embeddings.create(model="mae-tiny", input=bare, dimensions=WIDTH)
    other = client.embeddings.create(model="mae-tiny", input=uris[0])
    assert vectors(one).tobytes() == vectors(other).tobytes()


def test_options_of_embed_go_into_extra_body(client, url, photos, uris):
    answer = client.embeddings.create(model="mae-tiny", input=uris[0], extra_body={"pool": "mean", "normalize": True})
    assert vectors(answer)[0].tobytes() == embed(url, photos[0], "?pool=mean&normalize=true").tobytes()
    assert np.linalg.norm(vectors(answer)[0]) == pytest.approx(1, abs=1e-6)


def test_the_async_client_works(url, photos, uris):
    async def ask():
        async with AsyncOpenAI(base_url=url + "/v1", api_key="unused") as client:
            asked = [client.embeddings.create(model="mae-tiny", input=uri) for uri in uris]
            return await asyncio.gather(*asked)

    for answer, photo in zip(asyncio.run(ask()), photos, strict=True):
        assert vectors(answer)[0].tobytes() == embed(url, photo).tobytes()


def test_models_are_listed_and_retrieved(client):
    (model,) = client.models.list().data
    assert (model.id, model.object) == ("mae-tiny", "model")
    assert model.created > 1_700_000_000
    assert client.models.retrieve("mae-tiny") == model
    extra = model.model_extra
    assert extra["placements"][0]["device"] == "cpu"
    assert "encoder.uint8" in extra["placements"][0]["graphs"]
    assert extra["parameters"]["encoder"] == 3_744_960
    assert extra["bytes"] > 4 * 3_744_960


@pytest.mark.parametrize(
    ("changed", "kind", "code", "message"),
    [
        ({"dimensions": 64}, openai.BadRequestError, "bad_request", "have 192 and cannot be shortened"),
        ({"model": "nosuch"}, openai.NotFoundError, "not_found", "there is no model 'nosuch'; served are mae-tiny"),
        ({"input": []}, openai.BadRequestError, "bad_request", "0 images in one request; it takes 1 to 64"),
        ({"input": [[1, 2, 3]]}, openai.BadRequestError, "bad_request", "is a string"),
        ({"input": "https://example.org/a.jpg"}, openai.BadRequestError, "bad_request", "not fetched"),
        ({"input": "aGVsbG8="}, openai.APIStatusError, "unsupported_media_type", "not a picture"),
        ({"extra_body": {"pool": "patches"}}, openai.BadRequestError, "bad_request", "not one of cls, mean"),
        ({"extra_body": {"poll": "cls"}}, openai.BadRequestError, "bad_request", "there is no option 'poll'"),
    ],
)
def test_refusals_are_of_the_right_class_and_say_why(client, uris, changed, kind, code, message):
    asked = {"model": "mae-tiny", "input": uris[0]} | changed
    with pytest.raises(kind) as refused:
        client.embeddings.create(**asked)
    assert message in refused.value.message
    assert refused.value.code == code
    assert refused.value.type == "invalid_request_error"
    assert refused.value.request_id
    assert refused.value.body["message"] in str(refused.value)


def test_a_model_that_is_not_there_is_not_found(client):
    with pytest.raises(openai.NotFoundError, match="there is no model 'nosuch'"):
        client.models.retrieve("nosuch")


def test_overload_is_a_rate_limit_that_the_client_waits_out(uris):
    """A queue of one row refuses most of a crowd; each of them comes again when it is told to."""

    async def crowd(url, retries):
        async with AsyncOpenAI(base_url=url + "/v1", api_key="unused", max_retries=retries) as client:
            asked = [client.embeddings.create(model="mae-tiny", input=uris[0]) for _ in range(16)]
            return await asyncio.gather(*asked, return_exceptions=True)

    with served(UNMASK_QUEUE_ROWS="1", UNMASK_MAX_ROWS="1") as server:
        impatient = asyncio.run(crowd(server.url, 0))
        patient = asyncio.run(crowd(server.url, 20))
    refused = [answer for answer in impatient if isinstance(answer, Exception)]
    assert refused
    assert {type(refusal) for refusal in refused} == {openai.RateLimitError}
    assert all(int(refusal.response.headers["retry-after"]) >= 1 for refusal in refused)
    assert {refusal.type for refusal in refused} == {"rate_limit_error"}
    assert not [answer for answer in patient if isinstance(answer, Exception)]
