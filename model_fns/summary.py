"""Summaries: numbers, distributions, pictures and sounds of a run, to be written to event files while it goes on.

Each function makes a string tensor and puts it into the collection SUMMARIES. Its value is one Python object, a tuple
of `SummaryValue`, which whoever writes event files turns into their format.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, string
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast

_INVALID_IN_TAG = re.compile(r"[^-/\w\.]")
_ALL_BLACK = 1e-6  # an image whose largest value is below this is black


@final
@dataclass(frozen=True)
class SummaryValue:
    """One thing to show: under which tag, what kind of thing, and its value."""

    tag: str
    kind: str  # "scalar", "histogram", "image", "audio" or "text"
    value: Any  # a float; an array of any shape; uint8 [height, width, channels]; float32 [frames, channels]; strings
    sample_rate: float = 0.0  # of audio, in Hertz


@dataclass(frozen=True)
class Summary(Op):
    """What a tensor looks like now"""

    tag: str
    stateful: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return string

    def output_shape(self, *inputs: Dims) -> Dims:
        return ()

    def copes_without(self, position: int) -> bool:
        return True

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)


@final
@dataclass(frozen=True)
class ScalarSummary(Summary):
    """A number"""

    def output_shape(self, *inputs: Dims) -> Dims:
        if inputs[0]:
            raise ValueError(f"the tags of a scalar summary must match its values: shape [] vs. {inputs[0]}")
        return ()

    def kernel(self, *inputs: Any) -> Any:
        return _packed(SummaryValue(self.tag, "scalar", float(np.asarray(inputs[0]).reshape(()))))


@final
@dataclass(frozen=True)
class HistogramSummary(Summary):
    """The distribution of a tensor's elements"""

    def kernel(self, *inputs: Any) -> Any:
        return _packed(SummaryValue(self.tag, "histogram", np.array(inputs[0])))


@final
@dataclass(frozen=True)
class ImageSummary(Summary):
    """The first images of a batch"""

    max_outputs: int

    def output_shape(self, *inputs: Dims) -> Dims:
        if inputs[0] is not None and len(inputs[0]) != 4:
            raise ValueError(f"Shape must be rank 4 but is rank {len(inputs[0])}")
        return ()

    def kernel(self, *inputs: Any) -> Any:
        images = [pixels(image) for image in inputs[0][: self.max_outputs]]
        tags = numbered(f"{self.tag}/image", self.max_outputs)
        return _packed(*(SummaryValue(tag, "image", image) for tag, image in zip(tags, images, strict=False)))


@final
@dataclass(frozen=True)
class AudioSummary(Summary):
    """The first sounds of a batch"""

    type_name: ClassVar[str] = "AudioSummaryV2"
    max_outputs: int

    def kernel(self, *inputs: Any) -> Any:
        sounds, rate = inputs
        clips = [clip.reshape(len(clip), -1) for clip in sounds[: self.max_outputs]]
        tags = numbered(f"{self.tag}/audio", self.max_outputs)
        values = (SummaryValue(tag, "audio", clip, float(rate)) for tag, clip in zip(tags, clips, strict=False))
        return _packed(*values)


@final
@dataclass(frozen=True)
class TextSummary(Summary):
    """Strings"""

    type_name: ClassVar[str] = "TensorSummaryV2"

    def kernel(self, *inputs: Any) -> Any:
        return _packed(SummaryValue(self.tag, "text", np.array(inputs[0], dtype=object)))


@final
@dataclass(frozen=True)
class MergeSummary(Op):
    """Several summaries as one"""

    stateful: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return ()

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        return _packed(*(value for item in inputs for value in np.asarray(item).item()))


def _packed(*values: SummaryValue) -> np.ndarray:
    array = np.empty((), object)
    array[()] = values
    return array


def numbered(tag: str, count: int) -> list[str]:
    """TensorFlow's tags for the outputs of one summary: with a number if there may be several."""
    return [tag] if count == 1 else [f"{tag}/{i}" for i in range(count)]


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


@contextmanager
def _scope(name: str, family: str | None) -> Iterator[tuple[str, str]]:
    """(tag, name scope) of a summary: the tag is the unique name, after the family if there is one."""
    name, family = _clean(name), None if family is None else _clean(family)
    with get_default_graph().name_scope(name if family is None else f"{family}/{name}") as scope:
        tag = scope.rstrip("/")
        yield (tag if family is None else f"{family}/{tag}"), scope


def _clean(name: str) -> str:
    clean = _INVALID_IN_TAG.sub("_", name).lstrip("/")
    if clean != name:
        logging.getLogger("tensorflow").info("Summary name %s is illegal; using %s instead.", name, clean)
    return clean


def _collected(summary: Tensor, collections: Sequence[str] | None, default: Sequence[str]) -> Tensor:
    get_default_graph().add_to_collections(default if collections is None else collections, summary)
    return summary


def scalar(name: str, tensor: Any, collections: Sequence[str] | None = None, family: str | None = None) -> Tensor:
    """Shows a number.

    Args:
      name: its tag, made unique, under the name scopes around it. Invalid characters become `_`.
      tensor: a tensor with one element and no axes.
      collections: default SUMMARIES, which merge_all takes.
      family: put before the tag, to group it.
    Raises ValueError for a tensor with axes.
    """
    with _scope(name, family) as (tag, scope):
        return _collected(apply(ScalarSummary(tag), scope, values=tensor), collections, [GraphKeys.SUMMARIES])


def histogram(name: str, values: Any, collections: Sequence[str] | None = None, family: str | None = None) -> Tensor:
    """Shows the distribution of a tensor's elements. Arguments as `scalar`; any shape."""
    with _scope(name, family) as (tag, scope):
        return _collected(apply(HistogramSummary(tag), scope, values=values), collections, [GraphKeys.SUMMARIES])


def image(
    name: str,
    tensor: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Tensor:
    """Shows the first `max_outputs` images of a batch [batch, height, width, channels], 1, 3 or 4 channels.

    uint8 as it is, floats scaled per image (see `pixels`). Tags `<name>/image/0`, ..., for one output `<name>/image`.
    """
    with _scope(name, family) as (tag, scope):
        made = apply(ImageSummary(tag, max_outputs), scope, tensor=tensor)
        return _collected(made, collections, [GraphKeys.SUMMARIES])


def audio(
    name: str,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Tensor:
    """Offers the first `max_outputs` sounds of a batch [batch, frames] or [batch, frames, channels], in [-1, 1].

    `sample_rate` in Hertz, a number or a scalar tensor.
    """
    with _scope(name, family) as (tag, scope):
        rate = cast(sample_rate, "float32") if hasattr(sample_rate, "graph") else float(sample_rate)
        made = apply(AudioSummary(tag, max_outputs), scope, "float32", tensor=tensor, sample_rate=rate)
        return _collected(made, collections, [GraphKeys.SUMMARIES])


def text(name: str, tensor: Any, collections: Sequence[str] | None = None) -> Tensor:
    """Shows strings, as Markdown; a tensor with axes as a table. Raises ValueError for another type of tensor."""
    tensor = convert_to_tensor(tensor)
    if tensor.dtype != string:
        raise ValueError(f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype}")
    with _scope(name, None) as (tag, scope):
        return _collected(apply(TextSummary(tag), scope, tensor=tensor), collections, [GraphKeys.SUMMARIES])


def merge(inputs: Any, collections: Sequence[str] | None = None, name: str | None = None) -> Tensor:
    """Several summaries as one string tensor. `collections`: default none."""
    summaries = [_checked_summary(item) for item in inputs]
    with get_default_graph().name_scope(name or "Merge"):
        named = {f"inputs_{i}": summary for i, summary in enumerate(summaries)}
        return _collected(apply(MergeSummary(), "MergeSummary", **named), collections, [])


def _checked_summary(item: Any) -> Tensor:
    summary = convert_to_tensor(item)
    if summary.dtype != string:
        raise TypeError(f"Only summaries can be merged, not {summary}")
    return summary


def merge_all(key: str = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None) -> Tensor | None:
    """All summaries of the collection `key` (whose name matches `scope`) as one; None if there is none."""
    summaries = get_default_graph().get_collection(key, scope)
    return merge(summaries, name=name) if summaries else None
