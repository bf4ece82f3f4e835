"""read_data_sets against TensorFlow 1.15's on the same files, the sample in its place, tables, data sets by name."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import estimators.compat.v1 as tf
from input_fns.datasets import by_name, csv_table, mnist_arrays, mnist_batches
from input_fns.datasets.errors import DatasetError, DatasetUnavailableError
from input_fns.datasets.mnist import DATA_VARIABLE, SAMPLE
from input_fns.datasets.mnist_batches import read_data_sets


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A directory with the four files, which here hold the sample; no others are anywhere."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    directory = tmp_path / "files"
    directory.mkdir()
    for file, path in SAMPLE.items():
        shutil.copy(path, directory / f"{file.name}.gz")
    return directory


@pytest.fixture(autouse=True)
def numpys_generator_is_left_alone():
    state = np.random.get_state()
    yield
    np.random.set_state(state)


def test_batches_are_tensorflows(files):
    """The numbers are TensorFlow 1.15.5's, with the same seed and the same files."""
    data = read_data_sets(files, validation_size=500, seed=7)
    images, labels = data.train.next_batch(4)
    assert (labels.tolist(), images.dtype, images.shape) == ([9, 4, 4, 8], np.float32, (4, 784))
    assert float(images.sum()) == pytest.approx(391.0470886230469, rel=1e-6)
    data.train.next_batch(2000), data.train.next_batch(2000)
    assert data.train.epochs_completed == 0
    labels = data.train.next_batch(1000)[1]  # across the end of the first epoch
    assert labels[-5:].tolist() == [1, 8, 6, 1, 7]
    assert (data.train.epochs_completed, len(labels), labels.dtype) == (1, 1000, np.uint8)
    assert data.test.next_batch(3, shuffle=False)[1].tolist() == [9, 4, 4]
    assert data.validation.next_batch(3)[1].tolist() == [0, 9, 2]


def test_the_graphs_seed_and_the_other_forms_are_tensorflows(files):
    with tf.Graph().as_default():
        tf.set_random_seed(5)
        data = read_data_sets(files, one_hot=True, reshape=False, dtype=tf.uint8, validation_size=0)
    images, labels = data.train.next_batch(2)
    assert (images.shape, images.dtype, labels.dtype) == ((2, 28, 28, 1), np.uint8, np.float64)
    assert (labels.argmax(1).tolist(), int(images.sum())) == ([4, 5], 59046)
    assert (data.validation.num_examples, data.test.labels.shape) == (0, (1000, 10))


def test_invented_data():
    data = read_data_sets("nowhere", fake_data=True, one_hot=True)
    images, labels = data.train.next_batch(2, fake_data=True)
    assert (len(images), len(images[0]), labels) == (2, 784, [[1] + [0] * 9] * 2)
    assert data.test.num_examples == 10_000


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"validation_size": 6000}, ValueError, "Validation size should be between 0 and 5000. Received: 6000."),
        ({"dtype": tf.int32}, TypeError, "Invalid image dtype tf.int32, expected uint8 or float32"),
    ],
)
def test_what_cannot_be_is_refused(files, arguments, error, sentence):
    with pytest.raises(error) as caught:
        read_data_sets(files, **arguments)
    assert str(caught.value) == sentence


def test_without_files_the_sample_serves_and_a_line_says_so(files, tmp_path, caplog):
    with caplog.at_level("WARNING", "tensorflow"):
        data = read_data_sets(tmp_path / "MNIST_data")
    assert [part.num_examples for part in data] == [4584, 416, 1000]  # the validation part is 5,000 of 60,000
    assert "this runs on the sample that comes with the package: 5,000 examples" in caplog.text


def test_files_are_found_where_the_environment_says(files, monkeypatch, caplog):
    monkeypatch.setenv(DATA_VARIABLE, str(files))
    arrays = mnist_arrays.mnist_arrays("nowhere")
    assert not arrays.is_sample and not caplog.text
    (train_images, train_labels), (_, test_labels) = tf.keras.datasets.mnist.load_data()
    assert (train_images.shape, train_images.dtype) == ((5000, 28, 28), np.uint8)
    assert (train_labels.shape, test_labels.dtype) == ((5000,), np.uint8)


def test_half_of_the_files_is_a_mistake(files):
    (files / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DatasetUnavailableError, match="does not hold t10k-labels-idx1-ubyte"):
        read_data_sets(files)


def test_kerass_own_file_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".keras/datasets").mkdir(parents=True)
    parts = {
        "x_train": np.zeros((2, 28, 28)),
        "y_train": np.ones(2),
        "x_test": np.ones((1, 28, 28)),
        "y_test": np.zeros(1),
    }
    np.savez(tmp_path / ".keras/datasets/mnist.npz", **parts)
    assert tf.keras.datasets.mnist.load_data()[0][1].tolist() == [1, 1]


def test_data_sets_by_name(files, monkeypatch):
    monkeypatch.setenv(DATA_VARIABLE, str(files))
    mnist = tf.contrib.learn.datasets.load_dataset("mnist")
    assert isinstance(mnist, mnist_batches.Datasets)
    iris = tf.contrib.learn.datasets.load_dataset("iris")
    assert (iris.data.shape, iris.data[0].tolist()) == ((150, 4), [5.1, 3.5, 1.4, 0.2])
    assert np.bincount(iris.target).tolist() == [50, 50, 50]
    with pytest.raises(NotImplementedError, match="'boston' does not come with this package; iris and mnist do"):
        by_name.load_dataset("boston")
    with pytest.raises(ValueError, match="Name of dataset is not found: irises"):
        by_name.load_dataset("irises")


def test_tables(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("2,3,yes,no\n1,2,3,0\n4,5,6,1\n")
    table = tf.contrib.learn.datasets.base.load_csv_with_header(path, np.int32, np.float32)
    assert (table.data.tolist(), table.target.tolist()) == ([[1, 2, 3], [4, 5, 6]], [0, 1])
    assert (table.data.dtype, table.target.dtype) == (np.float32, np.int32)
    path.write_text("1,2,3\n4,5,6\n\n")
    table = csv_table.load_csv_without_header(path, np.int64, np.float64, target_column=0)
    assert (table.data.tolist(), table.target.tolist()) == ([[2, 3], [5, 6]], [1, 4])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "the first line must begin with the numbers of rows and of columns"),
        ("3,1\n1,2\n", "promises 3 rows of 1 columns and a target, but there are [1, 1]"),
        ("1,1\n1,x\n", "is no table of numbers"),
    ],
)
def test_another_file_is_no_table(tmp_path, text, sentence):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(DatasetError) as caught:
        csv_table.load_csv_with_header(path, np.int32, np.float32)
    assert sentence in str(caught.value)
