"""Images turned, cut and framed. An image is [height, width, channels]; most take a batch of them, too."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.joining import reverse, transpose
from model_fns.ops.shaping import expand_dims, squeeze
from model_fns.ops.sizes import known_rank
from model_fns.ops.slicing import pad


def first_axis(image: Tensor) -> int:
    """The axis of the height: 0 of an image, 1 of a batch. ValueError for another rank."""
    rank = known_rank(image)
    if rank not in (3, 4):
        raise ValueError(f"'image' must have either 3 or 4 dimensions, but its shape is {image.shape}")
    return rank - 3


def flip_left_right(image: Any) -> Tensor:
    """The mirror image: columns in the opposite order."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope("flip_left_right"):
        return reverse(image, [first_axis(image) + 1])


def flip_up_down(image: Any) -> Tensor:
    """Upside down: rows in the opposite order."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope("flip_up_down"):
        return reverse(image, [first_axis(image)])


def transpose_image(image: Any, name: str | None = None) -> Tensor:
    """Rows as columns."""
    image = convert_to_tensor(image, name="image")
    first = first_axis(image)
    with image.graph.as_default(), image.graph.name_scope(name or "transpose"):
        return transpose(image, [*range(first), first + 1, first, first + 2])


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """Turned by k quarters counter-clockwise; k must be known when the graph is built."""
    image = convert_to_tensor(image, name="image")
    first = first_axis(image)
    turns = int(k.known_value if isinstance(k, Tensor) else k) % 4
    with image.graph.as_default(), image.graph.name_scope(name or "rot90"):
        order = [*range(first), first + 1, first, first + 2]
        if turns == 1:
            return transpose(reverse(image, [first + 1]), order)
        if turns == 2:
            return reverse(image, [first, first + 1])
        return reverse(transpose(image, order), [first + 1]) if turns == 3 else image


def known_size(image: Tensor) -> tuple[int, int]:
    """Height and width. ValueError unless they are known when the graph is built."""
    first = first_axis(image)
    height, width = (size.value for size in image.shape[first : first + 2])
    if height is None or width is None:
        raise ValueError(
            f"The height and width of {image.name} must be known when the graph is built, but its shape is "
            f"{image.shape}. Use set_shape()."
        )
    return height, width


def crop_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Tensor:
    """The part of that size at that offset. ValueError unless it lies inside the image."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope("crop_to_bounding_box"):
        height, width = known_size(image)
        if offset_width < 0:
            raise ValueError("offset_width must be >= 0.")
        if offset_height < 0:
            raise ValueError("offset_height must be >= 0.")
        if target_width <= 0:
            raise ValueError("target_width must be > 0.")
        if target_height <= 0:
            raise ValueError("target_height must be > 0.")
        if width < target_width + offset_width:
            raise ValueError("width must be >= target + offset.")
        if height < target_height + offset_height:
            raise ValueError("height must be >= target + offset.")
        return _cut(image, offset_height, offset_width, target_height, target_width)


def _cut(image: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
    rows, columns = slice(top, top + height), slice(left, left + width)
    return image[rows, columns] if first_axis(image) == 0 else image[:, rows, columns]


def pad_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Tensor:
    """The image at that offset in a black one of that size. ValueError unless it fits in."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope("pad_to_bounding_box"):
        height, width = known_size(image)
        if offset_height < 0:
            raise ValueError("offset_height must be >= 0")
        if offset_width < 0:
            raise ValueError("offset_width must be >= 0")
        right, below = target_width - offset_width - width, target_height - offset_height - height
        if right < 0:
            raise ValueError("width must be <= target - offset")
        if below < 0:
            raise ValueError("height must be <= target - offset")
        around = [[offset_height, below], [offset_width, right], [0, 0]]
        return pad(image, around if first_axis(image) == 0 else [[0, 0], *around])


def resize_image_with_crop_or_pad(image: Any, target_height: int, target_width: int) -> Tensor:
    """The middle of the image, with black around it where it is smaller than the target."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope("resize_image_with_crop_or_pad"):
        if target_width <= 0:
            raise ValueError("target_width must be > 0.")
        if target_height <= 0:
            raise ValueError("target_height must be > 0.")
        height, width = known_size(image)
        more_height, more_width = target_height - height, target_width - width
        cropped = crop_to_bounding_box(
            image,
            max(-more_height // 2, 0),
            max(-more_width // 2, 0),
            min(target_height, height),
            min(target_width, width),
        )
        return pad_to_bounding_box(
            cropped, max(more_height // 2, 0), max(more_width // 2, 0), target_height, target_width
        )


def central_crop(image: Any, central_fraction: float) -> Tensor:
    """The middle of the image, a share `central_fraction` of its height and width."""
    image = convert_to_tensor(image, name="image")
    if not 0.0 < central_fraction <= 1.0:
        raise ValueError("central_fraction must be within (0, 1]")
    if central_fraction == 1.0:
        return image
    with image.graph.as_default(), image.graph.name_scope("central_crop"):
        height, width = known_size(image)
        top, left = (int((size - size * central_fraction) / 2) for size in (height, width))
        return _cut(image, top, left, height - 2 * top, width - 2 * left)


def as_batch(image: Tensor) -> tuple[Tensor, bool]:
    """A batch of images, and whether it was a single one."""
    single = first_axis(image) == 0
    return (expand_dims(image, 0) if single else image), single


def from_batch(images: Tensor, single: bool) -> Tensor:
    return squeeze(images, [0]) if single else images
