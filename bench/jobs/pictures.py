"""Many pictures as people have them: photos, and crops of them in the sizes and qualities of cameras and the web."""

import random
from multiprocessing import Pool

from PIL import Image

from bench.environment import ROOT

PHOTOS = [ROOT / "photos" / name for name in ("astronaut.jpg", "chelsea.jpg", "coffee.jpg", "rocket.jpg")]
SIZES = [(320, 240), (500, 375), (500, 333), (375, 500), (640, 480)]


def make(folder, count):
    """`count` JPEG files in `folder`, in subfolders of 1000; those that are there are kept."""
    with Pool() as workers:
        workers.starmap(picture, [(folder, number) for number in range(count)], chunksize=50)


def picture(folder, number):
    file = folder / f"{number // 1000:03}" / f"{number:06}.jpg"
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    if number % 100 < len(PHOTOS):  # the photos themselves
        file.write_bytes(PHOTOS[number % 100].read_bytes())
        return
    draw = random.Random(number)
    with Image.open(draw.choice(PHOTOS)) as photo:
        width, height = draw.choice(SIZES)
        side = draw.uniform(0.4, 1)
        w, h = side * photo.width, side * photo.height
        x, y = draw.uniform(0, photo.width - w), draw.uniform(0, photo.height - h)
        crop = photo.convert("RGB").resize((width, height), Image.BICUBIC, box=(x, y, x + w, y + h))
    if draw.random() < 0.5:
        crop = crop.transpose(Image.FLIP_LEFT_RIGHT)
    crop.save(file, quality=draw.choice([75, 85, 92]))
