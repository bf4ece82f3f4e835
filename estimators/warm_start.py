"""Warm start: a new model begins with variables of an older one's checkpoint."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from estimators import logging
from estimators.checkpoint.initial_values import checkpoint_path, start_from_checkpoint
from estimators.checkpoint.reader import CheckpointReader, load_checkpoint
from estimators.checkpoint.restore_op import Restore
from model_fns.graph.constant import constant
from model_fns.graph.default_graph import get_collection
from model_fns.graph.dtypes import as_dtype
from model_fns.graph.keys import GraphKeys
from model_fns.initializers import zeros_initializer
from model_fns.ops.apply import apply
from model_fns.ops.comparison import where
from model_fns.ops.indexing import gather
from model_fns.variables import Variable


class _VocabFields(NamedTuple):
    new_vocab: Any
    new_vocab_size: int
    num_oov_buckets: int
    old_vocab: Any
    old_vocab_size: int
    backup_initializer: Any
    axis: int


class VocabInfo(_VocabFields):
    """How the rows of a variable, one for each word of a vocabulary, have moved.

    Args:
      new_vocab, new_vocab_size: the file of the vocabulary now, a word a line, and how many of its words count.
      num_oov_buckets: rows for other words, after those of the vocabulary.
      old_vocab, old_vocab_size: the same of the checkpoint's; -1: all words of the file.
      backup_initializer: what the rows of words that are new begin with; None: zeros.
      axis: 0 for rows, 1 for columns.
    Raises ValueError for another axis.
    """

    __slots__ = ()

    def __new__(
        cls,
        new_vocab: Any,
        new_vocab_size: int,
        num_oov_buckets: int,
        old_vocab: Any,
        old_vocab_size: int = -1,
        backup_initializer: Any = None,
        axis: int = 0,
    ) -> VocabInfo:
        if axis not in (0, 1):
            raise ValueError(f"The only supported values for the axis argument are 0 and 1.  Provided axis: {axis}")
        return super().__new__(
            cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size, backup_initializer, axis
        )


class _SettingsFields(NamedTuple):
    ckpt_to_initialize_from: Any
    vars_to_warm_start: Any
    var_name_to_vocab_info: Mapping[str, VocabInfo]
    var_name_to_prev_var_name: Mapping[str, str]


class WarmStartSettings(_SettingsFields):
    """What an Estimator's variables begin with.

    Args:
      ckpt_to_initialize_from: a checkpoint, or a directory, whose latest it is.
      vars_to_warm_start: a regular expression for names of trainable variables; a list of expressions for names of
        global variables; a list of variables; or None: only those with a VocabInfo.
      var_name_to_vocab_info: VocabInfo by the variable's name.
      var_name_to_prev_var_name: the names in the checkpoint of those whose names were others there.
    ValueError without a checkpoint.
    """

    __slots__ = ()

    def __new__(
        cls,
        ckpt_to_initialize_from: Any,
        vars_to_warm_start: Any = ".*",
        var_name_to_vocab_info: Mapping[str, VocabInfo] | None = None,
        var_name_to_prev_var_name: Mapping[str, str] | None = None,
    ) -> WarmStartSettings:
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(
            cls,
            ckpt_to_initialize_from,
            vars_to_warm_start,
            var_name_to_vocab_info or {},
            var_name_to_prev_var_name or {},
        )


def settings_of(warm_start_from: Any) -> WarmStartSettings | None:
    """What an Estimator was given: settings, a checkpoint's name, or None. ValueError for anything else."""
    if warm_start_from is None or isinstance(warm_start_from, WarmStartSettings):
        return warm_start_from
    if isinstance(warm_start_from, str | bytes | os.PathLike):
        return WarmStartSettings(os.fspath(warm_start_from))
    raise ValueError(f"warm_start_from must be a string or a WarmStartSettings, instead got {type(warm_start_from)}")


def warm_start(
    ckpt_to_initialize_from: Any,
    vars_to_warm_start: Any = ".*",
    var_name_to_vocab_info: Mapping[str, VocabInfo] | None = None,
    var_name_to_prev_var_name: Mapping[str, str] | None = None,
) -> None:
    """Lets variables of the default graph begin with values of a checkpoint. Arguments as of WarmStartSettings.

    Raises ValueError for names that are not there, shapes that differ, and names of variables that were not used.
    """
    logging.info("Warm-starting from: %s", ckpt_to_initialize_from)
    vocabularies, previous = dict(var_name_to_vocab_info or {}), dict(var_name_to_prev_var_name or {})
    reader, path = load_checkpoint(ckpt_to_initialize_from), checkpoint_path(ckpt_to_initialize_from)
    there = {variable.op.name: variable for variable in _variables(vars_to_warm_start)}
    for name in vocabularies:  # those are warm-started whatever else is
        found = [variable for variable in get_collection(GraphKeys.GLOBAL_VARIABLES) if variable.op.name == name]
        there.update((variable.op.name, variable) for variable in found)
    started = 0
    for name, variable in there.items():
        key = previous.get(name, name)
        if name in vocabularies:
            _start_rows(variable, vocabularies[name], key, reader, path)
        elif vars_to_warm_start:
            start_from_checkpoint(variable, key, reader, path)
        else:
            continue
        started += 1
    logging.info("Warm-started %d variables.", started)
    for argument, given in (("var_name_to_prev_var_name", previous), ("var_name_to_vocab_info", vocabularies)):
        unused = given.keys() - there.keys()
        if unused:
            raise ValueError(
                f"You provided the following variables in {argument} that were not used: {sorted(unused)}.  Perhaps "
                f"you misspelled them?  Here is the list of viable variable names: {sorted(there)}"
            )


def _variables(wanted: Any) -> list[Variable]:
    if wanted is None:
        return []
    if isinstance(wanted, str):
        logging.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        return get_collection(GraphKeys.TRAINABLE_VARIABLES, wanted)
    if not isinstance(wanted, list):
        raise ValueError(f"`vars_to_warm_start must be a `list` or `str`.  Given type is {type(wanted)}")
    if all(isinstance(item, str) for item in wanted):
        return [variable for item in wanted for variable in get_collection(GraphKeys.GLOBAL_VARIABLES, item)]
    if all(isinstance(item, Variable) for item in wanted):
        return wanted
    kinds = [type(item) for item in wanted]
    raise ValueError(
        f"If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`.  Given types are {kinds}"
    )


def _start_rows(variable: Variable, vocabulary: VocabInfo, key: str, reader: CheckpointReader, path: str) -> None:
    """Lets the rows (or columns) of words that were there begin with what they were."""
    if not reader.has_tensor(key):
        raise ValueError(f"Tensor {key} is not found in {path} checkpoint {dict(reader.get_variable_to_shape_map())}")
    rows = _previous_rows(vocabulary)
    axis, shape = vocabulary.axis, reader.get_variable_to_shape_map()[key]
    expected = [*shape[:axis], len(rows), *shape[axis + 1 :]]
    if list(variable.dims) != expected:
        raise ValueError(
            f"Shape of variable {variable.name} ({variable.shape}) does not fit its VocabInfo: "
            f"{vocabulary.new_vocab_size} words and {vocabulary.num_oov_buckets} buckets of {key}, whose shape in the "
            f"checkpoint is {shape}, make {expected}."
        )
    make = vocabulary.backup_initializer or zeros_initializer()
    with variable.graph.as_default():
        definition = Restore(path, key, as_dtype(variable.dtype), tuple(shape))
        old = gather(apply(definition, "checkpoint_initializer"), constant(np.maximum(rows, 0)), axis=axis)
        is_known = np.reshape(rows >= 0, [-1 if i == axis else 1 for i in range(len(shape))])
        known = constant(np.broadcast_to(is_known, expected).copy())
        backup = make(list(variable.dims), dtype=variable.dtype)
        variable.begin_with(where(known, old, backup))


def _previous_rows(vocabulary: VocabInfo) -> np.ndarray:
    """For each row now, which row it was: -1 for none."""
    now = _words(vocabulary.new_vocab, vocabulary.new_vocab_size)
    before = _words(vocabulary.old_vocab, vocabulary.old_vocab_size)
    row_of = {word: row for row, word in reversed(list(enumerate(before)))}
    return np.array([row_of.get(word, -1) for word in now] + [-1] * vocabulary.num_oov_buckets, np.int64)


def _words(path: Any, size: int) -> list[str]:
    with open(path, encoding="utf-8") as file:
        words = file.read().splitlines()
    if size > len(words):
        raise ValueError(f"The vocabulary {path} has {len(words)} words, not {size}.")
    return words if size < 0 else words[:size]
