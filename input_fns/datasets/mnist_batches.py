"""MNIST as the tutorials of TensorFlow 1 read it: `read_data_sets`, and `next_batch` of its three parts."""

from __future__ import annotations

from typing import Any, NamedTuple, final

import numpy

from input_fns.datasets.mnist_arrays import WHOLE_TRAINING_SET, mnist_arrays
from model_fns.graph.dtypes import as_dtype, float32, uint8
from model_fns.graph.graph import get_default_graph

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
_CLASSES = 10
_FAKE_EXAMPLES = 10_000
_PIXELS = 784


@final
class DataSet:
    """Images and labels, handed out in batches, epoch after epoch.

    Args:
      images: uint8 [n, height, width, 1]. labels: [n, ...].
      fake_data: holds nothing; `next_batch(n, fake_data=True)` gives white images. one_hot: for those alone.
      dtype: float32 for pixels in [0, 1], uint8 for pixels as they are.
      reshape: False keeps the images' shape, True makes rows of pixels.
      seed: seeds NumPy's global generator, by which `next_batch` shuffles; default the graph's seed, if it has one.
    Raises TypeError for another dtype.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        numpy.random.seed(get_default_graph().seed if seed is None else seed)
        kind = as_dtype(dtype)
        if kind not in (uint8, float32):
            raise TypeError(f"Invalid image dtype {kind!r}, expected uint8 or float32")
        self._num_examples = _FAKE_EXAMPLES if fake_data else len(images)
        if not fake_data:
            if len(images) != len(labels):
                raise AssertionError(f"images.shape: {images.shape} labels.shape: {labels.shape}")
            if reshape:
                images = images.reshape(len(images), images.shape[1] * images.shape[2])
            if kind == float32:
                images = images.astype(numpy.float32) * numpy.float32(1.0 / 255.0)
        self.one_hot = one_hot
        self._images, self._labels = images, labels
        self._epochs_completed = self._index_in_epoch = 0

    @property
    def images(self) -> Any:
        return self._images

    @property
    def labels(self) -> Any:
        return self._labels

    @property
    def num_examples(self) -> int:
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """The next images and labels. A batch that crosses the end of an epoch is filled up from the next one.

        Each epoch is shuffled by NumPy's global generator when it begins.
        """
        if fake_data:
            label = [1] + [0] * (_CLASSES - 1) if self.one_hot else 0
            return [[1] * _PIXELS for _ in range(batch_size)], [label for _ in range(batch_size)]
        start, end = self._index_in_epoch, self._index_in_epoch + batch_size
        if shuffle and self._epochs_completed == 0 and start == 0:
            self._shuffle()
        if end <= self._num_examples:
            self._index_in_epoch = end
            return self._images[start:end], self._labels[start:end]
        last_images, last_labels = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        self._index_in_epoch = end = end - self._num_examples
        if shuffle:
            self._shuffle()
        images = numpy.concatenate((last_images, self._images[:end]))
        return images, numpy.concatenate((last_labels, self._labels[:end]))

    def _shuffle(self) -> None:
        order = numpy.arange(self._num_examples)
        numpy.random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]


class Datasets(NamedTuple):
    """What to train with, what to tune with, what to test with."""

    train: DataSet
    validation: DataSet
    test: DataSet


def read_data_sets(
    train_dir: Any,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """MNIST in three parts; the first `validation_size` training examples are those to tune with.

    It is read from `train_dir`, else from where `mnist_arrays` finds it; `source_url` is not used. Of the sample that
    comes with the package, which is smaller, the validation part is as large a share as it would be of the whole.
    Labels are uint8 [n], with `one_hot` float64 [n, 10]. Raises ValueError for a validation_size below 0 or above the
    number of training examples, TypeError for a dtype that is neither float32 nor uint8.
    """
    options: dict[str, Any] = {"dtype": dtype, "seed": seed}
    if fake_data:
        return Datasets(*(DataSet([], [], fake_data=True, one_hot=one_hot, **options) for _ in range(3)))
    arrays = mnist_arrays(train_dir)
    total = WHOLE_TRAINING_SET if arrays.is_sample else len(arrays.train_images)
    if not 0 <= validation_size <= total:
        raise ValueError(f"Validation size should be between 0 and {total}. Received: {validation_size}.")
    first = validation_size * len(arrays.train_images) // total
    images, labels = arrays.train_images[..., None], arrays.train_labels
    parts = (
        (images[first:], labels[first:]),
        (images[:first], labels[:first]),
        (arrays.test_images[..., None], arrays.test_labels),
    )
    made = ((pixels, _one_hot(classes) if one_hot else classes) for pixels, classes in parts)
    return Datasets(*(DataSet(*part, reshape=reshape, **options) for part in made))


def _one_hot(classes: Any) -> Any:
    return numpy.eye(_CLASSES)[classes]


def load_mnist(train_dir: Any = "MNIST-data") -> Datasets:
    """`read_data_sets` of that directory."""
    return read_data_sets(train_dir)
