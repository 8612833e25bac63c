"""Makes the pictures of the page: small copies of photos/, and the first sight of it, which the bundled model painted.

    ./unmask serve &
    ./unmask python deploy/page_photos.py

With --readme it cuts photos/page.webp from a screenshot, which `mvn test -Dtest=LooksTest` takes.

The first sight is shown until the service has answered: original, masked, reconstruction, and reconstruction with the
visible patches, two by two in one file.
"""

import argparse
import io
import json
import pathlib
import urllib.request

from PIL import Image

ROOT = pathlib.Path(__file__).parent.parent
PAGE = ROOT / "src/main/resources/page/photos"
SIDE = 480
FIRST = "coffee"
QUESTION = "ratio=0.75&seed=2&preset=eval"  # as the page asks at first
SHOWN = 1172  # pixels of the screenshot, from its head
PANELS = ["original", "masked", "reconstruction", "combined"]


def copy(name: str) -> None:
    picture = Image.open(ROOT / f"photos/{name}.jpg")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    picture.save(PAGE / f"{name}.jpg", quality=86, optimize=True, progressive=True)


def panel(server: str, name: str) -> Image.Image:
    request = urllib.request.Request(
        f"{server}/v1/reconstruct?{QUESTION}&panels={name}",
        data=(PAGE / f"{FIRST}.jpg").read_bytes(),
        headers={"content-type": "image/jpeg", "accept": "image/png"},
    )
    with urllib.request.urlopen(request) as answer:
        return Image.open(io.BytesIO(answer.read()))


def first_sight(server: str) -> None:
    panels = [panel(server, name) for name in PANELS]
    width, height = panels[0].size
    sheet = Image.new("RGB", (2 * width, 2 * height))
    for i, picture in enumerate(panels):
        sheet.paste(picture, (i % 2 * width, i // 2 * height))
    sheet.save(PAGE / "first.webp", quality=82, method=6)


def readme() -> None:
    page = Image.open(ROOT / "target/page/reconstruct-1440-light.png").convert("RGB")
    page.crop((0, 0, page.width, SHOWN)).save(ROOT / "photos/page.webp", quality=82, method=6)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default="http://localhost:8000")
    parser.add_argument("--readme", action="store_true", help="cut photos/page.webp, and nothing else")
    given = parser.parse_args()
    if given.readme:
        readme()
        raise SystemExit
    for each in ("chelsea", "astronaut", "coffee", "rocket"):
        copy(each)
    first_sight(given.server)
    print(json.dumps({file.name: file.stat().st_size for file in sorted(PAGE.glob("*.*"))}))
