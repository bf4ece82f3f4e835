"""Saver: writes a session's variables into numbered checkpoints, keeps the newest, and reads them back."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable
from numbers import Integral
from typing import Any, final

import numpy as np

from estimators import logging
from estimators.checkpoint.atomic_file import link_file, replace_file
from estimators.checkpoint.format import (
    Arrays,
    checkpoint_exists,
    get_checkpoint_mtimes,
    read_checkpoint,
    remove_checkpoint,
    write_checkpoint,
)
from estimators.checkpoint.meta_graph_file import meta_graph_bytes
from estimators.checkpoint.state_file import relative_to, update_checkpoint_state
from estimators.checkpoint.variable_names import names_of
from model_fns.errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.protos.saver import SaverDef

_ADVICE = (
    "If this checkpoint is of another model, use another model_dir, or delete this one to train from the start; to "
    "begin a new model with the variables that fit, use warm_start_from."
)
_MOST_NAMES = 20  # of a checkpoint that a message lists


@final
class Saver:
    """Saves and restores variables.

    Args:
      var_list: the variables, under their own names; or a dict from the name in the file to the variable; or None: all
        global variables there are when it is built, which is now, or with `defer_build` each time `build()` is called.
      reshape: restore a variable also from a value with as many elements but another shape.
      max_to_keep: how many checkpoints to keep; the oldest is deleted. None or 0 keeps all.
      keep_checkpoint_every_n_hours: of those to be deleted, one is kept for good every so many hours.
      allow_empty: no error if there are no variables; then nothing is saved.
      pad_step_number: `model.ckpt-00000100` instead of `model.ckpt-100`.
      save_relative_paths: names in the state file start from its directory, which may then be moved.
    The other arguments are accepted and change nothing.

    A Saver of all global variables also saves and restores what a run needs to go on exactly where it stopped: seed,
    counters and input position (`session.state.resume`). One of a part of them leaves that alone.

    Raises ValueError for no variables or the same one twice, TypeError for something that is not a variable.
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: int = 2,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. "
                "Either set defer_build=False or var_list=None."
            )
        self._var_list = var_list
        self._reshape = reshape
        self._sharded = sharded
        self._is_deferred = defer_build
        self._max_to_keep = max_to_keep
        self._seconds_between_kept = keep_checkpoint_every_n_hours * 3600
        self._allow_empty = allow_empty
        self._pad_step_number = pad_step_number
        self._save_relative_paths = save_relative_paths
        self._variables: dict[str, Any] | None = None  # by the name in the file; None until built
        self._meta_graph: tuple[str, bytes] | None = None  # the file of the last one, and what is in it
        self._without_meta_graph: str | None = None  # why there is none
        self._next_checkpoint_time = math.inf
        self._last_checkpoints: list[tuple[str, float]] = []
        self._checkpoints_to_be_deleted: list[tuple[str, float]] = []
        if not defer_build:
            self.build()

    def build(self) -> None:
        """Settles which variables are saved, if that was left open."""
        if self._variables is not None and not self._is_deferred:
            return
        variables = self._var_list
        if variables is None:
            keys = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.SAVEABLE_OBJECTS)
            variables = [item for key in keys for item in get_default_graph().get_collection(key)]
        if not variables and not self._allow_empty:
            raise ValueError("No variables to save")
        if self._variables is None:
            self._next_checkpoint_time = time.time() + self._seconds_between_kept
        self._variables = names_of(variables)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables' tensors by their names in the file."""
        return dict(self._built("variables are asked for"))

    @property
    def saver_def(self) -> SaverDef:
        """How it keeps checkpoints, as a message."""
        return SaverDef(
            max_to_keep=self._max_to_keep or 0,
            sharded=self._sharded,
            keep_checkpoint_every_n_hours=self._seconds_between_kept / 3600,
            version=SaverDef.V2,
        )

    def as_saver_def(self) -> SaverDef:
        """`saver_def`."""
        return self.saver_def

    # -- saving ------------------------------------------------------------------------------------------------------

    def save(
        self,
        sess: Any,
        save_path: Any,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str | None:
        """Writes a checkpoint and, with `write_state`, the state file; then deletes the checkpoints that are too many.

        `global_step`, a number, tensor or tensor's name, is appended to the name. With `write_meta_graph` the graph is
        written beside it, for import_meta_graph. Returns the checkpoint's name (None without variables), for
        `restore`. Raises OSError if it cannot be written, with the
        earlier checkpoints and the state file as they were; ValueError for a missing directory (the last one is
        made, but not those before it) or colliding names.
        """
        variables = self._built("save")
        save_path = os.fspath(save_path)
        latest_filename = latest_filename or "checkpoint"
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        if global_step is None and os.path.basename(save_path) == latest_filename and not self._sharded:
            raise ValueError(f"'latest_filename' collides with 'save_path': '{latest_filename}' and '{save_path}'")
        _check_session(sess)
        if not variables:
            return None
        directory = os.path.dirname(save_path)
        if not os.path.isdir(directory or os.curdir):
            _make_last_directory(directory, save_path)
        checkpoint = self._numbered(sess, save_path, global_step)
        metadata = {"resume": sess.state.resume} if _is_whole(variables, sess.graph) else {}
        write_checkpoint(checkpoint, _values(variables, sess.state.arrays), metadata)
        if write_meta_graph:
            self._write_meta_graph(f"{checkpoint}.{meta_graph_suffix}", sess.graph)
        if write_state:
            self._record(checkpoint)
            self._write_state(directory, checkpoint, latest_filename)
            self._delete_old()
        return checkpoint

    def _write_meta_graph(self, path: str, graph: Graph) -> None:
        """The same graph as the last time is the same file under another name, too."""
        try:
            content = meta_graph_bytes(graph, {key: tensor.op.name for key, tensor in self._built("save").items()})
        except TypeError as error:
            if self._without_meta_graph != str(error):  # said once
                logging.warning("No meta graph is written: %s", error)
            self._without_meta_graph = str(error)
            return
        before, self._meta_graph = self._meta_graph, (path, content)
        try:
            if before is not None and before[1] is content and before[0] != path and os.path.exists(before[0]):
                link_file(before[0], path)
            else:
                replace_file(path, content)
        except OSError as error:  # the variables are worth more, and there is room for them
            logging.warning("No meta graph is written: %s", error)

    def export_meta_graph(
        self,
        filename: Any = None,
        collection_list: Any = None,
        as_text: bool = False,
        export_scope: str | None = None,
        clear_devices: bool = False,
        clear_extraneous_savers: bool = False,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> bytes:
        """The default graph with this Saver as a meta graph, in bytes; written into `filename` if it is given."""
        names = {key: tensor.op.name for key, tensor in self._built("export_meta_graph").items()}
        content = meta_graph_bytes(get_default_graph(), names)
        if filename is not None:
            replace_file(os.fspath(filename), content)
        return content

    def _built(self, method: str) -> dict[str, Any]:
        if self._variables is None:
            raise RuntimeError(f"`build()` should be called before {method} if defer_build==True")
        return self._variables

    def _numbered(self, sess: Any, save_path: str, global_step: Any) -> str:
        if global_step is None:
            return save_path
        if not isinstance(global_step, Integral | np.ndarray):
            global_step = sess.run(sess.graph.as_graph_element(global_step))
        return f"{save_path}-{int(global_step):0{8 if self._pad_step_number else 1}d}"

    def _record(self, checkpoint: str) -> None:
        if not self._max_to_keep:
            return
        self._last_checkpoints = [(path, when) for path, when in self._last_checkpoints if path != checkpoint]
        self._last_checkpoints.append((checkpoint, time.time()))
        while len(self._last_checkpoints) > self._max_to_keep:
            self._checkpoints_to_be_deleted.append(self._last_checkpoints.pop(0))

    def _write_state(self, directory: str, latest: str, latest_filename: str) -> None:
        paths = [*self.last_checkpoints]
        if self._save_relative_paths:
            latest, paths = relative_to(directory, latest), [relative_to(directory, path) for path in paths]
        update_checkpoint_state(directory, latest, paths, latest_filename)

    def _delete_old(self) -> None:
        kept = {path for path, _ in self._last_checkpoints}
        for path, when in self._checkpoints_to_be_deleted:
            if when > self._next_checkpoint_time:
                self._next_checkpoint_time += self._seconds_between_kept
            elif path not in kept:
                try:
                    remove_checkpoint(path)
                except OSError as error:
                    logging.warning("Ignoring: %s", error)
        self._checkpoints_to_be_deleted = []

    # -- the list of checkpoints -------------------------------------------------------------------------------------

    @property
    def last_checkpoints(self) -> list[str]:
        """The names of the checkpoints that were not deleted yet, oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints: list[str]) -> None:
        """Sets the list; those in it are never deleted. Better: set_last_checkpoints_with_time."""
        if not isinstance(last_checkpoints, list):
            raise AssertionError(f"last_checkpoints must be a list, but it is {last_checkpoints!r}")
        self._last_checkpoints = [(path, math.inf) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time: list[tuple[str, float]]) -> None:
        """Sets the list, each name with the time it was saved (seconds since the epoch)."""
        if not isinstance(last_checkpoints_with_time, list):
            raise AssertionError(f"last_checkpoints_with_time must be a list, but it is {last_checkpoints_with_time!r}")
        self._last_checkpoints = list(last_checkpoints_with_time)

    def recover_last_checkpoints(self, checkpoint_paths: Iterable[str]) -> None:
        """Sets the list after a restart to those of `checkpoint_paths` (the state file's) that are there."""
        times = [(path, get_checkpoint_mtimes([path])) for path in checkpoint_paths]
        self.set_last_checkpoints_with_time([(path, when[0]) for path, when in times if when])

    # -- restoring ---------------------------------------------------------------------------------------------------

    def restore(self, sess: Any, save_path: Any) -> None:
        """Gives the variables the values of a checkpoint: all of them, or, if anything does not fit, none.

        Raises ValueError if there is no such checkpoint, NotFoundError for variables it does not hold,
        InvalidArgumentError for values of another shape or type, DataLossError if the file is damaged.
        """
        variables = self._built("restore")
        if not variables:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        if not checkpoint_exists(save_path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {os.fspath(save_path)}")
        _check_session(sess)
        logging.info("Restoring parameters from %s", save_path)
        values, metadata = read_checkpoint(save_path)
        _check_names(variables, values, save_path)
        _check_fit(variables, values, save_path, self._reshape)
        for name, variable in variables.items():
            _put(sess.state.arrays, variable.op.name, values[name].reshape(variable.shape.as_list()))
        if "resume" in metadata and _is_whole(variables, sess.graph):
            sess.state.resume.clear()
            sess.state.resume.update(metadata["resume"])


def get_saver_or_default() -> Saver:
    """The one Saver of the default graph's collection SAVERS; if there is none, one of all variables, put into it.

    Raises RuntimeError if there are several.
    """
    graph = get_default_graph()
    savers = graph.get_collection(GraphKeys.SAVERS)
    if len(savers) > 1:
        raise RuntimeError(
            f"More than one item in collection {GraphKeys.SAVERS}. "
            "Please indicate which one to use by passing it to the constructor."
        )
    if not savers:
        savers = [Saver(sharded=True, allow_empty=True)]
        graph.add_to_collection(GraphKeys.SAVERS, savers[0])
    return savers[0]


def _make_last_directory(directory: str, save_path: str) -> None:
    """Makes `directory` if the one that it is to be in is there."""
    try:
        os.mkdir(directory)
    except FileExistsError:  # another process was faster
        pass
    except OSError as error:
        raise ValueError(f"Parent directory of {save_path} doesn't exist, can't save.") from error


def _check_session(sess: Any) -> None:
    if not (hasattr(sess, "graph") and hasattr(sess, "state")):
        raise TypeError(f"'sess' must be a Session; {sess}")


def _is_whole(variables: dict[str, Any], graph: Graph) -> bool:
    """True if every global variable of the graph is among `variables`."""
    saved = {variable.op.name for variable in variables.values()}
    return all(variable.op.name in saved for variable in graph.get_collection(GraphKeys.GLOBAL_VARIABLES))


def _values(variables: dict[str, Any], arrays: Arrays) -> Arrays:
    for variable in variables.values():
        name = variable.op.name
        if name not in arrays:
            raise FailedPreconditionError(None, variable.op, f"Attempting to use uninitialized value {name}")
    return {name: arrays[variable.op.name] for name, variable in variables.items()}


def _put(arrays: Arrays, name: str, value: np.ndarray) -> None:
    if name in arrays:
        arrays[name][...] = value  # in place: compiled code may hold this very array
    else:
        arrays[name] = value


def _check_names(variables: dict[str, Any], values: Arrays, save_path: Any) -> None:
    missing = sorted(variables.keys() - values.keys())
    if not missing:
        return
    there = sorted(values)
    more = f", and {len(there) - _MOST_NAMES} more" if len(there) > _MOST_NAMES else ""
    raise _restore_error(
        NotFoundError,
        "a Variable name or other graph key that is missing",
        [f"Key {name} not found in checkpoint" for name in missing]
        + [f"What {save_path} holds: {', '.join(there[:_MOST_NAMES]) or 'nothing'}{more}."],
    )


def _check_fit(variables: dict[str, Any], values: Arrays, save_path: Any, reshape: bool) -> None:
    faults = []
    for name, variable in variables.items():
        value, wanted, dtype = values[name], tuple(variable.shape.as_list()), variable.dtype.as_numpy_dtype
        if value.dtype != dtype:
            faults.append(f"{name} is {np.dtype(dtype)} in the graph, but {value.dtype} in the checkpoint")
        fits = value.size == math.prod(wanted) if reshape else value.shape == wanted
        if not fits:
            faults.append(f"{name} has shape {list(wanted)} in the graph, but {list(value.shape)} in the checkpoint")
    if faults:
        raise _restore_error(
            InvalidArgumentError,
            "a mismatch between the current graph and the graph",
            [f"The checkpoint {save_path} does not fit the graph:", *(f"  {fault}" for fault in faults)],
        )


def _restore_error(kind: Any, reason: str, facts: list[str]) -> Exception:
    opening = (
        f"Restoring from checkpoint failed. This is most likely due to {reason} from the checkpoint. Please ensure "
        "that you have not altered the graph expected based on the checkpoint. Original error:"
    )
    return kind(None, None, "\n".join([opening, "", *facts, _ADVICE]))
