"""The checkpoint file: `<prefix>.safetensors`, arrays by name, JSON metadata and a checksum of it all.

The file is an ordinary safetensors file that any reader of that format opens. Its own metadata holds three strings: the
`format` and its version, the `metadata` given as JSON, and the `checksum`, the CRC-32 of all names, types, shapes and
bytes and of the metadata. The file appears under its name only when it is complete and on the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import safetensors.numpy

from estimators.checkpoint.atomic_file import remove_abandoned, replace_file
from model_fns.errors import DataLossError, NotFoundError

Arrays = dict[str, np.ndarray]

_SUFFIX = ".safetensors"
_FORMAT = "estimators checkpoint 1"
_TYPES = {
    **{f"float{bits}": f"F{bits}" for bits in (16, 32, 64)},
    **{f"int{bits}": f"I{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"U{bits}" for bits in (8, 16, 32, 64)},
    "bool": "BOOL",
}
_KINDS = "fiub"  # what safetensors and numpy both have: floats, integers, bool


def checkpoint_file(path_prefix: Any) -> str:
    """The file of the checkpoint `path_prefix`; the file's own name is understood as well."""
    path = os.fspath(path_prefix)
    path = path.decode() if isinstance(path, bytes) else str(path)
    return path if path.endswith(_SUFFIX) else path + _SUFFIX


def write_checkpoint(path_prefix: Any, arrays: Mapping[str, Any], metadata: dict[str, Any]) -> None:
    """Writes `arrays` (any layout; floats, integers and bools) and `metadata` (what JSON can hold, numpy numbers too).

    A checkpoint of that name is replaced. Raises TypeError for other element types, and OSError, with everything as it
    was before, if the file cannot be written.
    """
    path = checkpoint_file(path_prefix)
    dense = {name: _dense(name, value) for name, value in arrays.items()}
    text = json.dumps(metadata, default=_plain_number, sort_keys=True)
    header = {"format": _FORMAT, "metadata": text, "checksum": _checksum(dense, text)}
    remove_abandoned(os.path.dirname(path))
    replace_file(path, *_content(dense, header))


def read_checkpoint(path_prefix: Any) -> tuple[Arrays, dict[str, Any]]:
    """Reads what `write_checkpoint` wrote: (arrays by name, each an own writable copy; metadata).

    Raises NotFoundError if there is no such checkpoint and DataLossError if the file is not, or no longer, what was
    written.
    """
    path = checkpoint_file(path_prefix)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        sentence = f"There is no checkpoint {path_prefix}: the file {path} does not exist."
        raise NotFoundError(None, None, sentence) from None
    try:
        arrays = safetensors.numpy.load(content)
        header = _header(content)
    except Exception as error:  # the bytes may be anything, and so may be what a parser says to them
        raise _damaged(path, f"it cannot be read as safetensors ({error})") from error
    if header.get("format") != _FORMAT or not {"metadata", "checksum"} <= header.keys():
        raise _damaged(path, f"it is not marked as {_FORMAT!r}, but as {header.get('format')!r}")
    if header["checksum"] != _checksum(arrays, header["metadata"]):
        raise _damaged(path, "its content does not match its checksum")
    return {name: np.array(value) for name, value in arrays.items()}, _metadata(path, header["metadata"])


def checkpoint_exists(checkpoint_prefix: Any) -> bool:
    """True if there is a checkpoint of that name."""
    return os.path.isfile(checkpoint_file(checkpoint_prefix))


def get_checkpoint_mtimes(checkpoint_prefixes: Any) -> list[float]:
    """When each of the checkpoints was written, in seconds since the epoch; those that are not there are left out."""
    times = []
    for prefix in checkpoint_prefixes:
        with contextlib.suppress(FileNotFoundError):
            times.append(os.stat(checkpoint_file(prefix)).st_mtime)
    return times


def remove_checkpoint(
    checkpoint_prefix: Any, checkpoint_format_version: int = 2, meta_graph_suffix: str = "meta"
) -> None:
    """Removes the checkpoint's file, if it is there, and that of its graph."""
    for path in (checkpoint_file(checkpoint_prefix), f"{os.fspath(checkpoint_prefix)}.{meta_graph_suffix}"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _dense(name: str, value: Any) -> np.ndarray:
    # C order: safetensors 0.8.0 writes the bytes of any other layout in the wrong order without a word.
    array = np.asarray(value, order="C")
    if array.dtype.kind not in _KINDS or array.dtype.itemsize > 8:
        raise TypeError(f"'{name}' has element type {array.dtype}; a checkpoint holds floats, integers and bools only.")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _checksum(arrays: Mapping[str, np.ndarray], metadata: str) -> str:
    total = zlib.crc32(metadata.encode())
    for name in sorted(arrays):
        array = arrays[name]
        total = zlib.crc32(f"{name}\0{array.dtype.name}{array.shape}".encode(), total)
        total = zlib.crc32(array.reshape(-1).view(np.uint8).data, total)
    return f"crc32:{total:08x}"


def _content(arrays: Mapping[str, np.ndarray], metadata: dict[str, str]) -> Iterator[bytes | memoryview]:
    """A safetensors file, piece by piece, so that nothing is copied: safetensors.numpy.save copies all of it, twice.

    The file is eight bytes that say how long the JSON after them is, that JSON, in it type, shape and place of each
    array, and the arrays' bytes; larger element types come first, so that all are aligned.
    """
    order = sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name))
    described: dict[str, Any] = {"__metadata__": metadata}
    place = 0
    for name in order:
        array = arrays[name]
        described[name] = {
            "dtype": _TYPES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    text = json.dumps(described, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    for name in order:
        yield arrays[name].reshape(-1).view(np.uint8).data


def _header(content: bytes) -> dict[str, str]:
    """The metadata of a safetensors file: 8 bytes that say how long the JSON after them is, in it the metadata."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]).get("__metadata__", {})


def _metadata(path: str, text: str) -> dict[str, Any]:
    try:
        metadata = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"its metadata is not what was written ({error})") from None
    if not isinstance(metadata, dict):
        raise _damaged(path, f"its metadata is not what was written, but a {type(metadata).__name__}")
    return metadata


def _plain_number(value: Any) -> Any:
    """What JSON writes in the place of a numpy number or array."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"A checkpoint's metadata holds what JSON can hold; {value!r} is a {type(value).__name__}.")


def _damaged(path: str, reason: str) -> Exception:
    advice = "Delete it and go on from an earlier checkpoint, or restore it from a copy."
    return DataLossError(None, None, f"The checkpoint file {path} is damaged: {reason}. {advice}")
