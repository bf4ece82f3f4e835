"""1,797 handwritten digits of 8x8 pixels (UCI optdigits, its test part), shipped with the package."""

from __future__ import annotations

from pathlib import Path

import numpy

from input_fns.datasets.dataset import Dataset, Examples
from input_fns.datasets.idx import read_idx

_DATA = Path(__file__).parent / "data"
_TRAIN_EXAMPLES = 1440
_LARGEST_PIXEL = 16


def load_digits() -> Dataset:
    """The digits, 1,440 to train with and 357 to test with; needs no network.

    Features are float32 [n, 64] in [0, 1], an 8x8 image row by row; labels are int32 [n], 0 to 9. The split never
    changes: the rows are permuted by numpy's legacy generator, whose stream is frozen (NEP 19).

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998
    (data/README.md).
    """
    pixels = read_idx(_DATA / "digits-images.gz")
    labels = read_idx(_DATA / "digits-labels.gz").astype(numpy.int32)
    features = pixels.reshape(len(pixels), -1).astype(numpy.float32) / numpy.float32(_LARGEST_PIXEL)
    order = numpy.random.RandomState(0).permutation(len(labels))
    train, test = order[:_TRAIN_EXAMPLES], order[_TRAIN_EXAMPLES:]
    return Dataset(train=Examples(features[train], labels[train]), test=Examples(features[test], labels[test]))
