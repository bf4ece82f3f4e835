"""Fetches a file from the first mirror that has it, and lets nothing but the right bytes into place."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from tqdm import tqdm

from input_fns.datasets.errors import DatasetUnavailableError
from input_fns.datasets.remote_file import RemoteFile

_TIMEOUT_SECONDS = 30
_BLOCK_BYTES = 1 << 16


def download(file: RemoteFile, mirrors: Sequence[str], directory: Path) -> Path:
    """Fetches `file` into `directory`, uncompressed, and returns its path there. Shows a progress bar on a terminal.

    The file appears under its name only when it is complete and its hash is right; an interruption leaves nothing.

    Args:
        mirrors: addresses ending in a slash, tried in turn.

    Raises:
        DatasetUnavailableError: no mirror had it, or it could not be written; says why for each.
    """
    reasons = []
    for mirror in mirrors:
        address = f"{mirror}{file.name}.gz"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            return _download_from(address, file, directory)
        except (OSError, http.client.HTTPException, zlib.error, _WrongContent) as error:
            reasons.append(f"{address}: {_reason(error)}")
    raise DatasetUnavailableError(f"{file.name} could not be downloaded.\n  " + "\n  ".join(reasons)) from None


class _WrongContent(Exception):
    """What arrived is not the file that was wanted."""


def _download_from(address: str, file: RemoteFile, directory: Path) -> Path:
    # Beside its destination, because a rename is atomic only within one file system.
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as output:
            _fetch(address, file, output)
            output.flush()
            os.fsync(output.fileno())
        os.replace(temporary, directory / file.name)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    return directory / file.name


def _fetch(address: str, file: RemoteFile, output: IO[bytes]) -> None:
    size, digest = 0, hashlib.sha256()
    with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as response:
        for block in _uncompressed(_with_progress(response, file.name)):
            size += len(block)
            # Stop here, and not when the disk is full.
            if size > file.size:
                raise _WrongContent(f"more than the expected {file.size} bytes came")
            digest.update(block)
            output.write(block)
    if size < file.size:
        raise _WrongContent(f"{size} bytes came, expected {file.size}")
    if digest.hexdigest() != file.sha256:
        raise _WrongContent(f"the content has SHA-256 {digest.hexdigest()}, expected {file.sha256}")


def _with_progress(response: http.client.HTTPResponse, name: str) -> Iterator[bytes]:
    total = response.length
    # disable=None: no bar where nobody looks, in a log file or a pipe.
    with tqdm(total=total, desc=name, unit="B", unit_scale=True, disable=None) as bar:
        while block := response.read(_BLOCK_BYTES):
            bar.update(len(block))
            yield block


def _uncompressed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    gzip_header = 16
    decompressor = zlib.decompressobj(gzip_header + zlib.MAX_WBITS)
    for block in blocks:
        # In pieces, because a few bytes can decompress to a great many.
        while block and not decompressor.eof:
            yield decompressor.decompress(block, _BLOCK_BYTES)
            block = decompressor.unconsumed_tail
    yield decompressor.flush()


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return f"cannot be reached ({error.reason})"
    return str(error) or type(error).__name__
