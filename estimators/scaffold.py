"""Scaffold: the pieces that start a session - initializers, saver, summaries - given or found in the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.checkpoint.saver import get_saver_or_default
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.ops.control import group
from model_fns.summary import merge_all
from model_fns.variable_readiness import report_uninitialized_variables
from model_fns.variables import global_variables, global_variables_initializer, local_variables_initializer


class Scaffold:
    """What a session is started with.

    Args:
      init_op: initializes the variables, if there is no checkpoint; fed with `init_feed_dict`.
      init_fn: function of (scaffold, session), called after `init_op`.
      ready_op, ready_for_local_init_op: name the variables that have no value yet, the second the global ones only. The
        session looks itself, and runs neither.
      local_init_op: initializes local variables, always.
      summary_op: all summaries, merged; by default those of the collection SUMMARIES.
      saver: the Saver.
      copy_from_scaffold: whose pieces are taken for those not given. TypeError if it is no Scaffold.
    `finalize` fills in what is missing from the graph's collections, or with what is usual.
    """

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Scaffold, Any], Any] | None = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Scaffold | None = None,
    ) -> None:
        other = copy_from_scaffold
        if other is not None and not isinstance(other, Scaffold):
            raise TypeError("copy_from_scaffold is not a Scaffold instance.")
        pieces = {
            "init_op": init_op,
            "init_feed_dict": init_feed_dict,
            "user_init_fn": init_fn,
            "ready_op": ready_op,
            "ready_for_local_init_op": ready_for_local_init_op,
            "local_init_op": local_init_op,
            "summary_op": summary_op,
            "saver": saver,
        }
        self._given = {
            f"_{name}": getattr(other, f"_{name}", None) if piece is None else piece for name, piece in pieces.items()
        }
        self.reset()

    _init_op: Any
    _init_feed_dict: Any
    _user_init_fn: Callable[[Scaffold, Any], Any] | None
    _ready_op: Any
    _ready_for_local_init_op: Any
    _local_init_op: Any
    _summary_op: Any
    _saver: Any

    def reset(self) -> None:
        """Forgets what `finalize` filled in, for a graph from which it was taken back."""
        for name, piece in self._given.items():
            setattr(self, name, piece)

    def finalize(self) -> Scaffold:
        """Fills in the pieces not given, adding operations to the default graph if need be, and then finalizes it."""
        take = Scaffold.get_or_default
        if self._init_op is None:
            self._init_op = take("init_op", GraphKeys.INIT_OP, global_variables_initializer)
        if self._ready_op is None:
            self._ready_op = take("ready_op", GraphKeys.READY_OP, report_uninitialized_variables)
        if self._ready_for_local_init_op is None:
            self._ready_for_local_init_op = take(
                "ready_for_local_init_op", GraphKeys.READY_FOR_LOCAL_INIT_OP, _global_variables_without_value
            )
        if self._local_init_op is None:
            self._local_init_op = take("local_init_op", GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op)
        if self._summary_op is None:
            self._summary_op = take("summary_op", GraphKeys.SUMMARY_OP, merge_all)
        if self._saver is None:
            self._saver = get_saver_or_default()
        self._saver.build()
        get_default_graph().finalize()
        return self

    @property
    def init_op(self) -> Any:
        return self._init_op

    @property
    def init_feed_dict(self) -> Any:
        return self._init_feed_dict

    @property
    def init_fn(self) -> Callable[[Any], Any] | None:
        """The given function, to be called with the session alone; None if there is none."""
        function = self._user_init_fn
        return None if function is None else lambda session: function(self, session)

    @property
    def ready_op(self) -> Any:
        return self._ready_op

    @property
    def ready_for_local_init_op(self) -> Any:
        return self._ready_for_local_init_op

    @property
    def local_init_op(self) -> Any:
        return self._local_init_op

    @property
    def summary_op(self) -> Any:
        return self._summary_op

    @property
    def saver(self) -> Any:
        return self._saver

    @staticmethod
    def get_or_default(arg_name: str, collection_key: Any, default_constructor: Callable[[], Any]) -> Any:
        """The one item of a collection, else what the function makes, put into it. RuntimeError if there are more."""
        graph = get_default_graph()
        elements = graph.get_collection(collection_key)
        if len(elements) > 1:
            raise RuntimeError(
                f'More than one item in the collection "{collection_key}". Please indicate which one to use by passing '
                f"it to the tf.Scaffold constructor as:  tf.Scaffold({arg_name}=item to use)"
            )
        if elements:
            return elements[0]
        element = default_constructor()
        if element is not None:
            graph.add_to_collection(collection_key, element)
        return element

    @staticmethod
    def default_local_init_op() -> Any:
        """Initializes the local variables, and the tables in the graph's collection TABLE_INITIALIZERS."""
        tables = get_default_graph().get_collection(GraphKeys.TABLE_INITIALIZERS)
        return group(local_variables_initializer(), *tables)


def _global_variables_without_value() -> Any:
    return report_uninitialized_variables(global_variables())
