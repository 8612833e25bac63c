"""GPU code for one architecture: what stays is whole, what refers to it still does, what is unknown is refused."""

import os
from pathlib import Path

import pytest
import synthetic
from synthetic import ELF, PTX, container, entry

from deploy.pack import Refusal, code, elf, fatbin

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unmask"


def architectures(library):
    return [[(e.kind, e.arch) for e in c.entries] for c in fatbin.containers(library)]


def test_keeps_only_the_entries_of_one_architecture():
    library = synthetic.library(*[container(*[entry(ELF, arch) for arch in (75, 90, 120)])] * 2)
    assert fatbin.prune(library, 90) == (2, 4, 0)
    assert architectures(library) == [[(ELF, 90)]] * 2


def test_moves_nothing_that_has_an_address():
    library = synthetic.library(*[container(*[entry(ELF, arch) for arch in (75, 90)])] * 3)
    before, pruned = bytes(library), library
    fatbin.prune(pruned, 90)
    assert len(pruned) == len(before)
    assert [c.start for c in fatbin.containers(pruned)] == [c.start for c in fatbin.containers(before)]
    code_section = elf.sections(before)[".nv_fatbin"]
    assert pruned[: code_section.start] == before[: code_section.start]
    assert pruned[code_section.start + code_section.size :] == before[code_section.start + code_section.size :]


def test_what_stays_is_the_code_as_it_was():
    library = synthetic.library(container(entry(ELF, 75), entry(ELF, 90)))
    fatbin.prune(library, 90)
    (only,) = fatbin.containers(library)[0].entries
    assert library[only.code : only.end] == bytes(synthetic.raw_code(90))


def test_what_is_dropped_becomes_zeros():
    library = synthetic.library(container(entry(ELF, 75), entry(ELF, 90)))
    end = fatbin.containers(library)[0].end
    fatbin.prune(library, 90)
    assert not any(library[fatbin.containers(library)[0].end : end])


def test_whole_cubins_of_other_generations_become_zeros():
    constants = [b"a string", synthetic.cubin(80), synthetic.cubin(90), b"another", synthetic.cubin(75, machine=62)]
    library = synthetic.library(container(entry(ELF, 90)), constants=b"".join(constants))
    fatbin.prune(library, 90)
    place = elf.sections(library)[".rodata"]
    left = [constants[0], bytes(len(constants[1])), *constants[2:]]
    assert library[place.start : place.start + place.size] == b"".join(left)


@pytest.mark.parametrize(
    ("offered", "kept"),
    [
        ([(ELF, 80), (ELF, 86), (PTX, 80)], (ELF, 86)),  # the very one
        ([(ELF, 75), (ELF, 80), (PTX, 75)], (ELF, 80)),  # an older one of its generation
        ([(ELF, 75), (ELF, 90), (PTX, 80)], (PTX, 80)),  # what the driver compiles
    ],
)
def test_keeps_what_the_driver_would_choose(offered, kept):
    library = synthetic.library(container(*[entry(*one) for one in offered]))
    fatbin.prune(library, 86)
    assert architectures(library) == [[kept]]


def test_leaves_a_container_for_other_cards_alone():
    library = synthetic.library(container(entry(ELF, 90)), container(entry(ELF, 120)))
    assert fatbin.prune(library, 90) == (1, 0, 1)
    assert architectures(library) == [[(ELF, 90)], [(ELF, 120)]]


def test_refuses_an_architecture_that_the_library_lacks():
    with pytest.raises(Refusal, match="no GPU code for architecture 61"):
        fatbin.prune(synthetic.library(container(entry(ELF, 90))), 61)


@pytest.mark.parametrize("wrapped", [[], [8]])
def test_refuses_code_that_host_code_finds_in_another_way(wrapped):
    with pytest.raises(Refusal, match="elsewhere"):
        fatbin.prune(synthetic.library(container(entry(ELF, 90)), wrapped=wrapped), 90)


@pytest.mark.parametrize(
    "broken",
    [
        b"code without a container",
        container(entry(ELF, 90))[:-8],
        container(entry(7, 90)),
        container(entry(ELF, 90)[:-8]),
    ],
)
def test_refuses_what_it_does_not_know(broken):
    with pytest.raises(Refusal, match="not known here"):
        fatbin.prune(synthetic.library(broken), 90)


def test_refuses_what_is_no_library():
    with pytest.raises(Refusal, match="not a shared library"):
        fatbin.prune(bytearray(b"#!/bin/sh"), 90)


def test_code_taken_out_and_put_back_is_the_same_code(tmp_path):
    library, zstd = synthetic.compressed_library(75, 90, 120), code.Zstd()
    fatbin.prune(library, 90)
    put_back(library, tmp_path / "code", zstd, expected=3)
    for one in fatbin.containers(library):
        (piece,) = one.entries
        assert zstd.uncompress(bytes(library[piece.code : piece.code + piece.packed]), piece.raw) == bytes(
            synthetic.raw_code(90)
        )


def test_code_that_may_not_fit_again_stays(tmp_path):
    library = synthetic.compressed_library(90)  # no room was freed
    with open(tmp_path / "code", "wb") as taken:
        assert code.take_out(library, fatbin.containers(library), taken, code.Zstd()) == []


@pytest.mark.skipif(not list(CACHE.glob("*-cuda13")), reason="needs ./unmask natives --cuda 13")
def test_the_real_library_keeps_its_code(tmp_path):
    (file,) = CACHE.glob("*-cuda13/libonnxruntime_providers_cuda.so")
    library, zstd = bytearray(file.read_bytes()), code.Zstd()
    whole = digests(library, zstd)
    count = fatbin.prune(library, 90)
    assert count.kept > 250
    put_back(library, tmp_path / "code", zstd, expected=count.kept * 9 // 10)
    for mine, theirs in zip(digests(library, zstd), whole, strict=True):
        assert mine <= theirs
        assert {arch for arch, _ in mine} == {90} or mine == theirs


def put_back(library, file, zstd, expected):
    with open(file, "wb") as taken:
        pieces = code.take_out(library, fatbin.containers(library), taken, zstd)
    assert len(pieces) >= expected
    with open(file, "rb") as taken:
        code.put_back(library, pieces, taken, zstd)
        assert not taken.read(1)


def digests(library, zstd):
    """For each container, its architectures and the digests of their code."""
    return [
        {(e.arch, hash(zstd.uncompress(bytes(library[e.code : e.code + e.packed]), e.raw))) for e in c.entries}
        for c in fatbin.containers(library)
    ]
