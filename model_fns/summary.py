"""Summaries: numbers, distributions, pictures and sounds of a run, to be written to event files while it goes on.

Each function makes a string tensor, a `Summary` message in bytes, and puts it into the collection SUMMARIES.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, string
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.protos.scalar_summary import scalar_summary
from model_fns.protos.summary import Summary as SummaryProto
from model_fns.protos.summary import SummaryMetadata, SummaryValue
from model_fns.protos.tensor import make_tensor_proto
from model_fns.summary_encoding import audio_proto, histogram_proto, image_proto

_INVALID_IN_TAG = re.compile(r"[^-/\w\.]")


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
class ScalarSummary(Summary):
    """A number"""

    def output_shape(self, *inputs: Dims) -> Dims:
        if inputs[0]:
            raise ValueError(f"the tags of a scalar summary must match its values: shape [] vs. {inputs[0]}")
        return ()

    def kernel(self, *inputs: Any) -> Any:
        return _string(scalar_summary(self.tag, np.asarray(inputs[0]).item()))


@final
class HistogramSummary(Summary):
    """The distribution of a tensor's elements"""

    def kernel(self, *inputs: Any) -> Any:
        return _serialized(SummaryValue(tag=self.tag, histo=histogram_proto(inputs[0], self.tag)))


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
        images = np.asarray(inputs[0])
        if images.ndim != 4 or images.shape[-1] not in (1, 3, 4):
            shape = ",".join(map(str, images.shape))
            raise InvalidArgumentError(message=f"Tensor must be 4-D with last dim 1, 3, or 4, not [{shape}]")
        tags = numbered(f"{self.tag}/image", self.max_outputs)
        shown = zip(tags, images[: self.max_outputs], strict=False)
        return _serialized(*(SummaryValue(tag=tag, image=image_proto(image)) for tag, image in shown))


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
        shown = zip(tags, clips, strict=False)
        return _serialized(*(SummaryValue(tag=tag, audio=audio_proto(clip, float(rate))) for tag, clip in shown))


@final
class TextSummary(Summary):
    """Strings"""

    type_name: ClassVar[str] = "TensorSummaryV2"

    def kernel(self, *inputs: Any) -> Any:
        metadata = SummaryMetadata(plugin_data={"plugin_name": "text"})
        return _serialized(SummaryValue(tag=self.tag, tensor=make_tensor_proto(inputs[0], string), metadata=metadata))


@final
class MergeSummary(Op):
    """Several summaries as one"""

    stateful: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return ()

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        merged = b"".join(np.asarray(item).item() for item in inputs)  # so lists of values join in this format
        if len(inputs) == 1:
            return _string(merged)
        tags = Counter(value.tag for value in SummaryProto.FromString(merged).value)
        for tag, times in tags.items():
            if times > 1:
                raise InvalidArgumentError(message=f"Duplicate tag {tag} found in summary inputs")
        return _string(merged)


def _serialized(*values: SummaryValue) -> np.ndarray:
    return _string(SummaryProto(value=values).SerializeToString())


def _string(content: bytes) -> np.ndarray:
    array = np.empty((), object)
    array[()] = content
    return array


def numbered(tag: str, count: int) -> list[str]:
    """TensorFlow's tags for the outputs of one summary: with a number if there may be several."""
    return [tag] if count == 1 else [f"{tag}/{i}" for i in range(count)]


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

    uint8 as it is, floats scaled per image. Tags `<name>/image/0`, ..., for one output `<name>/image`.
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
    if not summaries:
        raise ValueError("List argument 'inputs' to 'MergeSummary' Op with length 0 shorter than minimum length 1.")
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
