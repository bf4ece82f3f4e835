"""Writes the data files that input_fns ships, from the full data sets. Run once; kept because data need a recipe.

    python tests/input_fns/make_shipped_data.py MNIST_DIRECTORY OPTDIGITS_TES

MNIST_DIRECTORY holds MNIST's four files; OPTDIGITS_TES is UCI's optdigits.tes (1,797 lines of 64 pixels and a label) or
an .npz with the same rows as `x` and `y`. The same input gives the same bytes, but for the version of zlib.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).parents[2]))

import input_fns.datasets.mnist as mnist
from input_fns.datasets.idx import encode_idx, read_idx

DATA = Path(mnist.__file__).parent / "data"


def write(name: str, array: numpy.ndarray) -> None:
    (DATA / name).write_bytes(gzip.compress(encode_idx(array.astype(numpy.uint8)), 9, mtime=0))


def write_digits(path: Path) -> None:
    if path.suffix == ".npz":
        with numpy.load(path) as arrays:
            pixels, labels = arrays["x"], arrays["y"]
    else:
        rows = numpy.loadtxt(path, delimiter=",", dtype=numpy.uint8)
        pixels, labels = rows[:, :-1], rows[:, -1]
    write("digits-images.gz", pixels.reshape(-1, 8, 8))
    write("digits-labels.gz", labels)


def sample(labels: numpy.ndarray, per_class: int) -> numpy.ndarray:
    """`per_class` row numbers of each class, drawn without replacement, in the order of the source."""
    random = numpy.random.RandomState(0)
    rows = [random.permutation(numpy.flatnonzero(labels == label))[:per_class] for label in range(10)]
    return numpy.sort(numpy.concatenate(rows))


def write_mnist_sample(directory: Path) -> None:
    paths = mnist._found_in(directory)
    parts = {
        "train": (mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS, 500),
        "test": (mnist.TEST_IMAGES, mnist.TEST_LABELS, 100),
    }
    for part, (images, labels, per_class) in parts.items():
        all_labels = read_idx(paths[labels])
        rows = sample(all_labels, per_class)
        write(f"mnist-sample-{part}-images.gz", read_idx(paths[images])[rows])
        write(f"mnist-sample-{part}-labels.gz", all_labels[rows])


if __name__ == "__main__":
    write_mnist_sample(Path(sys.argv[1]))
    write_digits(Path(sys.argv[2]))
