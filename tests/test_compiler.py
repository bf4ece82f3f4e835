"""The compiler: passes keep the meaning of programs, loops and variables come out right, failures do no harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from estimators.compiler.executable import Executable
from estimators.compiler.passes.simplify import KINDS, RULES
from estimators.compiler.pipeline import optimised
from estimators.compiler.program import Program, Statement, UnknownSizes, Value, capture, rewrite
from estimators.compiler.reference import evaluate
from estimators.compiler.verify import verify
from model_fns.autodiff import gradients
from model_fns.errors import FailedPreconditionError, InternalError, InvalidArgumentError
from model_fns.graph.constant import constant
from model_fns.graph.dimensions import named
from model_fns.graph.dtypes import float64
from model_fns.graph.graph import Graph
from model_fns.graph.tensor import Tensor
from model_fns.ops import arithmetic, comparison, control, indexing, joining, reduction, shaping, softmax
from model_fns.ops.apply import apply
from model_fns.ops.control import control_dependencies, identity, placeholder
from model_fns.ops.linalg import BatchMatMul, matmul
from model_fns.ops.state import IsVariableInitialized
from model_fns.variables import Variable, assign, assign_add, assign_sub
from tests.cases.compiled import captured, compiled
from tests.cases.interpreted import interpreted

# -- passes -----------------------------------------------------------------------------------------------------------


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).uniform(-2, 2, shape).astype("float32")


def random_graph(seed: int) -> tuple[list[Tensor], list[Tensor]]:
    """Feeds and fetches of a graph of some thirty operations, gradients among them."""
    choose = np.random.default_rng(seed)
    x, row, column = placeholder("float32", [None, 4]), placeholder("float32", [4]), placeholder("float32", [None, 1])
    pool = [x, row, column, constant(1.0), constant(0.0), constant([0.5, -1.0, 2.0, 0.0])]

    def one() -> Tensor:
        return pool[choose.integers(len(pool))]

    steps: list[Callable[[], Tensor]] = [
        lambda: one() + one(),
        lambda: one() * one(),
        lambda: one() - one(),
        lambda: one() / (one() * one() + 1.0),
        lambda: -one(),
        lambda: arithmetic.maximum(one(), one()),
        lambda: comparison.select(one() > 0.0, one(), one()),
        lambda: identity(one()),
        lambda: shaping.ones_like(one()) * one(),
        lambda: shaping.broadcast_like(row, x) + one(),
        lambda: reduction.reduce_mean(one(), -1, True) if one() is not None else one(),
        lambda: reduction.reduce_sum(x * one()),
        lambda: arithmetic.add_n([x, x * row, x]),
        lambda: arithmetic.cast(arithmetic.cast(one(), "float64"), "float32"),
        lambda: shaping.reshape(shaping.reshape(x, [-1]), [-1, 4]) * one(),
        lambda: arithmetic.cast(shaping.shape(x)[0], "float32") * one(),
    ]
    while len(pool) < 30:
        try:
            pool.append(steps[choose.integers(len(steps))]())
        except ValueError:
            continue  # a number has no last axis to be averaged along
    fetches = pool[-4:]
    return [x, row, column], fetches + [g for g in gradients(fetches, [x, row, column]) if g is not None]


@pytest.mark.parametrize("seed", range(12))
def test_every_pass_keeps_the_meaning_of_random_programs(seed: int):
    with Graph().as_default():
        feeds, fetches = random_graph(seed)
        arrays = [numbers(3, 4), numbers(4), numbers(3, 1)]
        expected = evaluate(fetches, dict(zip(feeds, arrays, strict=True)))
        program = captured(fetches, feeds)
        trace: list[tuple[str, Any]] = [("capture", program)]
        optimised(program, trace)
    for name, after in trace:
        for value, wanted in zip(interpreted(after, arrays), expected, strict=True):
            np.testing.assert_allclose(value, wanted, rtol=2e-4, atol=1e-3, err_msg=f"after {name}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 106))
def test_random_programs_compile_to_what_they_mean(seed: int):
    with Graph().as_default():
        feeds, fetches = random_graph(seed)
        executable = compiled(fetches, feeds)
        for batch in (3, 1, 0):
            arrays = [numbers(batch, 4), numbers(4), numbers(batch, 1)]
            expected = evaluate(fetches, dict(zip(feeds, arrays, strict=True)))
            for value, wanted in zip(executable.run({}, arrays)[1], expected, strict=True):
                np.testing.assert_allclose(value, wanted, rtol=2e-4, atol=1e-3)


# For each rule of simplify, a graph of the feeds x [batch, 4] and row [4] that it applies to.
RULE_CASES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "identity_of_value": lambda x, row: identity(x) + row,
    "cast_to_own_type": lambda x, row: apply(arithmetic.Cast(x.dtype), x=x) + row,
    "times_one": lambda x, row: (x * 1.0) / 1.0 + row,
    "plus_zero": lambda x, row: (x + 0.0) - 0.0 + row,
    "minus_minus": lambda x, row: arithmetic.negative(-x) + row,
    "sum_of_many": lambda x, row: arithmetic.add_n([x, x, x]),
    "mean_as_sum": lambda x, row: reduction.reduce_mean(x, 1),
    "known_ratio": lambda x, row: x * apply(shaping.SizeRatio(x.dtype), x=x, y=reduction.reduce_sum(x, 1)),
    "fill_of_nothing": lambda x, row: shaping.ones_like(reduction.reduce_sum(x)) * x,
    "broadcast_to_same": lambda x, row: apply(shaping.BroadcastLike(), x=x, like=x) + row,
    "broadcast_in_loop": lambda x, row: shaping.broadcast_like(row, x) * x,
    "sum_to_as_sum": lambda x, row: apply(shaping.SumTo(), x=x, like=row),
    "sum_of_apart_axes": lambda x, row: reduction.reduce_max(shaping.reshape(x, [-1, 2, 2]), [0, 2]),
    "sum_over_nothing": lambda x, row: apply(reduction.Max(()), x=x),
    "thin_product": lambda x, row: matmul(matmul(x, shaping.reshape(row, [4, 1])), shaping.reshape(row, [1, 4])),
    "negative_into_constant": lambda x, row: (-x) * 3.0,
    "product_of_matrices": lambda x, row: apply(BatchMatMul(), a=x, b=constant(np.ones((4, 2), "float32"))),
    "order_of_axes": lambda x, row: apply(joining.ComputedTranspose(), x=x, perm=constant([1, 0])),
}


def test_every_rule_has_a_case():
    assert {rule.__name__ for rule in RULES} == set(RULE_CASES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_applies_and_changes_no_number(rule: Any):
    with Graph().as_default():
        x, row = placeholder("float32", [None, 4]), placeholder("float32", [4])
        program = captured([RULE_CASES[rule.__name__](x, row)], [x, row])
    fired = []

    def watched(current: Program, statement: Any) -> Any:
        answer = rule(current, statement)
        fired.append(answer is not None)
        assert answer is None or isinstance(statement.op, KINDS[rule]), "simplify never asks it about this"
        return answer

    after = verify(rewrite(program, watched), rule.__name__)
    assert any(fired)
    for batch in (3, 1):
        arrays = [numbers(batch, 4), numbers(4)]
        np.testing.assert_allclose(interpreted(after, arrays)[0], interpreted(program, arrays)[0], rtol=1e-5, atol=1e-6)


def small_program() -> Program:
    with Graph().as_default():
        x = placeholder("float32", [None, 4], name="x")
        return captured([arithmetic.multiply(x + 1.0, x, name="y")], [x])


BROKEN: dict[str, tuple[Callable[[Program], Program], str]] = {
    "a value used before it is made": (
        lambda p: replace(p, statements=p.statements[::-1]),
        "y uses %add:0 before it is made",
    ),
    "a value made twice": (lambda p: replace(p, statements=(*p.statements, p.statements[-1])), "%y:0 is made twice"),
    "a fetch that nothing makes": (lambda p: replace(p, statements=p.statements[:-1]), "the fetch %y:0 is never made"),
    "another element type": (lambda p: with_output(p, dtype=float64), r"%y:0 is float64\[batch, 4\], but Mul"),
    "another shape": (lambda p: with_output(p, dims=(named("batch"), 5)), r"%y:0 is float32\[batch, 5\], but Mul"),
    "another rank": (lambda p: with_output(p, dims=(named("batch"),)), r"%y:0 is float32\[batch\], but Mul"),
}


def with_output(program: Program, **changes: Any) -> Program:
    last = program.statements[-1]
    changed = replace(last, outputs=(replace(last.outputs[0], **changes),))
    return Program(program.feeds, (*program.statements[:-1], changed), changed.outputs)


@pytest.mark.parametrize("what", BROKEN)
def test_verify_names_what_is_broken_and_after_which_pass(what: str):
    broken, sentence = BROKEN[what]
    fitting: set[Statement] = set()
    program = verify(small_program(), "capture", fitting)
    assert fitting == set(program.statements)
    with pytest.raises(InternalError, match=f"After some_pass: {sentence}"):
        verify(broken(program), "some_pass", fitting)


def test_rewriting_nothing_gives_the_program_itself():
    program = small_program()
    asked = []
    assert rewrite(program, lambda _, statement: asked.append(statement.op), (arithmetic.Mul,)) is program
    assert [type(op) for op in asked] == [arithmetic.Mul]
    assert rewrite(program, lambda *_: pytest.fail("asked"), (arithmetic.Neg,)) is program


def test_a_shape_that_nothing_tells_is_refused():
    with Graph().as_default():
        x, size = placeholder("float32", [None]), placeholder("int32", [2])
        with pytest.raises(UnknownSizes, match="of Reshape:0 is not known even now that those of all inputs are"):
            captured([shaping.reshape(x, size) * 2.0], [x, size])


# -- loops ------------------------------------------------------------------------------------------------------------

SHAPES = {
    "x": [None, 4],
    "row": [4],
    "single": [1, 4],
    "column": [None, 1],
    "number": [],
    "one": [1],
    "vector": [None],
    "image": [None, 2, 3, 4],
    "plane": [2, 3, 1],
    "pixel": [None, 1, 1, 4],
}
LOOPS: dict[str, Callable[[Any], Tensor]] = {
    "x + row": lambda t: t["x"] + t["row"],
    "x * single": lambda t: t["x"] * t["single"],
    "x - column": lambda t: t["x"] - t["column"],
    "x / number": lambda t: t["x"] / t["number"],
    "row - column": lambda t: t["row"] - t["column"],
    "column + row, fused": lambda t: (t["column"] + t["row"]) * t["x"] - t["one"],
    "one - x": lambda t: t["one"] - t["x"],
    "image * row": lambda t: t["image"] * t["row"],
    "image + plane": lambda t: t["image"] + t["plane"],
    "image - pixel": lambda t: t["image"] - t["pixel"] * t["row"],
    "pixel with plane": lambda t: arithmetic.maximum(t["pixel"], t["plane"]),
    "vector against itself": lambda t: t["vector"][:, None] - t["vector"][None, :] * 2.0,
    "row against itself": lambda t: t["row"][:, None] - t["row"][None, :] * 2.0,
    "number with one": lambda t: t["number"] * t["one"] + t["number"],
    "channels first": lambda t: joining.transpose(t["image"], [0, 3, 1, 2]) + shaping.reshape(t["row"], [4, 1, 1]),
    "a view of what is made": lambda t: shaping.reshape(t["x"] * 2.0, [-1, 2, 2]) + 1.0,
    "a branch": lambda t: comparison.select(t["x"] > t["row"], t["x"], t["column"]),
    "a count": lambda t: arithmetic.cast(t["x"] > 0.0, "int32") * 3 - 1,
}


def test_loops_broadcast(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    with Graph().as_default():
        given = {name: placeholder("float32", shape) for name, shape in SHAPES.items()}
        fetches = [build(given) for build in LOOPS.values()]
        executable = compiled(fetches, list(given.values()))
    for batch in (3, 1, 0):
        arrays = [numbers(*(batch if size is None else size for size in shape)) for shape in SHAPES.values()]
        expected = evaluate(fetches, dict(zip(given.values(), arrays, strict=True)))
        for workers in (1, 2, 3):
            for name, value, wanted in zip(
                LOOPS, executable.run({}, arrays, workers=workers)[1], expected, strict=True
            ):
                np.testing.assert_allclose(
                    value, wanted, rtol=1e-6, err_msg=f"{name}, batch of {batch}, {workers} workers"
                )


def test_unknown_sizes_broadcast_when_the_step_runs():
    with Graph().as_default():
        x, y = placeholder("float32", [None, 3]), placeholder("float32", [None, 3])
        fetches = [x + y, (x * y) - x, *gradients(x * y, [x, y])]
        executable = Executable(optimised(capture(fetches, {x: (named("a"), 3), y: (named("b"), 3)})))
    for first, second in ((4, 1), (1, 4), (4, 4), (1, 1), (0, 1), (1, 0)):
        arrays = [numbers(first, 3), numbers(second, 3, seed=1)]
        for value, wanted in zip(
            executable.run({}, arrays)[1], evaluate(fetches, dict(zip([x, y], arrays, strict=True))), strict=True
        ):
            np.testing.assert_allclose(value, wanted, rtol=1e-6)
    with pytest.raises(InvalidArgumentError, match="Dimensions must be equal, but are 2 and 4"):
        executable.run({}, [numbers(2, 3), numbers(4, 3)])


def test_a_tensor_may_be_called_anything():
    with Graph().as_default():
        x = placeholder("float32", [None, 3], name="batch")
        total: Any = x
        for name in (
            "x0",
            "v0",
            "i0",
            "at0_0",
            "start_0",
            "n3",
            "table",
            "step",
            "exp",
            "at",
            "np",
            "max",
            "range",
            "array_at",
            "share",
        ):
            total = arithmetic.add(total, x, name=name)
        total = softmax.softmax(reduction.reduce_sum(total, 1, True, name="reduce_sum") * x, name="softmax")
        executable = compiled([total], [x])
        np.testing.assert_allclose(
            executable.run({}, [numbers(2, 3)])[1][0], evaluate([total], {x: numbers(2, 3)})[0], rtol=1e-5
        )


def test_what_is_fed_and_never_used_can_be_fetched():
    with Graph().as_default():
        x, label = placeholder("float32", [None, 3]), placeholder("string", [None])
        view = shaping.reshape(x, [-1])
        same = comparison.equal(label, constant(["b"]))
        arrays = [numbers(2, 3), np.array([b"a", b"b"], object)]
        values = compiled([x, view, label, same], [x, label]).run({}, arrays)[1]
    np.testing.assert_array_equal(values[0], numbers(2, 3))
    np.testing.assert_array_equal(values[1], numbers(2, 3).ravel())
    assert values[2].tolist() == [b"a", b"b"]
    assert values[3].tolist() == [False, True]


# -- variables --------------------------------------------------------------------------------------------------------


def held_values(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    """What was made from a variable before it changed stays as it was, however it was made."""
    before = [
        identity(w),
        w * 1.0,
        w + 0.0,
        arithmetic.negative(-w),
        (-w) * 3.0,
        w[0:2],
        joining.transpose(w, [0, 1]),
        joining.concat([w], 0),
        arithmetic.add_n([w], "sum"),
        reduction.reduce_sum(w, []),
        shaping.broadcast_like(v, w) * x[0, 0],
    ]
    with control_dependencies(before):
        changed = [assign_add(w, 10.0 * shaping.ones_like(w)), assign(v, v * 2.0)]
    with control_dependencies(changed):
        after = identity(w) + identity(v)
    return [*before, after]


def looks(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    """A view of a variable shows what the variable holds at the end."""
    view = shaping.reshape(w, [6])
    with control_dependencies([view]):
        changed = assign(w, w * 2.0)
    return [view, shaping.expand_dims(w, 0), changed]


def swapped(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    old_w, old_v = identity(w), identity(v)
    with control_dependencies([old_w, old_v]):
        return [assign(w, shaping.broadcast_like(old_v, old_w)), assign(v, old_w[0] + old_w[1])]


def chained(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    """Updates one after another, each using what the one before it made."""
    first = assign_add(w, w * 0.5)
    second = assign_sub(w, first * 0.25)
    with control_dependencies([second]):
        third = assign(v, reduction.reduce_sum(w, 0))
    return [identity(third) + v, second * 2.0]


def momentum(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    """The update of an optimizer: gradients through a product, then state, then weights."""
    loss = reduction.reduce_mean(arithmetic.square(matmul(x, w) - v))
    by_w, by_v = gradients(loss, [w, v])
    with control_dependencies([by_w, by_v]):
        step = assign(v, v * 0.9 + by_v)
    return [assign_sub(w, by_w * 0.1 + step * 0.01), loss]


def product_before_update(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    """A kernel reads what a loop then changes, and again what it changed."""
    before = matmul(x, w)
    with control_dependencies([before]):
        changed = assign_add(w, w * w)
    with control_dependencies([changed]):
        return [before, matmul(x, identity(w)), reduction.reduce_sum(w.read_value())]


def read_by_itself(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    """The same variable at two places of one loop."""
    return [assign(v, reduction.reduce_sum(v[:, None] - 2.0 * v[None, :], 0)), assign_add(w, w - v)]


def initialized(w: Variable, v: Variable, x: Tensor) -> list[Any]:
    return [apply(IsVariableInitialized(), ref=w.graph_element), control.group(assign(v, v + 1.0)), v.value()]


HAZARDS = [held_values, looks, swapped, chained, momentum, product_before_update, read_by_itself, initialized]


@pytest.mark.parametrize("case", HAZARDS, ids=lambda case: case.__name__)
def test_variables_change_in_the_order_that_was_written(case: Any, monkeypatch: pytest.MonkeyPatch):
    """...however often it is run, and by however many workers."""
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    with Graph().as_default():
        w, v, x = Variable(numbers(2, 3), name="w"), Variable(numbers(3), name="v"), placeholder("float32", [None, 2])
        fetches = case(w, v, x)
        executable = compiled(fetches, [x])
        trace: list[tuple[str, Any]] = []
        optimised(captured(fetches, [x]), trace)
    start = {"w": numbers(2, 3), "v": numbers(3)}
    tensors = [item for item in fetches if isinstance(item, Tensor)]
    for workers in (1, 2):
        expected_state = {name: array.copy() for name, array in start.items()}
        state = {name: array.copy() for name, array in start.items()}
        for repetition in range(3):
            expected = [value for value in evaluate(fetches, {x: numbers(3, 2)}, expected_state) if value is not None]
            values = executable.run(state, [numbers(3, 2)], workers=workers)[1]
            for tensor, value, wanted in zip(tensors, values, expected, strict=True):
                np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-5, err_msg=f"{tensor}, run {repetition}")
            for name in state:
                np.testing.assert_allclose(state[name], expected_state[name], rtol=1e-5, atol=1e-5, err_msg=name)
    for name, program in trace:
        state = {key: array.copy() for key, array in start.items()}
        expected_state = {key: array.copy() for key, array in start.items()}
        evaluate(fetches, {x: numbers(3, 2)}, expected_state)
        interpreted(program, [numbers(3, 2)], state)
        for key in state:
            np.testing.assert_allclose(
                state[key], expected_state[key], rtol=1e-5, atol=1e-5, err_msg=f"{key} after {name}"
            )


def test_a_variable_without_a_value_is_named():
    with Graph().as_default():
        w = Variable(numbers(2), name="weights")
        with pytest.raises(FailedPreconditionError, match="Attempting to use uninitialized value weights"):
            compiled([w * 2.0], []).run({})


def test_several_steps_are_as_many_runs():
    with Graph().as_default():
        w, x = Variable(numbers(3), name="w"), placeholder("float32", [3])
        update = assign_sub(w, (w - x) * 0.25)
        executable = compiled([update], [x])
    several, single = {"w": numbers(3)}, {"w": numbers(3)}
    executable.run(several, [numbers(3, seed=1)], steps=5)
    for _ in range(5):
        executable.run(single, [numbers(3, seed=1)])
    np.testing.assert_array_equal(several["w"], single["w"])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_step_that_fails_leaves_the_variables_as_they_were(workers: int, monkeypatch: pytest.MonkeyPatch):
    """Also those that would have changed before the bad label was met: here a counter and a moving mean."""
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    with Graph().as_default():
        x, labels, row = placeholder("float32", [None, 2]), placeholder("int32", [None]), placeholder("int32", [])
        w, mean, counter = (
            Variable(numbers(2, 3), name="w"),
            Variable(numbers(2), name="mean"),
            Variable(0, name="counter"),
        )
        counted = assign_add(counter, 1)
        moved = assign(mean, mean * 0.9 + reduction.reduce_mean(x, 0) * 0.1)
        loss = reduction.reduce_mean(
            softmax.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=matmul(x, w))
        )
        picked = indexing.gather(w, row)
        trained = assign_sub(w, gradients(loss, w)[0])
        executable = compiled([counted, moved, loss, picked, trained], [x, labels, row])
    start = {"w": numbers(2, 3), "mean": numbers(2), "counter": np.array(7, "int32")}
    state = {name: array.copy() for name, array in start.items()}
    good, bad = np.array([0, 2], "int32"), np.array([0, 3], "int32")
    with pytest.raises(
        InvalidArgumentError, match=r"Received a label value of 3 which is outside the valid range of \[0, 3\)"
    ):
        executable.run(state, [numbers(2, 2), bad, np.array(1, "int32")], workers=workers)
    with pytest.raises(InvalidArgumentError, match=r"indices = 5 is not in \[0, 2\)  \[operation GatherV2\]"):
        executable.run(state, [numbers(2, 2), good, np.array(5, "int32")], workers=workers)
    for name, array in start.items():
        np.testing.assert_array_equal(state[name], array, err_msg=name)
    outcome, _ = executable.run(state, [numbers(2, 2), good, np.array(1, "int32")], workers=workers, steps=2)
    assert outcome.steps == 2
    assert state["counter"] == 9


def test_what_fails_first_is_what_is_told():
    """The bad label is made of what the bad index did not find."""
    with Graph().as_default():
        row, x = placeholder("int32", [None]), placeholder("float32", [None, 3])
        labels = indexing.gather(constant([0, 1, 2]), row) + 1000 * row
        losses = softmax.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)
        executable = compiled([losses], [row, x])
    with pytest.raises(InvalidArgumentError, match=r"indices\[0\] = 77 is not in \[0, 3\)  \[operation GatherV2\]"):
        executable.run({}, [np.array([77], "int32"), numbers(1, 3)])


def test_a_tensor_may_have_the_name_of_a_loop_variable():
    with Graph().as_default():
        i, v0 = placeholder("float32", [None, 2, 3], "i"), placeholder("float32", [None, 3, 2], "v0")
        executable = compiled([matmul(i, v0)], [i, v0])
    a, b = numbers(4, 2, 3), numbers(4, 3, 2)
    np.testing.assert_allclose(executable.run({}, [a, b])[1][0], a @ b, rtol=1e-5)


def test_a_loss_that_is_no_number_ends_the_run():
    with Graph().as_default():
        w = Variable(np.float32(3.0), name="w")
        loss = arithmetic.divide(assign_sub(w, constant(1.0)), w.read_value())
        program = optimised(captured([loss], []))
        executable = Executable(program, watched=program.fetches[0])
    state = {"w": np.array(3.0, "float32")}
    outcome, _ = executable.run(state, steps=10)
    assert (outcome.steps, outcome.nan_loss, float(state["w"])) == (3, True, 0.0)


# -- sizes that do not fit --------------------------------------------------------------------------------------------


def test_sizes_that_do_not_fit_are_refused_before_anything_runs():
    with Graph().as_default():
        x, y = placeholder("float32", [None, 3], name="x"), placeholder("float32", [None, 2], name="y")
        halves = joining.split(shaping.reshape(x, [-1]), 2, name="halves")
        executable = compiled([halves[0], joining.concat([x, y], 1)], [x, y])
    executable.run({}, [numbers(2, 3), numbers(2, 2)])
    for arrays, kind, sentence in (
        (
            [numbers(2, 3), numbers(4, 2)],
            ValueError,
            r"Cannot feed value of shape \(4, 2\) for Tensor 'y:0'.*: 4 is not 2",
        ),
        (
            [numbers(2, 4), numbers(2, 2)],
            ValueError,
            r"Cannot feed value of shape \(2, 4\) for Tensor 'x:0'.*: 4 is not 3",
        ),
        (
            [numbers(6), numbers(2, 2)],
            ValueError,
            r"Cannot feed value of shape \(6,\) for Tensor 'x:0', which has rank 2",
        ),
        ([numbers(3, 3), numbers(3, 2)], InvalidArgumentError, "must be evenly divisible by 2 but is 9 for 'halves'"),
    ):
        with pytest.raises(kind, match=sentence):
            executable.run({}, arrays)


def test_values_print_as_what_they_are():
    assert str(Value("x:0", float64, (named("batch"), 3))) == "float64[batch, 3]"
    assert "leaves %y:0" in str(small_program())
