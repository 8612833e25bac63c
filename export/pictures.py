"""Write the pictures that the decoder and the presets are tested with: `python -m export.pictures FOLDER`.

FOLDER/pictures holds the files, golden.json what Pillow and torchvision make of them: the SHA-256 of the decoded RGB,
of the picture as each preset gives it, and of the normalised tensor. FOLDER/expected holds the decoded RGB itself,
gzipped and named by its digest, so that a test that fails can say by how much. FOLDER/costly.jpg is for floods.
"""

import gzip
import hashlib
import io
import json
import sys
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from torchvision import transforms

from export import picture_files as files

PHOTOS = Path(__file__).parent.parent / "photos"
BICUBIC = transforms.InterpolationMode.BICUBIC
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
# (height, width)
SIZES = [(224, 224), (96, 64), (33, 57)]
EVAL_SIDES = [224, 96, 240]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def margin(side: int) -> int:
    """What the paper's evaluation resizes the shorter side to."""
    return int(side / (224 / 256 if side <= 224 else 1.0))


def evaluation(side: int) -> list:
    return [transforms.Resize(margin(side), interpolation=BICUBIC), transforms.CenterCrop(side)]


def presets(image: Image.Image) -> list[dict]:
    """The digest of the picture as each preset gives it, at several sizes."""
    found = []

    def add(name: str, given: Image.Image) -> None:
        found.append({"name": name, "height": given.height, "width": given.width, "digest": digest(given.tobytes())})

    for height, width in SIZES:
        add("demo", image.resize((width, height), Image.Resampling.BICUBIC))
        add("hf", image.resize((width, height), Image.Resampling.BILINEAR))
    for side in EVAL_SIDES:
        add("eval", transforms.Compose(evaluation(side))(image))
    return found


def normalized(image: Image.Image) -> str:
    steps = [*evaluation(224), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    return digest(transforms.Compose(steps)(image).numpy().tobytes())


def decode(data: bytes, picture: files.Picture) -> Image.Image:
    opened = Image.open(io.BytesIO(data))
    if picture.high_byte:
        return Image.fromarray((np.asarray(opened) >> 8).astype(np.uint8)).convert("RGB")
    return opened.convert("RGB")


def entry(data: bytes, picture: files.Picture) -> tuple[dict, bytes]:
    image = decode(data, picture)
    pixels = image.tobytes()
    found = {
        "width": image.width,
        "height": image.height,
        "decoded": digest(pixels),
        "presets": presets(image),
        "normalized": normalized(image),
    }
    if picture.oriented:
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        found["upright"] = {"width": upright.width, "height": upright.height, "decoded": digest(upright.tobytes())}
    return found, pixels


def costly() -> bytes:
    """8 megapixels in 100 kB, of the kind that takes most memory for each pixel to decode."""
    file = io.BytesIO()
    picture = Image.new("CMYK", (4000, 2000), (90, 120, 40, 10))
    picture.save(file, "JPEG", quality=50, progressive=True, subsampling=0, optimize=True)
    return file.getvalue()


def main(folder: str) -> None:
    warnings.filterwarnings("ignore", "Palette images with Transparency")
    target = Path(folder)
    for part in ("pictures", "expected"):
        (target / part).mkdir(parents=True, exist_ok=True)
        for old in (target / part).iterdir():
            old.unlink()
    (target / "costly.jpg").write_bytes(costly())
    golden = {}
    for name, picture in files.all_pictures(PHOTOS).items():
        (target / "pictures" / name).write_bytes(picture.data)
        golden[f"pictures/{name}"], pixels = entry(picture.data, picture)
        kept = target / "expected" / f"{digest(pixels)[:16]}.gz"
        kept.write_bytes(gzip.compress(pixels, 9, mtime=0))
    for photo in sorted(PHOTOS.glob("*.jpg")):
        golden[f"photos/{photo.name}"], _ = entry(photo.read_bytes(), files.Picture(b""))
    (target / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
    print(f"{len(golden)} pictures")


if __name__ == "__main__":
    main(sys.argv[1])
