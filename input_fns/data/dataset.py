"""Dataset: an input pipeline, under TensorFlow's names. Each method returns a new one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from input_fns.data import selection
from input_fns.data.files import FixedLengthRecords, MatchingFiles, Records, TextLines, file_names
from input_fns.data.function import Function, trace
from input_fns.data.generator import Generated
from input_fns.data.grouping import Batch, PaddedBatch, Unbatch, batch_rows
from input_fns.data.iterator import Iterator, initializable_iterator, one_shot_iterator
from input_fns.data.mapping import Filter, FlatMap, Interleave, Map
from input_fns.data.memory import Cache
from input_fns.data.node import Node
from input_fns.data.padding import padded_shapes_of, padding_of
from input_fns.data.shuffling import Shuffle, shuffle_seed
from input_fns.data.structure import Structure, flatten, pack, structure_of
from input_fns.data.tensors import One, Range, Slices, components_of
from input_fns.data.windows import FlatMapWindows, Gathered, Windows, windows_behind
from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor

_ALL = 1 << 62  # a buffer that holds everything


class Dataset:
    """Elements one after the other, all of one structure: tensors in nested tuples and dicts.

    A dataset is a description: an iterator reads it. Where a number is asked for, a tensor will do; its value is taken
    when the iterator starts.
    """

    def __init__(self, node: Node) -> None:
        self.node = node

    # -- where elements come from ------------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors: Any) -> Dataset:
        """One element: `tensors`."""
        components = components_of(tensors)
        return Dataset(One(_form(tensors, components), components))

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """The rows of `tensors`, which must have the same number of them. ValueError if they have not.

        Arrays are not copied: leave them as they are while the dataset is in use.
        """
        components = components_of(tensors)
        return Dataset(Slices(_form(tensors, components), components))

    @staticmethod
    def from_generator(
        generator: Callable[..., Any], output_types: Any, output_shapes: Any = None, args: Any = None
    ) -> Dataset:
        """What `generator(*args)` yields, a new generator for each pass over the dataset."""
        if not callable(generator):
            raise TypeError("`generator` must be callable.")
        given = () if args is None else tuple(convert_to_tensor(item) for item in args)
        return Dataset(Generated(generator, structure_of(output_types, output_shapes), given))

    @staticmethod
    def range(*args: Any) -> Dataset:
        """The integers (int64) of Python's `range`, given its arguments."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = (0, *args, 1) if len(args) == 1 else (*args, 1)[:3]
        return Dataset(Range(start, stop, step))

    @staticmethod
    def zip(datasets: Any) -> Dataset:
        """One element of each dataset in a structure of datasets, until one of them ends."""
        flat = flatten(datasets)
        for item in flat:
            if isinstance(item, list):
                raise TypeError(
                    "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects. Nested "
                    "structures do not support Python lists; please use a tuple instead."
                )
            if not isinstance(item, Dataset):
                raise TypeError("The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects.")
        nodes = tuple(item.node for item in flat)
        return Dataset(selection.Zip(pack(datasets, [node.structure.nest for node in nodes]), nodes))

    @staticmethod
    def list_files(file_pattern: Any, shuffle: bool | None = None, seed: int | None = None) -> Dataset:
        """The names of the files that match a pattern or several; shuffled, unless `shuffle` is False."""
        names = Dataset(MatchingFiles(file_names(file_pattern)))
        return names if shuffle is False else names.shuffle(_ALL, seed)

    # -- which elements ----------------------------------------------------------------------------------------------

    def take(self, count: Any) -> Dataset:
        """The first `count` elements; -1 for all."""
        return Dataset(selection.Take(self.node, _integer(count)))

    def skip(self, count: Any) -> Dataset:
        """All but the first `count` elements; -1 for none."""
        return Dataset(selection.Skip(self.node, _integer(count)))

    def shard(self, num_shards: Any, index: Any) -> Dataset:
        """Every `num_shards`-th element, beginning with number `index`."""
        return Dataset(selection.Shard(self.node, _integer(num_shards), _integer(index)))

    def repeat(self, count: Any = None) -> Dataset:
        """All elements `count` times over; without end for None or -1."""
        return Dataset(selection.Repeat(self.node, -1 if count is None else _integer(count)))

    def concatenate(self, dataset: Dataset) -> Dataset:
        """These elements, then those of `dataset`. TypeError if they are of other types."""
        return Dataset(selection.Concatenate(self.node, dataset.node))

    def enumerate(self, start: Any = 0) -> Dataset:
        """Pairs of a number, from `start` on, and an element."""
        return Dataset(selection.Enumerate(self.node, _integer(start)))

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements for which `predicate` is True."""
        return Dataset(Filter(self.node, self._traced(predicate, "filter")))

    filter_with_legacy_function = filter

    # -- in which order ----------------------------------------------------------------------------------------------

    def shuffle(self, buffer_size: Any, seed: Any = None, reshuffle_each_iteration: bool | None = None) -> Dataset:
        """Random order: each element handed out is drawn from a buffer of `buffer_size`.

        The order is one of all possible ones only if the buffer holds all elements. Each pass over the dataset has an
        order of its own unless `reshuffle_each_iteration` is False.
        """
        reshuffle = reshuffle_each_iteration is not False
        return Dataset(Shuffle(self.node, _integer(buffer_size), *shuffle_seed(seed), reshuffle))

    def cache(self, filename: Any = "") -> Dataset:
        """Keeps the elements of the first pass in memory for those after it."""
        if filename:
            raise NotImplementedError(
                f"Dataset.cache({filename!r}): a cache in a file is not available. Leave the name out to keep the "
                "elements in memory."
            )
        return Dataset(Cache(self.node))

    def prefetch(self, buffer_size: Any) -> Dataset:
        """The same elements: nothing is fetched ahead."""
        if isinstance(buffer_size, int) and buffer_size < -1:
            raise InvalidArgumentError(message="buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")
        return self

    # -- one from several, several from one --------------------------------------------------------------------------

    def batch(self, batch_size: Any, drop_remainder: Any = False) -> Dataset:
        """`batch_size` elements as one, stacked; the last batch has what is left, or is left out."""
        self._check_no_windows("Dataset.batch")
        size = _integer(batch_size)
        return Dataset(Batch(self.node, size, drop_remainder, batch_rows(size, drop_remainder)))

    def padded_batch(
        self, batch_size: Any, padded_shapes: Any, padding_values: Any = None, drop_remainder: Any = False
    ) -> Dataset:
        """As `batch`, each component filled up to its `padded_shapes` with its `padding_values` (0 or "") first.

        A size of None or -1 is the largest in the batch.
        """
        size, structure = _integer(batch_size), self.node.structure
        shapes, values = padded_shapes_of(structure, padded_shapes), padding_of(structure, padding_values)
        return Dataset(PaddedBatch(self.node, size, drop_remainder, batch_rows(size, drop_remainder), shapes, values))

    def window(self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: Any = False) -> Dataset:
        """Windows of `size` elements, `stride` apart, beginning every `shift` (`size`) elements; to be `flat_map`ped.

        Each component of a window is a dataset. A shorter window at the end is left out if `drop_remainder`.
        """
        step = _integer(size if shift is None else shift)
        return Dataset(Windows(self.node, _integer(size), step, _integer(stride), drop_remainder))

    def unbatch(self) -> Dataset:
        """The rows of every element, one by one."""
        return Dataset(Unbatch(self.node))

    # -- functions of elements ---------------------------------------------------------------------------------------

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """`map_func` of every element; a tuple is handed over as several arguments.

        The function is called once, on tensors; `num_parallel_calls` is accepted without effect.
        """
        function = self._traced(map_func, "map")
        if function.node is not None:
            raise NotImplementedError("Dataset.map: a dataset of datasets is not available; see Dataset.flat_map.")
        return Dataset(Map(self.node, function))

    map_with_legacy_function = map

    def flat_map(self, map_func: Callable[..., Any]) -> Dataset:
        """The elements of the datasets that `map_func` makes of every element, one dataset after the other."""
        windows = windows_behind(self.node)
        if windows is None:
            return Dataset(FlatMap(self.node, self._traced(map_func, "flat_map")))
        structure = windows.structure
        gathered = tuple(Gathered(Structure(None, (spec,))) for spec in structure.specs)
        window = pack(structure.nest, [Dataset(node) for node in gathered])

        def of_window() -> Any:
            return map_func(*window) if type(window) is tuple else map_func(window)

        return Dataset(FlatMapWindows(self.node, trace(of_window, Structure((), ()), "flat_map"), gathered))

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = -1,
        block_length: Any = 1,
        num_parallel_calls: Any = None,
    ) -> Dataset:
        """As `flat_map`, of `cycle_length` datasets in turn (-1: one for each processor), `block_length` of each."""
        function = self._traced(map_func, "interleave")
        cycle = (os.cpu_count() or 1) if cycle_length == -1 else _integer(cycle_length)
        return Dataset(Interleave(self.node, function, cycle, _integer(block_length)))

    def apply(self, transformation_func: Callable[[Dataset], Any]) -> Dataset:
        """What a function of datasets makes of this one. TypeError if that is no dataset."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a Dataset. Got {dataset}.")
        return dataset

    def _traced(self, function: Callable[..., Any], method: str) -> Function:
        self._check_no_windows(f"Dataset.{method}")
        return trace(function, self.node.structure, f"Dataset.{method}()")

    def _check_no_windows(self, what: str) -> None:
        if windows_behind(self.node) is not None:
            raise NotImplementedError(f"{what}: a window is a dataset; flat_map makes elements of it.")

    # -- reading -----------------------------------------------------------------------------------------------------

    def make_one_shot_iterator(self) -> Iterator:
        """An iterator that starts by itself and goes once through the dataset."""
        self._check_no_windows("Dataset.make_one_shot_iterator")
        return one_shot_iterator(self.node)

    def make_initializable_iterator(self, shared_name: str | None = None) -> Iterator:
        """An iterator that starts, any number of times, when its `initializer` is run."""
        self._check_no_windows("Dataset.make_initializable_iterator")
        return initializable_iterator(self.node)

    @property
    def output_types(self) -> Any:
        """The element types, in the structure of an element."""
        return self.node.structure.types

    @property
    def output_shapes(self) -> Any:
        """The static shapes, in the structure of an element."""
        return self.node.structure.shapes

    @property
    def output_classes(self) -> Any:
        return self.node.structure.classes

    def __iter__(self) -> Any:
        raise RuntimeError("__iter__() is only supported inside of tf.function or when eager execution is enabled.")

    def __repr__(self) -> str:
        structure = self.node.structure
        shapes = [_Shown(str(shape)) for shape in flatten(structure.shapes)]
        return f"<DatasetV1Adapter shapes: {pack(structure.nest, shapes)}, types: {structure.types!r}>"


class TextLineDataset(Dataset):
    """The lines of text files, without what ends them.

    Args:
      filenames: a name, names, or a tensor of them.
      compression_type: None or "", GZIP, or ZLIB.
      buffer_size, num_parallel_reads: accepted without effect.
    """

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None
    ) -> None:
        super().__init__(_of_files(filenames, lambda names: TextLines(names, compression_type)))


class TFRecordDataset(Dataset):
    """The records of TensorFlow's record files, their checksums verified. Arguments as of TextLineDataset."""

    def __init__(
        self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None
    ) -> None:
        super().__init__(_of_files(filenames, lambda names: Records(names, compression_type)))


class FixedLengthRecordDataset(Dataset):
    """Stretches of `record_bytes` bytes of files, `header_bytes` and `footer_bytes` of each left out."""

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
    ) -> None:
        sizes = record_bytes, header_bytes or 0, footer_bytes or 0
        super().__init__(_of_files(filenames, lambda names: FixedLengthRecords(names, compression_type, *sizes)))


def _of_files(filenames: Any, node: Callable[[Any], Node]) -> Node:
    """The contents of files whose names are given, or are the elements of a dataset."""
    if isinstance(filenames, Dataset):
        return filenames.flat_map(lambda name: Dataset(node(name))).node
    return node(file_names(filenames))


def _integer(value: Any) -> Any:
    """A number, or a tensor that will have it."""
    value = getattr(value, "graph_element", value)
    return value if isinstance(value, Tensor) else int(value)


def _form(nest: Any, components: Any) -> Any:
    return pack(nest, [None] * len(components))


class _Shown:
    """A text that stands as it is in the representation of a structure."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def make_one_shot_iterator(dataset: Dataset) -> Iterator:
    """See Dataset.make_one_shot_iterator."""
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset: Dataset, shared_name: str | None = None) -> Iterator:
    """See Dataset.make_initializable_iterator."""
    return dataset.make_initializable_iterator(shared_name)


def get_output_types(dataset_or_iterator: Any) -> Any:
    """The element types of what a dataset or iterator yields."""
    return dataset_or_iterator.output_types


def get_output_shapes(dataset_or_iterator: Any) -> Any:
    """The static shapes of what a dataset or iterator yields."""
    return dataset_or_iterator.output_shapes


def get_output_classes(dataset_or_iterator: Any) -> Any:
    """The classes of what a dataset or iterator yields."""
    return dataset_or_iterator.output_classes
