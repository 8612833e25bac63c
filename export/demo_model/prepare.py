"""Collects the training photos: wallpapers that Debian ships under free licences, made small.

    python -m export.demo_model.prepare photos.tar    # 1600 x 1200, about 30 MB

README.md names the packages that hold them.
"""

import argparse
import io
import tarfile
from pathlib import Path

from PIL import Image, ImageOps

FOLDERS = [Path("/usr/share/wallpapers"), Path("/usr/share/backgrounds")]
KINDS = {".jpg", ".jpeg", ".png", ".webp"}
CANVAS = (1600, 1200)
LEAST = 500  # pixels of the shorter side


def pictures(folders):
    """Every picture once, with where it was found."""
    seen = set()
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix.lower() not in KINDS or "screenshot" in path.name or "preview" in path.name:
            continue
        try:
            picture = Image.open(path).convert("RGB")
        except OSError:
            continue
        thumbnail = picture.resize((16, 16)).tobytes()  # the same picture comes in several sizes
        if min(picture.size) >= LEAST and thumbnail not in seen:
            seen.add(thumbnail)
            yield path, ImageOps.fit(picture, CANVAS, Image.Resampling.BICUBIC)


def add(tar, name, picture, quality):
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    entry = tarfile.TarInfo(name)
    entry.size = data.tell()
    data.seek(0)
    tar.addfile(entry, data)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="the tar file to write")
    parser.add_argument("--folders", type=Path, nargs="+", default=FOLDERS, help="where pictures are looked for")
    parser.add_argument("--quality", type=int, default=88, help="of the JPEGs")
    args = parser.parse_args(argv)
    Image.MAX_IMAGE_PIXELS = None  # wallpapers are large, and these are trusted
    count = 0
    with tarfile.open(args.out, "w") as tar:
        for path, picture in pictures(args.folders):
            add(tar, f"{count:04d}-{path.stem}.jpg", picture, args.quality)
            count += 1
    print(f"{count} pictures, {args.out.stat().st_size // 1_000_000} MB")


if __name__ == "__main__":
    main()
