"""Messages to bytes and back: JSON by msgspec, zstd where both sides know it, gzip otherwise."""

import gzip
import io
import zlib
from typing import Any, Final, TypeVar

import msgspec
import zstandard

from sync.protocol.messages import MAX_UNPACKED

ENCODINGS: Final = ("zstd", "gzip")
"""What `Accept-Encoding` offers, best first."""

SMALL: Final = 400
"""Below this many bytes a message travels as it is."""

T = TypeVar("T")
_encoder: Final = msgspec.json.Encoder()


class BadMessage(ValueError):
    """The bytes are not the message they should be."""


def encode(message: msgspec.Struct) -> bytes:
    """The message as JSON."""
    return _encoder.encode(message)


def decode(data: bytes, kind: type[T]) -> T:
    """The message in `data`. Raises BadMessage."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError) as error:
        raise BadMessage(str(error)) from error


def choose_encoding(accepted: str) -> str:
    """The best encoding named in an `Accept-Encoding` header, or "" for none."""
    offered = {part.split(";")[0].strip().lower() for part in accepted.split(",")}
    return next((encoding for encoding in ENCODINGS if encoding in offered), "")


def compress(data: bytes, encoding: str) -> tuple[bytes, str]:
    """`data` packed, and the `Content-Encoding` it now has ("" where packing is not worth it)."""
    if len(data) < SMALL or not encoding:
        return data, ""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=3).compress(data), "zstd"
    if encoding == "gzip":
        return gzip.compress(data, compresslevel=5, mtime=0), "gzip"
    raise BadMessage(f"unknown encoding {encoding!r}")


def decompress(data: bytes, encoding: str, limit: int = MAX_UNPACKED) -> bytes:
    """The bytes before packing. Raises BadMessage when they are damaged or more than `limit`."""
    try:
        if encoding in ("", "identity"):
            plain = data
        elif encoding == "zstd":
            with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
                io.BytesIO(data)
            ) as reader:
                plain = reader.read(limit + 1)
        elif encoding == "gzip":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
                plain = file.read(limit + 1)
        else:
            raise BadMessage(f"unknown encoding {encoding!r}")
    except (zstandard.ZstdError, OSError, EOFError, zlib.error) as error:
        raise BadMessage(f"the {encoding} data is damaged") from error
    if len(plain) > limit:
        raise BadMessage("the message is too large")
    return plain


def pack(message: msgspec.Struct, encoding: str) -> tuple[bytes, str]:
    """A message ready for the wire, and its `Content-Encoding`."""
    return compress(encode(message), encoding)


def unpack(data: bytes, encoding: str, kind: type[T]) -> T:
    """A message from the wire. Raises BadMessage."""
    return decode(decompress(data, encoding), kind)


def plain(message: msgspec.Struct) -> Any:
    """The message as plain lists and dicts, as golden files and people read it."""
    return msgspec.to_builtins(message)
