"""What is read here of a shared library for 64-bit Linux: where its sections lie, which libraries it needs."""

import mmap
import struct
from typing import NamedTuple

from deploy.pack import Refusal

NEEDED = 1  # DT_NEEDED


class Section(NamedTuple):
    address: int
    start: int  # in the file
    size: int


def sections(library):
    if library[:6] != b"\x7fELF\x02\x01":
        raise Refusal("not a shared library of 64-bit Linux")
    (table,) = struct.unpack_from("<Q", library, 0x28)
    size, count, names = struct.unpack_from("<HHH", library, 0x3A)
    heads = [struct.unpack_from("<IIQQQQ", library, table + i * size) for i in range(count)]
    strings = heads[names][4]
    return {_text(library, strings + name): Section(*place) for name, _kind, _flags, *place in heads}


def needed(file):
    """The libraries that the one in this file is loaded with."""
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as library:
        found = sections(library)
        dynamic, strings = found[".dynamic"], found[".dynstr"]
        entries = struct.iter_unpack("<QQ", library[dynamic.start : dynamic.start + dynamic.size])
        return [_text(library, strings.start + value) for tag, value in entries if tag == NEEDED]


def _text(library, start):
    return bytes(library[start : library.find(b"\0", start)]).decode()
