"""Every op, by its cases: shapes, gradients, the compiled form against the reference, float32 staying float32."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import model_fns.ops
from estimators.compiler.executable import Executable
from estimators.compiler.lowering.table import LOWERINGS
from estimators.compiler.reference import evaluate
from estimators.compiler.schedule import elementwise
from estimators.compiler.translate import translate
from model_fns import autodiff
from model_fns.graph import dtypes
from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol
from model_fns.graph.graph import Graph
from model_fns.graph.op import Comparison, Elementwise, Op, compiled_expression
from model_fns.graph.scalar_functions import NUMPY_FUNCTIONS
from model_fns.graph.tensor import Tensor
from model_fns.ops import control
from model_fns.ops.arithmetic import Cast
from model_fns.ops.convolution import Convolution
from tests.cases.compiled import batched, captured, compiled
from tests.cases.numeric_ops import CASES, SKIPPED
from tests.cases.ops import Case, placeholders

BATCHES = (3, 1, 0)
IDENTIFIED = [pytest.param(case, id=case.name) for case in CASES]


def every_op() -> set[type[Op]]:
    """All op classes of the package that are not meant to be derived from."""
    for module in pkgutil.iter_modules(model_fns.ops.__path__):
        importlib.import_module(f"{model_fns.ops.__name__}.{module.name}")
    found, waiting = set(), [Op]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found |= {
            kind for kind in kinds if getattr(kind, "__final__", False) and kind.__module__.startswith("model_fns.ops.")
        }
    return found


def test_every_op_has_a_case():
    known = {case.op for case in CASES} | set(SKIPPED)
    missing = sorted(kind.__name__ for kind in every_op() - known)
    assert not missing, f"write a case in tests/cases/ops.py for: {', '.join(missing)}"


@pytest.mark.parametrize("op", sorted(every_op(), key=lambda op: op.__name__), ids=lambda op: op.__name__)
def test_what_an_op_adds_is_an_attribute(op: type[Op]):
    """One that adds none needs no @dataclass, which costs time at every import; one that does, does."""
    added = {name for name, kind in vars(op).get("__annotations__", {}).items() if not str(kind).startswith("ClassVar")}
    assert added <= op.__dataclass_fields__.keys()
    assert ("__dataclass_fields__" in vars(op)) == bool(added) or op is Op


def test_cases_have_names_of_their_own():
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)


def arrays(case: Case, batch: int, floating: str) -> list[np.ndarray]:
    return [item.array(batch, floating, number) for number, item in enumerate(case.inputs)]


def gradients(ys: Any, xs: Any, grad_ys: Any = None) -> list[Tensor | None]:
    """Gradients as tensors, those by rows of tables too."""
    return [None if g is None else convert_to_tensor(g) for g in autodiff.gradients(ys, xs, grad_ys)]


def is_differentiable(case: Case) -> bool:
    return case.gradient > 0


@pytest.mark.parametrize("case", IDENTIFIED)
def test_static_shape_is_what_the_kernel_makes(case: Case):
    """...for every batch, and an output keeps its type."""
    with Graph().as_default() as graph:
        given = placeholders(case, "float32")
        made = case.outputs(*given)
        assert case.op in {type(operation.definition) for operation in graph.operations}, "the case does not use its op"
        for batch in BATCHES:
            for tensor, value in zip(
                made, evaluate(made, dict(zip(given, arrays(case, batch, "float32"), strict=True))), strict=True
            ):
                assert tensor.shape.is_compatible_with(np.shape(value)), (batch, tensor.shape, np.shape(value))
                assert tensor.dtype == np.asarray(value).dtype, (batch, tensor.dtype, np.asarray(value).dtype)
        assert all(tensor.dims is not None for tensor in made)


# -- gradients --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [p for p in IDENTIFIED if is_differentiable(p.values[0])])
def test_gradient_is_what_differences_say(case: Case):
    """...along a random direction, of a random projection of the outputs; then once more, of the gradient itself."""
    with Graph().as_default():
        given = placeholders(case, "float64")
        at = dict(zip(given, arrays(case, 3, "float64"), strict=True))
        made = [tensor for tensor in case.outputs(*given) if tensor.dtype.is_floating]
        along = [tensor for tensor in given if tensor.dtype.is_floating]
        generator = np.random.default_rng(5)
        weights = [generator.uniform(-1, 1, np.shape(value)) for value in evaluate(made, at)]
        first = compare_with_differences(made, weights, along, at, generator)
        if case.gradient > 1 and first:
            weights = [generator.uniform(-1, 1, np.shape(value)) for value in evaluate(first, at)]
            compare_with_differences(first, weights, along, at, generator)


def compare_with_differences(
    made: list[Tensor], weights: list[Any], along: list[Tensor], at: dict[Tensor, Any], generator: Any
) -> list[Tensor]:
    """Compares, and returns the gradients."""
    found = [
        (x, g)
        for x, g in zip(along, gradients(made, along, [np.asarray(w) for w in weights]), strict=True)
        if g is not None
    ]
    direction = {x: generator.uniform(-1, 1, at[x].shape) for x in along}
    step = 1e-6

    def projected(sign: float) -> float:
        moved = at | {x: at[x] + sign * step * direction[x] for x in along}
        return float(sum((w * value).sum() for w, value in zip(weights, evaluate(made, moved), strict=True)))

    expected = (projected(1) - projected(-1)) / (2 * step)
    values = evaluate([g for _, g in found], at)
    for (x, _), value in zip(found, values, strict=True):
        assert np.shape(value) == at[x].shape
        assert np.asarray(value).dtype == np.float64
    actual = sum(float((value * direction[x]).sum()) for (x, _), value in zip(found, values, strict=True))
    size = sum(float(np.abs(value * direction[x]).sum()) for (x, _), value in zip(found, values, strict=True))
    assert abs(actual - expected) <= 1e-6 * max(size, 1.0), (actual, expected)
    return [g for _, g in found]


def test_a_prevented_gradient_is_refused_with_its_reason():
    with Graph().as_default():
        x = control.placeholder("float32", [2])
        y = control.apply(control.PreventGradient("it is not implemented"), x=x)
        with pytest.raises(LookupError, match="Gradient explicitly disabled. Reason: it is not implemented"):
            gradients(y, x)


# -- compiled code ----------------------------------------------------------------------------------------------------

GROUP = 16  # cases to a program: compiling one with many is cheaper than many with one


def in_groups(cases: list[Case]) -> list[list[Case]]:
    return [cases[first : first + GROUP] for first in range(0, len(cases), GROUP)]


def is_quick(case: Case) -> bool:
    """The first case of every op. Variations take their time, and so do convolutions, whose kernels are the longest."""
    return not case.label and not issubclass(case.op, Convolution)


QUICK = in_groups([case for case in CASES if is_quick(case)])
GROUPS = QUICK + in_groups([case for case in CASES if not is_quick(case)])


def with_group(*floating: str) -> pytest.MarkDecorator:
    """Runs a test for every group, and every one of the element types."""
    rows = []
    for kind in floating:
        for number, group in enumerate(GROUPS):
            marks = () if number < len(QUICK) and kind == "float32" else pytest.mark.slow
            rows.append(pytest.param(number, kind, marks=marks, id=f"{group[0].name} to {group[-1].name}, {kind}"))
    return pytest.mark.parametrize(("number", "floating"), rows)


class Compiled:
    """The cases of a group and their gradients as one executable, and what it is compared with."""

    def __init__(self, group: list[Case], floating: str) -> None:
        self.group, self.floating = group, floating
        self.graph = Graph()
        self.feeds: list[Tensor] = []
        self.weights: dict[Tensor, Dims] = {}
        self.fetches: list[Tensor] = []
        self.titles: list[str] = []
        with self.graph.as_default():
            for case in group:
                self._add(case)
        self.executable: Executable = compiled(self.fetches, self.feeds, self.weights)

    def _add(self, case: Case) -> None:
        given = placeholders(case, self.floating)
        made = case.outputs(*given)
        self.feeds += given
        self._fetch(case, made)
        made = [tensor for tensor in made if tensor.dtype.is_floating]
        along = [tensor for tensor in given if tensor.dtype.is_floating]
        if is_differentiable(case) and made:
            sizes = [value.dims for value in captured(made, given).fetches]
            weights = [
                control.placeholder(tensor.dtype, [None if isinstance(d, Symbol) else d for d in dims])
                for tensor, dims in zip(made, sizes, strict=True)
            ]
            self.weights |= dict(zip(weights, sizes, strict=True))
            self._fetch(case, [g for g in gradients(made, along, weights) if g is not None])

    def _fetch(self, case: Case, tensors: list[Tensor]) -> None:
        self.fetches += tensors
        self.titles += [f"{case.name}: {tensor.name}" for tensor in tensors]

    @cache  # noqa: B019 - as long as the group lives, which is as long as the tests
    def fed(self, batch: int) -> list[np.ndarray]:
        given = [array for case in self.group for array in arrays(case, batch, self.floating)]
        sizes = {"batch": batch, "max": max, "min": min}
        shapes = [tuple(eval(str(size), {}, dict(sizes)) for size in dims) for dims in self.weights.values()]
        generator = np.random.default_rng(9)
        return given + [np.asarray(generator.uniform(-1, 1, shape), self.floating) for shape in shapes]

    @cache  # noqa: B019
    def expected(self, batch: int) -> list[Any]:
        return evaluate(self.fetches, dict(zip([*self.feeds, *self.weights], self.fed(batch), strict=True)), seed=1)

    def run(self, batch: int, workers: int = 1) -> list[Any]:
        return self.executable.run({}, self.fed(batch), seed=1, workers=workers)[1]


@cache
def group_of(number: int, floating: str) -> Compiled:
    return Compiled(GROUPS[number], floating)


def differences(titles: list[str], actual: list[Any], expected: list[Any], tolerance: float) -> list[str]:
    """A sentence for each value that is not as expected."""
    found = []
    for title, a, b in zip(titles, map(np.asarray, actual), map(np.asarray, expected), strict=True):
        if a.dtype != b.dtype or a.shape != b.shape:
            found.append(f"{title}: {a.dtype}{a.shape} instead of {b.dtype}{b.shape}")
        elif a.dtype.kind != "f":
            found += [f"{title}: {a} instead of {b}"] if not np.array_equal(a, b) else []
        elif not np.allclose(
            a, b, rtol=tolerance, atol=tolerance * max(1.0, np.abs(b[np.isfinite(b)]).max(initial=0)), equal_nan=True
        ):
            found.append(f"{title}: \n{a}\ninstead of\n{b}")
    return found


@with_group("float32", "float64")
def test_compiled_is_what_the_reference_says(number: int, floating: str):
    """...forward and backward, for all batches by one program."""
    group = group_of(number, floating)
    found = []
    for batch in BATCHES:
        tolerance = 1e-5 if floating == "float32" else 1e-12
        sentences = differences(group.titles, group.run(batch), group.expected(batch), tolerance)
        found += [f"batch of {batch}: {sentence}" for sentence in sentences]
    assert not found, "\n".join(found)


@with_group("float32")
def test_workers_change_no_bit(number: int, floating: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    group = group_of(number, floating)
    for batch in BATCHES:
        alone = [np.asarray(value).tobytes() for value in group.run(batch)]
        for workers in (2, 3):
            shared = [np.asarray(value).tobytes() for value in group.run(batch, workers)]
            assert [t for t, a, b in zip(group.titles, alone, shared, strict=True) if a != b] == []


@with_group("float32")
def test_only_ops_without_a_compiled_form_call_python_back(number: int, floating: str):
    group = group_of(number, floating)
    statements = [slot.key for slot in group.executable.emitted.names.slots if slot.kind == "host"]
    excused = {case.op for case in group.group if case.on_host}
    wrong = [
        s.name
        for s in statements
        if type(s.op) not in excused and (type(s.op) in LOWERINGS or elementwise(s) is not None)
    ]
    assert not wrong


# -- element types ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", IDENTIFIED)
def test_float32_stays_float32(case: Case):
    """No output of a kernel is float64, and nothing inside an expression is."""
    if "float64" in case.name or "there and back" in case.name:
        pytest.skip("it is what the case is about")
    with Graph().as_default() as graph:
        given = placeholders(case, "float32")
        made = case.outputs(*given)
        if is_differentiable(case):
            made = made + [g for g in gradients(made[:1], [x for x in given if x.dtype.is_floating]) if g is not None]
        assert not [
            tensor for operation in graph.operations for tensor in operation.outputs if tensor.dtype == dtypes.float64
        ]
        seen: dict[Tensor, Any] = dict(zip(given, arrays(case, 3, "float32"), strict=True))
        evaluate(made, dict(seen), watch=seen.__setitem__)
        for tensor, value in seen.items():
            assert np.asarray(value).dtype == tensor.dtype.as_numpy_dtype, tensor
            definition = tensor.op.definition
            if (
                isinstance(definition, Elementwise)
                and not isinstance(definition, Comparison | Cast)
                and tensor.dtype == dtypes.float32
            ):
                names = dict(zip("xyz", (seen[x] for x in tensor.op.inputs), strict=False)) | definition.constants()
                with np.errstate(all="ignore"):
                    raw = eval(compiled_expression(definition.expression), NUMPY_FUNCTIONS, names)
                assert np.asarray(raw).dtype != np.float64, f"{definition.type}: {definition.expression}"


def test_no_number_of_a_compiled_float32_loop_is_float64():
    """...gradients included."""
    cases = [case for case in CASES if issubclass(case.op, Elementwise) and not case.label and case.op is not Cast]
    assert "double" not in translate(Compiled(cases, "float32").executable.source, "step")


@pytest.mark.parametrize("case", [p for p in IDENTIFIED if p.values[0].op is not Constant])
def test_an_op_is_what_its_repr_says(case: Case):
    types = SimpleNamespace(**{dtype.name: dtype for dtype in dtypes.ALL})
    scope = {kind.__name__: kind for kind in every_op()} | {"tf": types, "Symbol": Symbol}
    with Graph().as_default() as graph:
        case.outputs(*placeholders(case, "float32"))
        for operation in graph.operations:
            if not isinstance(operation.definition, Constant):
                again = eval(repr(operation.definition), scope)
                assert again == operation.definition
                assert hash(again) == hash(operation.definition)


def test_batched_sizes_name_the_batch():
    with Graph().as_default():
        assert str(batched(control.placeholder("float32", [None, 3]))[0]) == "batch"
