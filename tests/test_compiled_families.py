"""Every layer, loss, optimizer and metric compiled: the reference interpreter's numbers, one program for all batches.

What the numbers should be, tests/test_every_*.py say; here are two ways to the same ones, and any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial

import pytest

from estimators.compiler.executable import Executable
from tests.cases import families
from tests.cases.families import FUNCTIONS, LAYERS, LOSSES, METRICS, OPTIMIZERS
from tests.compiled import Compiled, Part, Results, State, changed_bits, differences
from tests.test_every_layer import public_layers
from tests.test_every_loss import public_losses
from tests.test_every_metric import every_metric
from tests.test_every_optimizer import every_optimizer

BATCHES = (1, 37, 100)
TOLERANCE = {"float32": 3e-5, "float64": 1e-10}
STEPS = 5
GROUP = 12  # cases to a program

# The first group of each family is quick; it has the cases that most programs are made of.
FIRST = {
    "layers": ["small_network", "dropout_training"],
    "losses": ["mean_squared_error_weighted", "softmax_cross_entropy", "sparse_softmax_cross_entropy"],
    "functions": [],
    "optimizers": ["GradientDescent", "Momentum", "Adam"],
    "metrics": ["accuracy", "mean, weighted", "precision", "mean_per_class_accuracy"],
}
CASES: dict[str, Iterable[str]] = {
    "layers": LAYERS,
    "losses": LOSSES,
    "functions": FUNCTIONS,
    "optimizers": [*OPTIMIZERS, "moving average"],
    "metrics": METRICS,
}
PARTS: dict[str, Callable[[str, str], Part]] = {
    "layers": lambda name, floating: families.layer(name, floating).part(name),
    "losses": lambda name, floating: families.loss(name, floating).part(name),
    "functions": lambda name, floating: families.loss(name, floating).part(name),
    "optimizers": families.optimizer,
}


def groups(family: str) -> list[list[str]]:
    first = FIRST[family]
    others = [name for name in CASES[family] if name not in first]
    return [group for group in (first, *(others[at : at + GROUP] for at in range(0, len(others), GROUP))) if group]


def with_groups(*chosen: str, floating: Iterable[str] = ("float32",)) -> pytest.MarkDecorator:
    """Runs a test for every group of these families; in float64, for the first of each."""
    rows = []
    for family in chosen:
        for group in groups(family):
            for kind in floating if group == FIRST[family] else ("float32",):
                quick = group == FIRST[family] and kind == "float32"
                title = f"{family}: {group[0]} to {group[-1]}, {kind}"
                rows.append(pytest.param(family, tuple(group), kind, marks=() if quick else pytest.mark.slow, id=title))
    return pytest.mark.parametrize(("family", "group", "floating"), rows)


@pytest.fixture(autouse=True)
def share_whatever_the_size(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])


@cache
def compiled(family: str, group: tuple[str, ...], floating: str) -> Compiled:
    return Compiled([PARTS[family](name, floating) for name in group])


def assert_same_bits(one: tuple[Results, State], other: tuple[Results, State], what: str) -> None:
    assert changed_bits(one[0] | one[1], other[0] | other[1]) == [], what


# --- completeness ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", CASES)
def test_every_case_is_in_one_group(family: str):
    assert sorted(name for group in groups(family) for name in group) == sorted(CASES[family])


def test_everything_public_is_in_a_program():
    called = {name for build, _, _ in LAYERS.values() for name in families.names_called(build)}
    called |= {name for build in LOSSES.values() for name in families.names_called(build)}
    called |= {case["kind"] for case in (*OPTIMIZERS.values(), *METRICS.values())}
    missing = {*public_layers(), *public_losses(), *every_optimizer(), *every_metric()} - called
    assert not missing, f"write a case in tests/golden/ for: {', '.join(sorted(missing))}"


# --- compiled --------------------------------------------------------------------------------------------------------


@with_groups("layers", "losses", "functions", floating=("float32", "float64"))
def test_values_gradients_and_updates(family: str, group: tuple[str, ...], floating: str):
    program, found = compiled(family, group, floating), []
    for batch in BATCHES:
        state, wanted = program.starting(), program.starting()
        values = program.run(batch, state)
        sentences = differences(values | state, program.expected(batch, wanted) | wanted, TOLERANCE[floating])
        found += [f"batch of {batch}: {sentence}" for sentence in sentences]
        for workers in (2, 3):
            shared = program.starting()
            assert_same_bits((values, state), (program.run(batch, shared, workers), shared), f"{batch}, {workers}")
    assert not found, "\n".join(found)


@with_groups("optimizers", floating=("float32", "float64"))
def test_five_steps(family: str, group: tuple[str, ...], floating: str):
    program, found = compiled(family, group, floating), []
    for batch in BATCHES:
        state, wanted = program.starting(), program.starting()
        values = program.run(batch, state, steps=STEPS)
        sentences = differences(values | state, program.expected(batch, wanted, STEPS) | wanted, TOLERANCE[floating])
        found += [f"batch of {batch}: {sentence}" for sentence in sentences]
        one_by_one = program.starting()
        for step in range(STEPS):
            last = program.run(batch, one_by_one, draws=step)
        assert_same_bits((values, state), (last, one_by_one), f"batch of {batch}, one step at a time")
        for workers in (2, 3):
            shared = program.starting()
            again = program.run(batch, shared, workers, STEPS), shared
            assert_same_bits((values, state), again, f"batch of {batch}, {workers} workers")
    assert not found, "\n".join(found)


@with_groups("metrics")
def test_updates_and_values_after_each_of_three_batches(family: str, group: tuple[str, ...], floating: str):
    """...of different sizes, one after the other into the same variables."""
    updates, values = (Compiled(parts) for parts in zip(*map(families.metric, group), strict=True))

    def results(*runs: Callable[[int, State], Results]) -> Results:
        state, seen = updates.starting(), {}
        for batch in BATCHES:
            for run in runs:
                seen |= {f"batch of {batch}: {title}": value for title, value in run(batch, state).items()}
        return seen | state

    alone = results(updates.run, values.run)
    found = differences(alone, results(updates.expected, values.expected), TOLERANCE[floating])
    assert not found, "\n".join(found)
    for workers in (2, 3):
        shared = results(partial(updates.run, workers=workers), partial(values.run, workers=workers))
        assert changed_bits(alone, shared) == [], f"{workers} workers"
