"""The GPU code inside a CUDA library, and its reduction to one architecture.

The section .nv_fatbin holds containers, each with the same functions compiled for several architectures:

    container   u32 magic, u16 version, u16 size of this header, u64 size of what follows; entries
    entry       u16 kind (1 PTX, 2 ELF), u16 version, u32 size of this header, u64 size of the payload, u32 size of the
                compressed code; at 0x1c u32 architecture; at 0x38 u64 size of the code; the payload

Host code knows a container only by the address of its first byte, from a wrapper in .nvFatBinSegment. So the entries
that stay move to the front of their container, whose size then says so, and the rest becomes zeros: no address in the
library changes, and the file, while as long as before, compresses to what is left in it. The same becomes of cubins,
code for one architecture without a container, that host code holds among its constants.
"""

import struct
from typing import NamedTuple

from deploy.pack import Refusal
from deploy.pack.elf import sections

CONTAINER = 0xBA55ED50
WRAPPER = 0x466243B1
PTX, ELF = 1, 2
RELATIVE = 8  # R_X86_64_RELATIVE
CUDA_MACHINE = 190  # EM_CUDA


class Entry(NamedTuple):
    kind: int
    arch: int
    start: int
    head: int
    size: int  # of the payload; with the head, of the entry
    packed: int  # of the compressed code, 0 if it is not compressed
    raw: int  # of the code

    @property
    def code(self):
        return self.start + self.head

    @property
    def end(self):
        return self.code + self.size


class Container(NamedTuple):
    start: int
    head: int
    size: int  # of all entries
    entries: list
    limit: int = 0  # where the next begins, or the section ends

    @property
    def first(self):
        return self.start + self.head

    @property
    def end(self):
        return self.first + self.size


class Count(NamedTuple):
    kept: int  # entries
    dropped: int
    foreign: int  # containers without code for the architecture, left as they are


def containers(library):
    """The containers in a library, which must be just those that its host code knows."""
    found = sections(library)
    if ".nv_fatbin" not in found:
        raise Refusal("a library without GPU code")
    section = found[".nv_fatbin"]
    read = list(_containers(library, section.start, section.start + section.size))
    addresses = sorted(section.address + container.start - section.start for container in read)
    if addresses != sorted(_known(library, found)):
        raise Refusal("GPU code in a form that is not known here: host code points elsewhere than to the containers")
    limits = [*(container.start for container in read[1:]), section.start + section.size]
    return [container._replace(limit=limit) for container, limit in zip(read, limits, strict=True)]


def prune(library, arch):
    """Keeps only what a card of this architecture (90 for sm_90) would choose from. `library` is changed in place."""
    kept = dropped = foreign = 0
    for container in containers(library):
        keep = _choice(container.entries, arch)
        if not keep:
            foreign += 1
            continue
        entries = b"".join(bytes(library[entry.start : entry.end]) for entry in keep)
        library[container.first : container.end] = entries.ljust(container.size, b"\0")
        struct.pack_into("<Q", library, container.start + 8, len(entries))
        kept += len(keep)
        dropped += len(container.entries) - len(keep)
    if not kept:
        raise Refusal(f"the library has no GPU code for architecture {arch}")
    for start, size, theirs in _cubins(library):
        if theirs // 10 != arch // 10:  # code runs within its generation
            library[start : start + size] = bytes(size)
    return Count(kept, dropped, foreign)


def _choice(entries, arch):
    exact = [entry for entry in entries if entry.kind == ELF and entry.arch == arch]
    older = [e for e in entries if e.kind == ELF and e.arch // 10 == arch // 10 and e.arch < arch]
    ptx = [entry for entry in entries if entry.kind == PTX and entry.arch <= arch]
    return exact or older or ptx


def _containers(library, start, end):
    magic = struct.pack("<I", CONTAINER)
    while True:
        found = library.find(magic, start, end)
        if library[start : end if found < 0 else found].strip(b"\0"):
            raise Refusal(f"GPU code in a form that is not known here: no container at {start:#x}")
        if found < 0:
            return
        _magic, _version, head, size = struct.unpack_from("<IHHQ", library, found)
        start = found + head + size
        if start > end:
            raise Refusal(f"GPU code in a form that is not known here: the container at {found:#x} is too long")
        yield Container(found, head, size, list(_entries(library, found + head, start)))


def _entries(library, start, end):
    while start < end:
        kind, _version, head, size, packed = struct.unpack_from("<HHIQI", library, start)
        (arch,) = struct.unpack_from("<I", library, start + 0x1C)
        (raw,) = struct.unpack_from("<Q", library, start + 0x38)
        entry = Entry(kind, arch, start, head, size, packed, raw)
        if kind not in (PTX, ELF) or head < 0x40 or entry.end > end:
            raise Refusal(f"GPU code in a form that is not known here: a bad entry at {start:#x}")
        yield entry
        start = entry.end


def _cubins(library):
    """Place, size and architecture of each whole ELF file for a GPU among the constants."""
    constants = sections(library).get(".rodata", (0, 0, 0))
    place, end = constants[1], constants[1] + constants[2]
    while (place := library.find(b"\x7fELF\x02\x01", place, end)) >= 0:
        (machine,) = struct.unpack_from("<H", library, place + 0x12)
        programs, parts = struct.unpack_from("<QQ", library, place + 0x20)
        (flags,) = struct.unpack_from("<I", library, place + 0x30)
        program_size, program_count, part_size, part_count = struct.unpack_from("<HHHH", library, place + 0x36)
        size = max(programs + program_size * program_count, parts + part_size * part_count)
        if machine == CUDA_MACHINE and size <= end - place:
            yield place, size, flags & 0xFF
        place += 6


def _known(library, found):
    """The addresses in the wrappers. They are relocated, so that the library may be loaded anywhere."""
    wrappers, relocations = found[".nvFatBinSegment"], found[".rela.dyn"]
    targets = {
        place: addend
        for place, kind, addend in struct.iter_unpack(
            "<QQq", library[relocations.start : relocations.start + relocations.size]
        )
        if kind & 0xFFFFFFFF == RELATIVE and 0 <= place - wrappers.address < wrappers.size
    }
    for i in range(0, wrappers.size, 24):
        magic, _version, data, _more = struct.unpack_from("<IIQQ", library, wrappers.start + i)
        if magic != WRAPPER or wrappers.address + i + 16 in targets:
            raise Refusal(f"GPU code in a form that is not known here: wrapper {i // 24}")
        yield targets.get(wrappers.address + i + 8, data)
