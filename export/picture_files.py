"""Picture files of every kind that the decoder should read, many of them kinds that Pillow itself does not write."""

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image


@dataclass
class Picture:
    """A file and how it is to be judged.

    oriented: it says how to turn it, so it is checked turned, too.
    high_byte: 16-bit grey, of which the high byte is wanted; Pillow clips it to white instead.
    """

    data: bytes
    oriented: bool = False
    high_byte: bool = False


def encode(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


# PNG ------------------------------------------------------------------------------------------------------------------

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pack(line: np.ndarray, depth: int) -> bytes:
    """Samples of 1 to 16 bits to bytes, the first in the highest bits."""
    if depth == 16:
        return line.astype(">u2").tobytes()
    bits = np.unpackbits(line.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - depth :]
    return np.packbits(bits.ravel()).tobytes()


def filtered(line: bytes, above: bytes, back: int, number: int) -> bytes:
    a = np.frombuffer(bytes(back) + line[:-back] if len(line) > back else bytes(len(line)), np.uint8).astype(int)
    b = np.frombuffer(above, np.uint8).astype(int)
    c = np.frombuffer(bytes(back) + above[:-back] if len(line) > back else bytes(len(line)), np.uint8).astype(int)
    p = a + b - c
    nearest = np.where(
        (abs(p - a) <= abs(p - b)) & (abs(p - a) <= abs(p - c)), a, np.where(abs(p - b) <= abs(p - c), b, c)
    )
    guess = [np.zeros_like(a), a, b, (a + b) // 2, nearest][number]
    return bytes([number]) + ((np.frombuffer(line, np.uint8) - guess) % 256).astype(np.uint8).tobytes()


def png(samples: np.ndarray, depth: int, color: int, interlaced: bool = False, chunks=(), pieces: int = 1) -> bytes:
    """samples: (height, width, channels); the filters take turns from line to line."""
    height, width, channels = samples.shape
    back = max(1, channels * depth // 8)
    raw = b""
    for left, top, step_x, step_y in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[top::step_y, left::step_x]
        above = bytes((part.shape[1] * channels * depth + 7) // 8)
        for y in range(part.shape[0] if part.shape[1] else 0):
            line = pack(part[y].ravel(), depth)
            raw += filtered(line, above, back, y % 5)
            above = line
    data = zlib.compress(raw, 9)
    size = -(-len(data) // pieces)
    body = b"".join(chunk(b"IDAT", data[i : i + size]) for i in range(0, len(data), size))
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + body + chunk(b"IEND", b"")


def pngs(photo: Image.Image, odd: Image.Image) -> dict[str, Picture]:
    rgb = np.asarray(odd).astype(np.uint16)
    grey = np.asarray(odd.convert("L")).astype(np.uint16)[..., None]
    alpha = grey[::-1]
    wide = rgb * 256 + rgb[::-1, ::-1]
    wide_grey = grey * 256 + grey[:, ::-1]
    palette = chunk(b"PLTE", bytes((i * 37 + 11 * c) % 256 for i in range(256) for c in range(3)))
    see_through = chunk(b"tRNS", bytes(range(0, 256, 2)))
    found = {}
    for interlaced in (False, True):
        way = "-interlaced" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            source = wide_grey >> (16 - depth)
            found[f"grey{depth}{way}.png"] = Picture(png(source, depth, 0, interlaced), high_byte=depth == 16)
        for depth in (1, 2, 4, 8):
            found[f"palette{depth}{way}.png"] = Picture(png(wide_grey >> (16 - depth), depth, 3, interlaced, [palette]))
        found[f"rgb8{way}.png"] = Picture(png(rgb, 8, 2, interlaced))
        found[f"rgb16{way}.png"] = Picture(png(wide, 16, 2, interlaced))
        found[f"grey-alpha8{way}.png"] = Picture(png(np.dstack([grey, alpha]), 8, 4, interlaced))
        found[f"grey-alpha16{way}.png"] = Picture(png(np.dstack([wide_grey, alpha * 257]), 16, 4, interlaced))
        found[f"rgba8{way}.png"] = Picture(png(np.dstack([rgb, alpha]), 8, 6, interlaced))
        found[f"rgba16{way}.png"] = Picture(png(np.dstack([wide, alpha * 257]), 16, 6, interlaced))
    found["palette-transparent.png"] = Picture(png(grey, 8, 3, False, [palette, see_through]))
    found["palette-short.png"] = Picture(png(grey // 16, 8, 3, False, [chunk(b"PLTE", bytes(range(30)))]))
    found["rgb-transparent-color.png"] = Picture(png(rgb, 8, 2, False, [chunk(b"tRNS", bytes([0, 9, 0, 9, 0, 9]))]))
    found["grey-transparent-level.png"] = Picture(png(grey, 8, 0, False, [chunk(b"tRNS", bytes([0, 90]))]))
    found["rgb-suggested-palette.png"] = Picture(png(rgb, 8, 2, False, [palette]))
    found["many-pieces.png"] = Picture(png(rgb, 8, 2, pieces=97))
    gamma = [chunk(b"gAMA", struct.pack(">I", 12345)), chunk(b"sRGB", b"\0")]
    found["gamma.png"] = Picture(png(rgb, 8, 2, False, gamma))
    for side in ((1, 1), (2, 2), (3, 5), (8, 1), (1, 9)):
        part = rgb[: side[1], : side[0]]
        found[f"interlaced-{side[0]}x{side[1]}.png"] = Picture(png(part, 8, 2, True))
    found["pillow-optimized.png"] = Picture(encode(photo, "PNG", optimize=True))
    found["pillow-quantized.png"] = Picture(encode(photo.quantize(23), "PNG"))
    found["exif.png"] = Picture(encode(odd, "PNG", exif=exif(6)), oriented=True)
    return found


# JPEG -----------------------------------------------------------------------------------------------------------------


def exif(orientation: int) -> bytes:
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def segments(jpeg: bytes) -> list[tuple[int, bytes]]:
    """(marker, whole segment) up to the scan, which comes last with all that follows."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found.append((jpeg[at + 1], jpeg[at : at + length]))
        at += length
    return [*found, (0xDA, jpeg[at:])]


def without(jpeg: bytes, *markers: int) -> bytes:
    return b"\xff\xd8" + b"".join(body for marker, body in segments(jpeg) if marker not in markers)


def patched(jpeg: bytes, wanted: int, offset: int, value: int) -> bytes:
    """One byte of the segments of a marker, counted from the marker itself, set to another value."""
    parts = segments(jpeg)
    changed = [
        body[:offset] + bytes([value]) + body[offset + 1 :] if marker == wanted else body for marker, body in parts
    ]
    return b"\xff\xd8" + b"".join(changed)


def sampled(image: Image.Image, across: int, down: int, **options) -> bytes:
    """A JPEG whose chroma is stored once for `across` x `down` pixels, as Pillow does not write it.

    The blocks of such a file are those of a file Pillow writes, in the same order, but the header calls them otherwise.
    So the picture is cut into macroblocks, these are laid out as Pillow takes them, and the header is changed at last.
    (Progressive files order the finer details otherwise: theirs end up in other places. The file is valid.)
    """
    blocks = across * down
    own_across, own_down = {2: (2, 1), 4: (2, 2)}[blocks]
    ycc = np.asarray(image.convert("YCbCr")).astype(int)
    rows, columns = image.height // (8 * down), image.width // (8 * across)
    laid = np.zeros((8 * own_down * rows * columns, 8 * own_across, 3), np.uint8)
    for i in range(rows * columns):
        y, x = i // columns * 8 * down, i % columns * 8 * across
        tile = ycc[y : y + 8 * down, x : x + 8 * across]
        luma = tile[..., 0].reshape(down, 8, across, 8).transpose(0, 2, 1, 3).reshape(own_down, own_across, 8, 8)
        chroma = tile[..., 1:].reshape(8, down, 8, across, 2).mean(axis=(1, 3)).round().astype(int)
        to = laid[i * 8 * own_down : (i + 1) * 8 * own_down]
        to[..., 0] = luma.transpose(0, 2, 1, 3).reshape(8 * own_down, 8 * own_across)
        to[..., 1:] = chroma.repeat(own_down, 0).repeat(own_across, 1)
    jpeg = encode(Image.fromarray(laid, "YCbCr"), "JPEG", subsampling={2: 1, 4: 2}[blocks], quality=90, **options)
    frame = 0xC2 if options.get("progressive") else 0xC0
    for offset, value in zip(range(5, 9), struct.pack(">HH", image.height, image.width), strict=True):
        jpeg = patched(jpeg, frame, offset, value)
    return patched(jpeg, frame, 11, across << 4 | down)


def jpegs(photo: Image.Image, odd: Image.Image) -> dict[str, Picture]:
    cmyk = odd.convert("CMYK")
    adobe = encode(cmyk, "JPEG", quality=92)
    full = encode(odd, "JPEG", subsampling=0, quality=90)
    found = {
        "grey.jpg": encode(odd.convert("L"), "JPEG", quality=85),
        "grey-progressive.jpg": encode(odd.convert("L"), "JPEG", quality=85, progressive=True),
        "cmyk.jpg": adobe,
        "cmyk-progressive.jpg": encode(cmyk, "JPEG", quality=80, progressive=True),
        "cmyk-without-adobe.jpg": without(adobe, 0xEE),
        "ycck.jpg": patched(adobe, 0xEE, 15, 2),
        "rgb.jpg": encode(odd, "JPEG", keep_rgb=True, quality=90),
        "rgb-by-names.jpg": without(encode(odd, "JPEG", keep_rgb=True, quality=90), 0xE0, 0xEE),
        "444-without-jfif.jpg": without(full, 0xE0),
        "420-without-jfif.jpg": without(encode(odd, "JPEG", quality=90), 0xE0),
        "444-named-from-0.jpg": named_from_zero(without(full, 0xE0)),
        "quality-1.jpg": encode(photo, "JPEG", quality=1),
        "quality-100.jpg": encode(odd, "JPEG", quality=100, subsampling=0),
        "optimized.jpg": encode(photo, "JPEG", optimize=True, quality=75),
        "restarts.jpg": encode(photo, "JPEG", restart_marker_blocks=3),
        "restarts-progressive.jpg": encode(photo, "JPEG", restart_marker_rows=1, progressive=True),
        "odd-profile.jpg": encode(odd, "JPEG", icc_profile=b"not a profile" * 9),
        "comment-and-density.jpg": encode(odd, "JPEG", comment=b"a comment", dpi=(7, 9)),
        "trailing-bytes.jpg": full + b"whatever follows",
        "padding-before-markers.jpg": full[:2] + b"\xff\xff" + full[2:],
    }
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        for way, options in (("", {}), ("-progressive", {"progressive": True})):
            for size in ((64, 48), (61, 47), (17, 33), (16, 8), (15, 1), (1, 15), (2, 2), (1, 1)):
                if way and size[0] < 60:
                    continue
                part = photo.resize(size, Image.Resampling.BICUBIC)
                jpeg = encode(part, "JPEG", subsampling=subsampling, quality=88, **options)
                found[f"{name}{way}-{size[0]}x{size[1]}.jpg"] = jpeg
    for name, across, down in (("440", 1, 2), ("411", 4, 1), ("141", 1, 4)):
        found[f"{name}.jpg"] = sampled(photo.resize((64, 96), Image.Resampling.BICUBIC), across, down)
        found[f"{name}-progressive.jpg"] = sampled(
            photo.resize((64, 96), Image.Resampling.BICUBIC), across, down, progressive=True
        )
    whole = encode(photo, "JPEG", quality=85, progressive=True)
    for scans in (1, 8):
        found[f"incomplete-progressive-{scans}.jpg"] = incomplete(whole, scans)
    pictures = {name: Picture(data) for name, data in found.items()}
    for orientation in range(1, 10):
        turned = encode(odd, "JPEG", exif=exif(orientation), quality=70)
        pictures[f"exif-{orientation}.jpg"] = Picture(turned, oriented=True)
    return pictures


def incomplete(progressive: bytes, scans: int) -> bytes:
    """Only the first scans, and then a proper end."""
    at = [i for i in range(len(progressive)) if progressive[i : i + 2] == b"\xff\xda"]
    return progressive[: progressive.rfind(b"\xff\xc4", at[scans - 1], at[scans])] + b"\xff\xd9"


def named_from_zero(jpeg: bytes) -> bytes:
    """The components called 0, 1, 2 rather than 1, 2, 3, in the frame and in the scan."""
    for offset, value in ((10, 0), (13, 1), (16, 2)):
        jpeg = patched(jpeg, 0xC0, offset, value)
    for offset, value in ((5, 0), (7, 1), (9, 2)):
        jpeg = patched(jpeg, 0xDA, offset, value)
    return jpeg


# GIF ------------------------------------------------------------------------------------------------------------------


def lzw(numbers: bytes, bits: int) -> bytes:
    """Without compression: every number is its own code, and the table is cleared before it grows."""
    clear, size = 1 << bits, bits + 1
    packed, count = 0, 0
    codes = []
    for i, number in enumerate(numbers):
        if i % max(1, clear - 2) == 0:
            codes.append(clear)
        codes.append(number)
    for code in [*codes, clear + 1]:
        packed |= code << count
        count += size
    return packed.to_bytes((count + 7) // 8, "little")


def gif(
    screen, box, numbers: bytes, palette: bytes | None, own: bytes | None = None, transparent=None, interlaced=False
):
    """screen: (width, height); box: (left, top, width, height)."""

    def flags(colors):
        return 0x80 | (len(colors) // 3).bit_length() - 2 if colors else 0

    control = b"" if transparent is None else b"!\xf9\x04" + bytes([1, 0, 0, transparent, 0])
    data = lzw(numbers, 8)
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", *screen, flags(palette), 3, 0)
        + (palette or b"")
        + b"!\xfe\x05hello\0"
        + control
        + b","
        + struct.pack("<HHHHB", *box, flags(own) | (0x40 if interlaced else 0))
        + (own or b"")
        + b"\x08"
        + blocks
        + b"\0;"
    )


def gifs(photo: Image.Image, odd: Image.Image) -> dict[str, Picture]:
    grey = np.asarray(odd.convert("L").resize((31, 21)))
    box = (5, 3, 31, 21)
    palette = bytes((i * 37 + 11 * c) % 256 for i in range(256) for c in range(3))
    other = palette[::-1]
    rows = [y for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(start, 21, step)]
    found = {
        "gif-pillow.gif": encode(photo.quantize(200), "GIF"),
        "gif-pillow-interlaced.gif": encode(photo.quantize(64), "GIF", interlace=1),
        "gif-pillow-transparent.gif": encode(odd.quantize(16), "GIF", transparency=3),
        "gif-two-colors.gif": encode(odd.convert("1"), "GIF"),
        "gif-animation.gif": encode(odd.quantize(31), "GIF", save_all=True, append_images=[odd.rotate(90).quantize(9)]),
        "gif-offset.gif": gif((45, 30), box, grey.tobytes(), palette),
        "gif-offset-transparent.gif": gif((45, 30), box, grey.tobytes(), palette, transparent=77),
        "gif-beyond-screen.gif": gif((20, 30), box, grey.tobytes(), palette),
        "gif-own-palette.gif": gif((45, 30), box, grey.tobytes(), palette, own=other),
        "gif-short-palette.gif": gif((45, 30), box, grey.tobytes(), palette[: 3 * 64]),
        "gif-without-palette.gif": gif((45, 30), box, grey.tobytes(), None),
        "gif-interlaced.gif": gif((36, 24), box, grey[rows].tobytes(), palette, interlaced=True),
        "gif-1x1.gif": encode(odd.crop((0, 0, 1, 1)).quantize(2), "GIF"),
        "gif-long-codes.gif": encode(photo.resize((128, 96)).quantize(256), "GIF"),
    }
    return {name: Picture(data) for name, data in found.items()}


# BMP ------------------------------------------------------------------------------------------------------------------


def bmp(width, height, bits, data, palette=b"", packing=0, masks=b"", colors=0, old=False) -> bytes:
    if old:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, len(data), 0, 0, colors, 0)
    offset = 14 + len(header) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header + masks + palette + data


def bmp_lines(samples: np.ndarray, bits: int) -> bytes:
    lines = [pack(line, bits) if bits < 8 else line.tobytes() for line in samples]
    return b"".join(line + bytes(-len(line) % 4) for line in lines)


def run_lengths(samples: np.ndarray, nibbles: bool) -> bytes:
    """Runs, a literal at the beginning of each line, ends of lines, the end."""
    data = b""
    for line in samples:
        literal = bytes(line[:5].tolist())
        packed = bytes(a << 4 | b for a, b in zip(literal[::2], literal[1::2] + b"\0", strict=True))
        body = packed if nibbles else literal
        data += bytes([0, 5]) + body + bytes(len(body) % 2)
        x = 5
        while x < len(line):
            run = 1
            while x + run < len(line) and run < 255 and line[x + run] == line[x]:
                run += 1
            value = int(line[x])
            data += bytes([run, value << 4 | value if nibbles else value])
            x += run
        data += b"\0\0"
    return data + b"\0\1"


def bmps(photo: Image.Image, odd: Image.Image) -> dict[str, Picture]:
    grey = np.asarray(odd.convert("L"))
    height, width = grey.shape
    palette = bytes((i * 37 + 11 * c) % 256 if c < 3 else 0 for i in range(256) for c in range(4))
    three = bytes((i * 37 + 11 * c) % 256 for i in range(256) for c in range(3))
    rgb = np.asarray(odd).astype(np.uint32)
    five = rgb[..., 0] >> 3 << 10 | rgb[..., 1] >> 3 << 5 | rgb[..., 2] >> 3
    six = rgb[..., 0] >> 3 << 11 | rgb[..., 1] >> 2 << 5 | rgb[..., 2] >> 3
    four = np.dstack([rgb[..., ::-1], rgb[..., :1]]).astype(np.uint8)
    masks = struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)
    masks565 = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    found = {
        "bmp-24.bmp": encode(odd, "BMP"),
        "bmp-grey.bmp": encode(odd.convert("L"), "BMP"),
        "bmp-two-colors.bmp": encode(odd.convert("1"), "BMP"),
        "bmp-palette.bmp": encode(photo.quantize(99), "BMP"),
        "bmp-rgba.bmp": encode(odd.convert("RGBA"), "BMP"),
        "bmp-top-down.bmp": bmp(width, -height, 24, bmp_lines(rgb.astype(np.uint8).reshape(height, -1), 24)),
        "bmp-palette8.bmp": bmp(width, height, 8, bmp_lines(grey, 8), palette),
        "bmp-palette4.bmp": bmp(width, height, 4, bmp_lines(grey >> 4, 4), palette[:64]),
        "bmp-palette1.bmp": bmp(width, height, 1, bmp_lines(grey >> 7, 1), palette[:8]),
        "bmp-palette-short.bmp": bmp(width, height, 8, bmp_lines(grey, 8), palette[:400], colors=100),
        "bmp-old-header.bmp": bmp(width, height, 8, bmp_lines(grey, 8), three, old=True),
        "bmp-555.bmp": bmp(width, height, 16, bmp_lines(five.astype("<u2"), 16)),
        "bmp-565.bmp": bmp(width, height, 16, bmp_lines(six.astype("<u2"), 16), packing=3, masks=masks565),
        "bmp-32.bmp": bmp(width, height, 32, bmp_lines(four.reshape(height, -1), 32)),
        "bmp-32-masks.bmp": bmp(width, height, 32, bmp_lines(four.reshape(height, -1), 32), packing=3, masks=masks),
        "bmp-runs8.bmp": bmp(width, height, 8, run_lengths(grey >> 5, False), palette, packing=1),
        "bmp-runs4.bmp": bmp(width, height, 4, run_lengths(grey >> 6, True), palette[:64], packing=2),
    }
    return {name: Picture(data) for name, data in found.items()}


# WebP -----------------------------------------------------------------------------------------------------------------


def webps(photo: Image.Image, odd: Image.Image) -> dict[str, Picture]:
    seen = odd.copy()
    seen.putalpha(odd.convert("L"))
    flat = odd.quantize(7).convert("RGB")
    found = {
        "webp-lossy.webp": encode(photo, "WEBP", quality=75),
        "webp-lossy-odd.webp": encode(odd, "WEBP", quality=60, method=6),
        "webp-lossy-alpha.webp": encode(seen, "WEBP", quality=50),
        "webp-lossy-grey.webp": encode(odd.convert("L"), "WEBP", quality=40),
        "webp-lossless.webp": encode(odd, "WEBP", lossless=True),
        "webp-lossless-fast.webp": encode(odd, "WEBP", lossless=True, method=0, quality=0),
        "webp-lossless-alpha.webp": encode(seen, "WEBP", lossless=True, exact=True),
        "webp-lossless-grey.webp": encode(odd.convert("L"), "WEBP", lossless=True, method=6, quality=100),
        "webp-lossless-palette.webp": encode(flat, "WEBP", lossless=True),
        "webp-lossless-two-colors.webp": encode(odd.convert("1").convert("RGB"), "WEBP", lossless=True),
        "webp-animation.webp": encode(odd, "WEBP", save_all=True, append_images=[odd.rotate(180)], quality=70),
        "webp-1x1.webp": encode(odd.crop((9, 9, 10, 10)), "WEBP"),
        "webp-profile.webp": encode(odd, "WEBP", quality=30, icc_profile=b"not a profile"),
    }
    for quality in (0, 25, 90, 100):
        for method in (0, 4):
            found[f"webp-quality{quality}-method{method}.webp"] = encode(odd, "WEBP", quality=quality, method=method)
    for size in ((17, 16), (16, 17), (3, 40), (40, 2)):
        found[f"webp-{size[0]}x{size[1]}.webp"] = encode(photo.resize(size), "WEBP", quality=80)
    pictures = {name: Picture(data) for name, data in found.items()}
    pictures["webp-exif.webp"] = Picture(encode(odd, "WEBP", exif=exif(5), quality=30), oriented=True)
    return pictures


# Sizes ----------------------------------------------------------------------------------------------------------------


def shapes(photo: Image.Image) -> dict[str, Picture]:
    """Sizes that are hard to resize: single lines, extreme aspects, both sides of Pillow's rule for very tall ones."""
    sizes = [
        (1, 1),
        (1, 300),
        (300, 1),
        (2, 300),
        (300, 2),
        (4, 500),
        (2, 201),
        (2, 200),
        (500, 4),
        (3, 2),
        (224, 224),
        (256, 256),
        (224, 100),
        (100, 224),
        (255, 257),
        (37, 91),
        (449, 23),
        (23, 449),
    ]
    found = {}
    for width, height in sizes:
        part = photo.resize((width, height), Image.Resampling.BICUBIC)
        kind = ("JPEG", "jpg") if width * height > 9000 else ("PNG", "png")
        found[f"shape-{width}x{height}.{kind[1]}"] = Picture(encode(part, kind[0]))
    noise = np.random.default_rng(7).integers(0, 2, (67, 93, 3), dtype=np.uint8) * 255
    found["extreme-noise.png"] = Picture(encode(Image.fromarray(noise), "PNG"))
    return found


def all_pictures(photos: Path) -> dict[str, Picture]:
    cat = Image.open(photos / "chelsea.jpg").convert("RGB")
    photo = cat.resize((96, 64), Image.Resampling.BICUBIC)
    odd = Image.open(photos / "rocket.jpg").convert("RGB").crop((170, 40, 520, 320)).resize((61, 47))
    return {
        **pngs(photo, odd),
        **jpegs(photo, odd),
        **gifs(photo, odd),
        **bmps(photo, odd),
        **webps(photo, odd),
        **shapes(cat),
    }
