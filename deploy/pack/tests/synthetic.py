"""A CUDA library in small: sections, wrappers and containers as nvcc lays them out, and code that is random bytes."""

import random
import struct

from deploy.pack import code

BASE = 0x1000  # where the file is mapped: addresses differ from places in the file
PTX, ELF = 1, 2


def raw_code(arch, size=4096):
    """Bytes that compress somewhat, as code does."""
    return random.Random(arch).choices(b"\x00\x01\x02\x7f", k=size)


def entry(kind, arch, zstd=None):
    raw = bytes(raw_code(arch))
    payload = zstd.compress(raw) if zstd else raw
    head = bytearray(64)
    padded = payload + bytes(-len(payload) % 8)
    struct.pack_into("<HHIQI", head, 0, kind, 257, len(head), len(padded), len(payload) if zstd else 0)
    struct.pack_into("<I", head, 0x1C, arch)
    struct.pack_into("<Q", head, 0x38, len(raw))
    return bytes(head) + padded


def container(*entries):
    return struct.pack("<IHHQ", 0xBA55ED50, 1, 16, sum(map(len, entries))) + b"".join(entries)


def cubin(arch, machine=190):
    """An ELF file of one architecture: a header, code, and no section after it but the table's one entry."""
    image = bytearray(b"\x7fELF\x02\x01".ljust(64, b"\0")) + bytes(raw_code(arch, 200)) + b"section " * 8
    struct.pack_into("<H", image, 0x12, machine)
    struct.pack_into("<QI", image, 0x28, len(image) - 64, arch << 16 | 0x0500 | arch)
    struct.pack_into("<HHHH", image, 0x36, 0, 0, 64, 1)
    return bytes(image)


def library(*containers, needed=("libcudart.so.13",), constants=b"constants", wrapped=None):
    """`wrapped`: places of the containers that host code knows, instead of all of them."""
    fatbin, places = b"", []
    for part in containers:
        fatbin += bytes(-len(fatbin) % 16)
        places.append(len(fatbin))
        fatbin += part
    names = b"\0" + b"".join(name.encode() + b"\0" for name in needed)
    dynamic = b"".join(struct.pack("<QQ", 1, names.index(name.encode())) for name in needed) + bytes(16)
    parts = {".dynstr": names, ".dynamic": dynamic, ".nv_fatbin": fatbin, ".rodata": constants}
    starts, image = {}, bytearray(64)
    for name, content in parts.items():
        image += bytes(-len(image) % 16)
        starts[name] = len(image)
        image += content
    known = [starts[".nv_fatbin"] + place for place in (places if wrapped is None else wrapped)]
    wrappers = len(image) + BASE
    parts[".nvFatBinSegment"] = b"".join(struct.pack("<IIQQ", 0x466243B1, 1, 0, 0) for _ in known)
    parts[".rela.dyn"] = b"".join(
        struct.pack("<QQq", wrappers + 24 * i + 8, 8, place + BASE) for i, place in enumerate(known)
    )
    parts[".shstrtab"] = b"\0" + b"\0".join(name.encode() for name in [*parts, ".shstrtab"]) + b"\0"
    for name in (".nvFatBinSegment", ".rela.dyn", ".shstrtab"):
        starts[name] = len(image)
        image += parts[name]
    heads = [bytes(64)]
    for name, content in parts.items():
        label = parts[".shstrtab"].index(name.encode() + b"\0")
        place = struct.pack("<QQQ", starts[name] + BASE, starts[name], len(content))
        heads.append(struct.pack("<IIQ", label, 1, 0) + place + bytes(24))
    image[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<Q", image, 0x28, len(image))
    struct.pack_into("<HHH", image, 0x3A, 64, len(heads), len(heads) - 1)
    return image + b"".join(heads)


def compressed_library(*archs, count=3):
    zstd = code.Zstd()
    return library(*[container(*[entry(ELF, arch, zstd) for arch in archs]) for _ in range(count)])
