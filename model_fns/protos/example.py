"""Example: named lists of bytes, floats or integers, the message in which training data is commonly stored."""

from __future__ import annotations

from typing import ClassVar, final

from model_fns.protos.field import Field
from model_fns.protos.message import Message


@final
class BytesList(Message):
    """A list of byte strings."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "value", "bytes", repeated=True),)


@final
class FloatList(Message):
    """A list of float32 numbers."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "value", "float", repeated=True),)


@final
class Int64List(Message):
    """A list of integers of 64 bits."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "value", "int64", repeated=True),)


@final
class Feature(Message):
    """One of the three lists."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "bytes_list", message=BytesList, oneof="kind"),
        Field(2, "float_list", message=FloatList, oneof="kind"),
        Field(3, "int64_list", message=Int64List, oneof="kind"),
    )


@final
class Features(Message):
    """Features by name."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "feature", message=Feature, is_map=True),)


@final
class Example(Message):
    """The features of one example."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "features", message=Features),)


@final
class FeatureList(Message):
    """A feature at each step of a sequence."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "feature", message=Feature, repeated=True),)


@final
class FeatureLists(Message):
    """Sequences by name."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "feature_list", message=FeatureList, is_map=True),)


@final
class SequenceExample(Message):
    """An example with features of its own and sequences of them."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "context", message=Features),
        Field(2, "feature_lists", message=FeatureLists),
    )
