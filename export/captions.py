"""Draw the characters of the captions: `python -m export.captions src/main/resources/dev/unmask/image`.

Pillow carries Aileron (CC0) in a subset that lacks two of the characters wanted; these are drawn from their nearest
kin. Each sheet is a line of characters, white on black, each as wide as it advances; the topmost line of pixels is
white where a character begins.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CHARACTERS = "".join(chr(code) for code in range(ord(" "), ord("~") + 1)) + "·×–…"
SIZES = {"title": 15, "footer": 13}
SUPERSAMPLE = 8


def glyph(character: str, size: int) -> Image.Image:
    """A character in its cell, which is as wide as the character advances."""
    font = ImageFont.load_default(size)
    width = round(font.getlength({"×": "+", "–": "o"}.get(character, character)))
    cell = Image.new("L", (width, sum(font.getmetrics())))
    if character in "×–":
        return drawn(character, cell, font)
    ImageDraw.Draw(cell).text((0, 0), character, fill=255, font=font)
    return cell


def drawn(character: str, cell: Image.Image, font: ImageFont.FreeTypeFont) -> Image.Image:
    """× is a + turned, – a wider hyphen: strokes of the weight that + has."""
    left, top, right, bottom = (SUPERSAMPLE * edge for edge in font.getbbox("+"))
    middle = (top + bottom) / 2
    large = Image.new("L", (cell.width * SUPERSAMPLE, cell.height * SUPERSAMPLE))
    pen = ImageDraw.Draw(large)
    stroke = round(font.size * SUPERSAMPLE / 11)
    if character == "–":
        pen.rectangle((SUPERSAMPLE, middle - stroke / 2, large.width - SUPERSAMPLE, middle + stroke / 2), fill=255)
    else:
        center, reach = large.width / 2, (right - left) * 0.31
        for sign in (1, -1):
            ends = (center - reach, middle - sign * reach, center + reach, middle + sign * reach)
            pen.line(ends, fill=255, width=stroke)
    return large.reduce(SUPERSAMPLE)


def sheet(size: int) -> Image.Image:
    glyphs = [glyph(character, size) for character in CHARACTERS]
    image = Image.new("L", (sum(cell.width for cell in glyphs), glyphs[0].height + 1))
    left = 0
    for cell in glyphs:
        image.putpixel((left, 0), 255)
        image.paste(cell, (left, 1))
        left += cell.width
    return image


def main(folder: str) -> None:
    for name, size in SIZES.items():
        sheet(size).save(Path(folder) / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
