"""How numbers become what TensorBoard shows: arrays as histograms, pictures as PNG, sounds as WAV."""

from __future__ import annotations

import struct
import zlib
from functools import cache

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.protos.summary import Audio, HistogramProto, Image

_ALL_BLACK = 1e-6  # an image whose largest value is below this is black
_SMALLEST_LIMIT, _LARGEST_LIMIT, _GROWTH = 1e-12, 1e20, 1.1
_LARGEST = np.finfo(np.float64).max
_MANY = 20_000  # elements, from which on it is faster to look at their halves first
_PNG_COLORS = {1: 0, 3: 2, 4: 6}  # PNG's number for so many channels


@cache
def _bucket_limits() -> np.ndarray:
    """TensorFlow's upper limits: 0, each further one 1.1 times the one before, and the same below 0."""
    positive, limit = [], _SMALLEST_LIMIT
    while limit < _LARGEST_LIMIT:
        positive.append(limit)
        limit *= _GROWTH
    above = np.array([*positive, _LARGEST])
    return np.concatenate([-above[::-1], [0.0], above])


def histogram_proto(values: np.ndarray, tag: str) -> HistogramProto:
    """The distribution of an array's elements. InvalidArgumentError for one that is not finite."""
    flat = np.asarray(values).reshape(-1).astype(np.float64)
    if not np.isfinite(flat).all():
        kind = "Nan" if np.isnan(flat).any() else "Infinity"
        raise InvalidArgumentError(message=f"{kind} in summary histogram for: {tag}")
    if not flat.size:
        return HistogramProto(min=_LARGEST, max=-_LARGEST, bucket_limit=[_LARGEST], bucket=[0.0])
    limits = _bucket_limits()
    counts = _counted(np.asarray(values).reshape(-1))
    # Neighbouring empty buckets are one, up to the last limit of them.
    kept = (counts > 0) | np.append(counts[1:] > 0, True)
    return HistogramProto(
        min=flat.min(),
        max=flat.max(),
        num=flat.size,
        sum=flat.sum(),
        sum_squares=np.square(flat).sum(),
        bucket_limit=limits[kept],
        bucket=counts[kept],
    )


def _counted(flat: np.ndarray) -> np.ndarray:
    """How many elements are in each bucket.

    The upper half of a float32 tells its bucket for most halves; only the other elements are searched for.
    """
    limits = _bucket_limits()
    if flat.dtype != np.float32 or flat.size < _MANY:
        return np.bincount(np.searchsorted(limits, flat, side="right"), minlength=len(limits))
    buckets, certain = _buckets_of_halves()
    halves = flat.view(np.uint32) >> np.uint32(16)
    by_half = np.bincount(halves, minlength=len(buckets))
    counts = np.bincount(buckets[certain], by_half[certain], len(limits)).astype(np.int64)
    searched = np.searchsorted(limits, flat[~certain[halves]], side="right")
    return counts + np.bincount(searched, minlength=len(limits))


@cache
def _buckets_of_halves() -> tuple[np.ndarray, np.ndarray]:
    """For each upper half of a float32: its bucket, and whether all numbers that begin so are in it."""
    lowest = np.arange(1 << 16, dtype=np.uint32) << np.uint32(16)
    edges = np.stack([lowest, lowest | np.uint32(0xFFFF)]).view(np.float32)
    with np.errstate(invalid="ignore"):  # some halves begin numbers that are not finite: no element does
        first, last = np.searchsorted(_bucket_limits(), edges, side="right")
    return np.minimum(first, len(_bucket_limits()) - 1), first == last


def image_proto(image: np.ndarray) -> Image:
    """A picture [height, width, channels], 1, 3 or 4 of them; floats are scaled as `pixels` says."""
    height, width, channels = image.shape
    return Image(height=height, width=width, colorspace=channels, encoded_image_string=_png(pixels(image)))


def pixels(image: np.ndarray) -> np.ndarray:
    """An image as uint8, by TensorFlow's rule.

    uint8 stays. Floats from 0 on are scaled so that the largest is 255; with negative ones 0 becomes 128 and the
    largest magnitude 127 more or less. A pixel that is not finite becomes (255, 0, 0, 255).
    """
    if image.dtype == np.uint8:
        return image
    finite = np.isfinite(image)
    low, high = (
        float(edge) for edge in (np.min(image, where=finite, initial=0), np.max(image, where=finite, initial=0))
    )
    size, offset, top = (max(-low, high), 128.0, 127.0) if low < 0 else (high, 0.0, 255.0)
    scaled = np.where(finite, image, 0) * (0.0 if size < _ALL_BLACK else top / size) + offset
    warning = np.array([255, 0, 0, 255], np.uint8)[: image.shape[-1]]
    return np.where(finite.all(axis=-1, keepdims=True), scaled.astype(np.uint8), warning)


def _png(image: np.ndarray) -> bytes:
    height, width, channels = image.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)  # each after the number of its filter: 0, none
    rows[:, 1:] = image.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, _PNG_COLORS[channels], 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, content) for kind, content in chunks)


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def audio_proto(sound: np.ndarray, sample_rate: float) -> Audio:
    """A sound [frames, channels] in [-1, 1], as 16-bit samples."""
    frames, channels = sound.shape
    samples = np.clip(np.rint(sound * 32768.0), -32768, 32767).astype("<i2").tobytes()
    rate, width = int(sample_rate), 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * width, width, 16)
    body = b"WAVE" + form + b"data" + struct.pack("<I", len(samples)) + samples
    return Audio(
        sample_rate=sample_rate,
        num_channels=channels,
        length_frames=frames,
        encoded_audio_string=b"RIFF" + struct.pack("<I", len(body)) + body,
        content_type="audio/wav",
    )
