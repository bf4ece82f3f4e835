"""Fingerprint64: the number that TensorFlow hashes strings to, FarmHash's (G. Pike, Google, 2014), and its combination.

The algorithm as FarmHash publishes it: multiply, rotate and exclusive-or 64-bit words, read low byte first, by one of
four schemes for lengths up to 16, 32, 64 and beyond. All arithmetic is modulo 2^64.
"""

from __future__ import annotations

from functools import lru_cache

_WORD = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_CAT = 0xC6A4A7935BD1E995
_SEED = 81


@lru_cache(maxsize=1 << 16)  # the strings of a feature come again and again
def fingerprint64(text: bytes) -> int:
    """A number from 0 to 2^64 - 1 that stays the same for ever: what TensorFlow puts into buckets by its remainder."""
    length = len(text)
    if length <= 16:
        return _up_to_16(text, length)
    if length <= 32:
        return _up_to_32(text, length)
    if length <= 64:
        return _up_to_64(text, length)
    return _longer(text, length)


def fingerprint_cat64(first: int, second: int) -> int:
    """The fingerprint of two things, given that of each; their order matters."""
    result = first ^ _CAT
    result ^= _mixed((second * _CAT) & _WORD) * _CAT & _WORD
    result = result * _CAT & _WORD
    return _mixed(_mixed(result) * _CAT & _WORD)


def _fetch(text: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(text[at : at + size], "little")


def _rotated(word: int, by: int) -> int:
    word &= _WORD
    return ((word >> by) | (word << (64 - by))) & _WORD


def _mixed(word: int) -> int:
    return word ^ (word >> 47)


def _pair(u: int, v: int, factor: int) -> int:
    """16 bytes, as two words, to 8."""
    u, v = u & _WORD, v & _WORD
    a = _mixed((u ^ v) * factor & _WORD)
    b = _mixed((v ^ a) * factor & _WORD)
    return b * factor & _WORD


def _up_to_16(text: bytes, length: int) -> int:
    factor = _K2 + length * 2
    if length >= 8:
        a, b = _fetch(text, 0) + _K2, _fetch(text, length - 8)
        c = _rotated(b, 37) * factor + a
        d = (_rotated(a, 25) + b) * factor
        return _pair(c, d, factor)
    if length >= 4:
        return _pair(length + (_fetch(text, 0, 4) << 3), _fetch(text, length - 4, 4), factor)
    if length > 0:
        y = text[0] + (text[length >> 1] << 8)
        z = length + (text[length - 1] << 2)
        return _mixed((y * _K2 ^ z * _K0) & _WORD) * _K2 & _WORD
    return _K2


def _ends(text: bytes, length: int, factor: int, scale: int) -> tuple[int, int, int, int]:
    """The first and the last two words, each spread over 64 bits."""
    a, b = _fetch(text, 0) * scale & _WORD, _fetch(text, 8)
    c, d = _fetch(text, length - 8) * factor & _WORD, _fetch(text, length - 16) * _K2 & _WORD
    return a, b, c, d


def _up_to_32(text: bytes, length: int) -> int:
    factor = _K2 + length * 2
    a, b, c, d = _ends(text, length, factor, _K1)
    return _pair(_rotated(a + b, 43) + _rotated(c, 30) + d, a + _rotated(b + _K2, 18) + c, factor)


def _up_to_64(text: bytes, length: int) -> int:
    factor = _K2 + length * 2
    a, b, c, d = _ends(text, length, factor, _K2)
    y = _rotated(a + b, 43) + _rotated(c, 30) + d
    z = _pair(y, a + _rotated(b + _K2, 18) + c, factor)
    e, f = _fetch(text, 16) * factor & _WORD, _fetch(text, 24)
    g = (y + _fetch(text, length - 32)) * factor & _WORD
    h = (z + _fetch(text, length - 24)) * factor & _WORD
    return _pair(_rotated(e + f, 43) + _rotated(g, 30) + h, e + _rotated(f + a, 18) + g, factor)


def _block(text: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """32 bytes and two words to two words."""
    w, x, y, z = (_fetch(text, at + offset) for offset in (0, 8, 16, 24))
    a = a + w
    b = _rotated(b + a + z, 21)
    c = a
    a = a + x + y
    return (a + z) & _WORD, (b + _rotated(a, 44) + c) & _WORD


def _longer(text: bytes, length: int) -> int:
    """Blocks of 64 bytes one after the other, and then the last 64 bytes, which may have been read in part before."""
    x, y = _SEED, _SEED * _K1 + 113 & _WORD
    z = _mixed(y * _K2 + 113 & _WORD) * _K2 & _WORD
    v, w = (0, 0), (0, 0)
    x = x * _K2 + _fetch(text, 0) & _WORD
    rest = (length - 1) & 63
    for at in range(0, (length - 1) // 64 * 64, 64):
        x = _rotated(x + y + v[0] + _fetch(text, at + 8), 37) * _K1 & _WORD
        y = _rotated(y + v[1] + _fetch(text, at + 48), 42) * _K1 & _WORD
        x ^= w[1]
        y = y + v[0] + _fetch(text, at + 40) & _WORD
        z = _rotated(z + w[0], 33) * _K1 & _WORD
        v = _block(text, at, v[1] * _K1, x + w[0])
        w = _block(text, at + 32, z + w[1], y + _fetch(text, at + 16))
        x, z = z, x
    factor = _K1 + ((z & 0xFF) << 1)
    at = length - 64
    w = (w[0] + rest & _WORD, w[1])
    v = (v[0] + w[0] & _WORD, v[1])
    w = (w[0] + v[0] & _WORD, w[1])
    x = _rotated(x + y + v[0] + _fetch(text, at + 8), 37) * factor & _WORD
    y = _rotated(y + v[1] + _fetch(text, at + 48), 42) * factor & _WORD
    x ^= w[1] * 9 & _WORD
    y = y + v[0] * 9 + _fetch(text, at + 40) & _WORD
    z = _rotated(z + w[0], 33) * factor & _WORD
    v = _block(text, at, v[1] * factor, x + w[0])
    w = _block(text, at + 32, z + w[1], y + _fetch(text, at + 16))
    x, z = z, x
    return _pair(_pair(v[0], w[0], factor) + _mixed(y) * _K0 + z, _pair(v[1], w[1], factor) + x, factor)
