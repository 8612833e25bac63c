"""Ask a running `./unmask serve` for embeddings through OpenAI's client.

./unmask python clients/openai_embeddings.py photos/*.jpg
"""

import base64
import mimetypes
import sys
from pathlib import Path

from openai import OpenAI


def data_uri(file):
    kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(Path(file).read_bytes()).decode()}"


def main(files):
    client = OpenAI(base_url="http://localhost:8000/v1", api_key="unused")
    model = client.models.list().data[0].id
    answer = client.embeddings.create(
        model=model,
        input=[data_uri(file) for file in files],
        extra_body={"normalize": True},  # not part of OpenAI's API
    )
    vectors = [item.embedding for item in answer.data]
    print(f"{model}: {len(vectors)} vectors of {len(vectors[0])}, {answer.usage.total_tokens} tokens")
    for file, vector in zip(files, vectors, strict=True):
        print(file, " ".join(f"{value:+.4f}" for value in vector[:4]), "...")


if __name__ == "__main__":
    main(sys.argv[1:] or ["photos/chelsea.jpg", "photos/coffee.jpg"])
