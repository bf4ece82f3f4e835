"""Summary: what is shown of a run at one step, a list of values by tag; TensorBoard's message of that name."""

from __future__ import annotations

from typing import ClassVar, final

from model_fns.protos.field import Field
from model_fns.protos.message import Message
from model_fns.protos.tensor import TensorProto


@final
class HistogramProto(Message):
    """A distribution: `bucket[i]` elements are below `bucket_limit[i]` and not below the limit before it."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "min", "double"),
        Field(2, "max", "double"),
        Field(3, "num", "double"),
        Field(4, "sum", "double"),
        Field(5, "sum_squares", "double"),
        Field(6, "bucket_limit", "double", repeated=True),
        Field(7, "bucket", "double", repeated=True),
    )


@final
class PluginData(Message):
    """For which of TensorBoard's plug-ins a value is, and what that one wants to know."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "plugin_name", "string"), Field(2, "content", "bytes"))


@final
class SummaryMetadata(Message):
    """How to show a value."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "plugin_data", message=PluginData),
        Field(2, "display_name", "string"),
        Field(3, "summary_description", "string"),
    )
    PluginData: ClassVar[type[Message]] = PluginData


@final
class Image(Message):
    """A picture: `encoded_image_string` is a PNG; `colorspace` its number of channels."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "height", "int32"),
        Field(2, "width", "int32"),
        Field(3, "colorspace", "int32"),
        Field(4, "encoded_image_string", "bytes"),
    )


@final
class Audio(Message):
    """A sound: `encoded_audio_string` is a WAV file."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "sample_rate", "float"),
        Field(2, "num_channels", "int64"),
        Field(3, "length_frames", "int64"),
        Field(4, "encoded_audio_string", "bytes"),
        Field(5, "content_type", "string"),
    )


@final
class SummaryValue(Message):
    """One thing to show: a tag, and one of a number, picture, distribution, sound or array."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(7, "node_name", "string"),
        Field(1, "tag", "string"),
        Field(9, "metadata", message=SummaryMetadata),
        Field(2, "simple_value", "float", oneof="value"),
        Field(3, "obsolete_old_style_histogram", "bytes", oneof="value"),
        Field(4, "image", message=Image, oneof="value"),
        Field(5, "histo", message=HistogramProto, oneof="value"),
        Field(6, "audio", message=Audio, oneof="value"),
        Field(8, "tensor", message=TensorProto, oneof="value"),
    )


@final
class SummaryDescription(Message):
    """The kind of a summary."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "type_hint", "string"),)


@final
class Summary(Message):
    """What is shown at one step."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "value", message=SummaryValue, repeated=True),)
    Value: ClassVar[type[Message]] = SummaryValue
    Image: ClassVar[type[Message]] = Image
    Audio: ClassVar[type[Message]] = Audio
