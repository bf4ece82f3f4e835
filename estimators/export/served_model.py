"""A model as it is served: its graph for prediction behind receivers, with the weights of a checkpoint, written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.export.saved_model import write_saved_model
from estimators.export.signatures import outputs_of, signatures_of
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.session_start import restore_from
from model_fns.global_step import create_global_step
from model_fns.graph.graph import Graph, set_random_seed
from model_fns.mode_keys import ModeKeys


def write_served_model(
    base: Any,
    receiver_fn: Callable[[], Any],
    model_fn: Callable[..., Any],
    config: RunConfig,
    assets_extra: Any,
    path: Any,
) -> str:
    """Writes what `model_fn` makes of a receiver's features, with the checkpoint `path`; the new directory's name.

    Args:
      base: below it, in a directory named after the time.
      receiver_fn: function that makes a ServingInputReceiver.
      model_fn: function of (features, labels, mode, config), its params bound.
      assets_extra: files to go along, by the names they get.
    """
    graph = Graph()
    with graph.as_default():
        set_random_seed(config.tf_random_seed)
        create_global_step(graph)
        receiver = receiver_fn()
        spec = model_fn(receiver.features, None, ModeKeys.PREDICT, config)
        signatures = signatures_of(receiver, outputs_of(spec))
        scaffold = spec.scaffold or Scaffold()
        scaffold.finalize()
        session = Session(graph=graph)
        restore_from(session, scaffold, path)
    return write_saved_model(base, graph, signatures, session.state.arrays, assets_extra)
