"""The kernels' entries on disk: used by the next process, made anew when damaged."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from estimators.kernels import calling, disk

KERNEL = "movement", "fill", "none(int64[::1], int64, int64, int64)"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(disk.CACHE_VARIABLE, str(tmp_path))
    disk.cache_directory.cache_clear()
    calling.address_of.cache_clear()
    yield tmp_path
    disk.cache_directory.cache_clear()
    calling.address_of.cache_clear()


def works() -> bool:
    """Whether the kernel, loaded as another process would load it, fills an array. numba's way of calling: the result,
    the error, then for each array its owner, parent, count, bytes of an item, memory, shape and strides."""
    calling.address_of.cache_clear()
    array, one_pointer, numbers = np.zeros(3, np.int64), [ctypes.c_void_p] * 2, [ctypes.c_int64]
    layout = [*one_pointer, *one_pointer, *numbers * 2, ctypes.c_void_p, *numbers * 2, *numbers * 3]
    function = ctypes.CFUNCTYPE(ctypes.c_int32, *layout)(calling.address_of(*KERNEL))
    place = ctypes.create_string_buffer(16)
    address = ctypes.addressof(place)
    function(address, address + 8, None, None, 3, 8, array.ctypes.data, 3, 8, 7, 0, 3)
    return bool((array == 7).all())


def test_the_second_kernel_comes_from_disk(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert works()
    monkeypatch.setattr(calling, "_compiled", None)
    assert works()


@pytest.mark.parametrize("content", [b"", b"not at all an entry"])
def test_a_damaged_entry_is_made_anew(cache: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert works()
    for path in cache.rglob("*.o"):
        path.write_bytes(content)
    assert works()
    monkeypatch.setattr(calling, "_compiled", None)
    assert works()


def test_a_kernel_of_another_result_is_refused(cache: Path) -> None:
    with pytest.raises(TypeError, match="returns none, but its caller expects int64"):
        calling.address_of("movement", "fill", "int64(int64[::1], int64, int64, int64)")
