"""The code of a pruned library without its compression, which is poor, so that xz can do better; and back.

A library compresses each piece of code by itself with zstd. Together and with xz, they take half as much.
"""

import ctypes
import struct
from typing import NamedTuple

from deploy.pack import Refusal

MAGIC = bytes.fromhex("28b52ffd")
LEVEL = 6


class Piece(NamedTuple):
    container: int  # where it starts in the library
    entry: int
    head: int  # bytes of the entry before its payload
    room: int  # bytes for the entry
    raw: int  # bytes of the code


class Zstd:
    def __init__(self, library="libzstd.so.1"):
        try:
            self._zstd = ctypes.CDLL(str(library))
        except OSError as e:
            raise Refusal(f"zstd's library cannot be loaded: {e} ('apt-get install libzstd1')") from None
        self._zstd.ZSTD_compressBound.restype = ctypes.c_size_t
        self._zstd.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
        for function in (self._zstd.ZSTD_compress, self._zstd.ZSTD_decompress):
            function.restype = ctypes.c_size_t
        buffers = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
        self._zstd.ZSTD_compress.argtypes = [*buffers, ctypes.c_int]
        self._zstd.ZSTD_decompress.argtypes = buffers

    def compress(self, code):
        frame = ctypes.create_string_buffer(self._zstd.ZSTD_compressBound(len(code)))
        size = self._zstd.ZSTD_compress(frame, len(frame), code, len(code), LEVEL)
        if size > len(frame):  # an error's number
            raise Refusal("zstd could not compress a piece of GPU code")
        return ctypes.string_at(frame, size)

    def uncompress(self, frame, size):
        code = ctypes.create_string_buffer(size)
        if self._zstd.ZSTD_decompress(code, size, frame, len(frame)) != size:
            raise Refusal("zstd could not read a piece of GPU code")
        return ctypes.string_at(code, size)


def take_out(library, containers, file, zstd):
    """Moves code from `library`, changed in place, to `file`, if it will surely fit again; returns the pieces."""
    pieces = []
    for container in containers:
        entry, room = container.entries[0], container.limit - container.first
        frame = bytes(library[entry.code : entry.code + entry.packed])
        # Another version of zstd may compress a little worse.
        if len(container.entries) > 1 or frame[:4] != MAGIC or entry.head + entry.size * 2 > room:
            continue
        code = zstd.uncompress(frame, entry.raw)
        file.write(code)
        library[entry.code : entry.end] = bytes(entry.size)
        pieces.append(Piece(container.start, entry.start, entry.head, room, entry.raw))
    return pieces


def put_back(library, pieces, file, zstd):
    for piece in pieces:
        frame = zstd.compress(file.read(piece.raw))
        payload = frame + bytes(-len(frame) % 8)
        if piece.head + len(payload) > piece.room:
            raise Refusal(f"a piece of GPU code needs {len(payload)} bytes, {piece.room - piece.head} are there")
        code = piece.entry + piece.head
        library[code : code + len(payload)] = payload
        struct.pack_into("<QI", library, piece.entry + 8, len(payload), len(frame))
        struct.pack_into("<Q", library, piece.container + 8, piece.head + len(payload))
