"""predictor: asks a saved model, in a process that need not have seen the model function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from estimators.export.saved_model import SERVING, SavedModel, read_saved_model
from estimators.session import Session
from model_fns.graph.graph import Graph
from model_fns.graph.tensor import Tensor
from model_fns.protos.signature import SignatureDef
from model_fns.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY


@final
class Predictor:
    """A model that is called with a dict of inputs and returns a dict of outputs. `from_saved_model` makes one."""

    def __init__(self, session: Session, feeds: Mapping[str, str], fetches: Mapping[str, str]) -> None:
        graph = session.graph
        self._session = session
        self._feed_tensors = {name: graph.get_tensor_by_name(tensor) for name, tensor in feeds.items()}
        self._fetch_tensors = {name: graph.get_tensor_by_name(tensor) for name, tensor in fetches.items()}

    @property
    def graph(self) -> Graph:
        return self._session.graph

    @property
    def session(self) -> Session:
        return self._session

    @property
    def feed_tensors(self) -> dict[str, Tensor]:
        """The inputs by name."""
        return self._feed_tensors

    @property
    def fetch_tensors(self) -> dict[str, Tensor]:
        """The outputs by name."""
        return self._fetch_tensors

    def __call__(self, input_dict: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs for a batch of inputs. ValueError for inputs that the model does not have."""
        unexpected = set(input_dict) - set(self._feed_tensors)
        if unexpected:
            expected = set(self._feed_tensors)
            raise ValueError(f"Got unexpected keys in input_dict: {unexpected}\nexpected: {expected}")
        feeds = {self._feed_tensors[name]: value for name, value in input_dict.items()}
        return self._session.run(self._fetch_tensors, feeds)

    def __repr__(self) -> str:
        return f"SavedModelPredictor with feed tensors {self._feed_tensors} and fetch_tensors {self._fetch_tensors}"


def from_saved_model(
    export_dir: Any,
    signature_def_key: str | None = None,
    signature_def: SignatureDef | None = None,
    input_names: Mapping[str, str] | None = None,
    output_names: Mapping[str, str] | None = None,
    tags: Any = None,
    graph: Graph | None = None,
    config: Any = None,
) -> Predictor:
    """A predictor of the model in a directory.

    Args:
      export_dir: what export_saved_model returned.
      signature_def_key: which of its signatures; by default `serving_default`. Or signature_def, one itself, or
        input_names and output_names, dicts from name to tensor name.
      tags: accepted; there is one graph in a directory.
      graph: the graph to add the model to; by default a new one.
      config: a ConfigProto.
    Raises ValueError for several of these, and for a signature that is not there; OSError if it is no saved model's
    directory.
    """
    if sum([signature_def_key is not None, signature_def is not None, input_names is not None]) > 1:
        raise ValueError(
            "You must specify at most one of signature_def_key OR signature_def OR (input_names AND output_names)."
        )
    if (input_names is None) != (output_names is None):
        raise ValueError("input_names and output_names must both be specified or both be unspecified.")
    model = read_saved_model(export_dir)
    session = Session(graph=graph or Graph(), config=config)
    _load(model, session)
    if input_names is not None and output_names is not None:
        return Predictor(session, input_names, output_names)
    found = signature_def or _signature(model, signature_def_key or DEFAULT_SERVING_SIGNATURE_DEF_KEY)
    feeds = {name: info.name for name, info in found.inputs.items()}
    return Predictor(session, feeds, {name: info.name for name, info in found.outputs.items()})


def _signature(model: SavedModel, key: str) -> SignatureDef:
    if key not in model.signature_def:
        available = sorted(model.signature_def)
        raise ValueError(f'Got signature_def_key "{key}". Available signatures are {available}.')
    return model.signature_def[key]


def _load(model: SavedModel, session: Session) -> None:
    model.add_to(session.graph)
    for name, array in model.arrays.items():
        session.state.arrays[name] = array


def load(sess: Session, tags: Any, export_dir: Any, import_scope: str | None = None, **saver_kwargs: Any) -> SavedModel:
    """Adds the model of a directory to a session: its graph, and its variables' values (tf.saved_model.loader.load).

    Returns what the directory holds; `signature_def` names inputs and outputs. Raises RuntimeError for other tags than
    `serve`, ValueError for an import_scope.
    """
    if set(tags) != {SERVING}:
        raise RuntimeError(
            f"MetaGraphDef associated with tags {', '.join(map(repr, tags))} could not be found in SavedModel. The tag "
            f"there is: {SERVING!r}."
        )
    if import_scope is not None:
        raise ValueError("load: import_scope is not available; load the model into a graph of its own.")
    model = read_saved_model(export_dir)
    _load(model, sess)
    return model
