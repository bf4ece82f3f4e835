"""Tables of what was measured, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from statistics import median

from tests.benchmarks.contestants import OURS, OURS_ON_ONE_THREAD
from tests.benchmarks.workloads import WORKLOADS

Runs = list[dict[str, float]]  # of one contestant at one workload, round by round
Results = Mapping[str, Mapping[str, Runs]]  # workload -> contestant -> runs

# How many times the speed of the fastest peer is aimed at, in training and in evaluation.
GOALS = {
    "linreg": (1.5, 2.0),
    "softmax": (2.0, 2.0),
    "mlp": (2.0, 2.0),
    "mlp512": (1.2, 2.0),
    "cnn_lenet": (2.0, 2.0),
    "cnn_wide": (1.5, 1.3),
    "cnn_wide128": (1.35, 1.3),
}

_OURS = (OURS.name, OURS_ON_ONE_THREAD.name)
_EVERY, _FIRST, _LATER = slice(None), slice(1), slice(1, None)  # rounds
_TABLES = (  # title, measure, format, rounds
    ("train, examples/s", "train", ",.0f", _EVERY),
    ("evaluate, examples/s", "evaluate", ",.0f", _EVERY),
    ("predict one example, microseconds", "predict", ",.1f", _EVERY),
    ("first step, cold, s", "first_step", ".2f", _FIRST),
    ("first step, warm, s", "first_step", ".2f", _LATER),
    ("peak memory beyond the data, training, MB", "peak_memory", ",.0f", _EVERY),
    ("a foreign hook, microseconds a step", "hook", ",.1f", _EVERY),
    ("loss on the test examples", "loss", ".3g", _EVERY),
)


def middle(runs: Runs, measure: str) -> float | None:
    values = [run[measure] for run in runs if measure in run]
    return median(values) if values else None


def everything(results: Results, threads: int) -> Iterator[str]:
    """What one run found, table by table; shares are of the multiply-add peak of `threads` processors."""
    one = middle([run for found in results.values() for runs in found.values() for run in runs], "fma_peak")
    peak = None if one is None else threads * one
    yield f"{threads} threads, FMA peak {_number(peak, ',.0f')} GFLOP/s in float32"
    yield _ratios(results, peak)
    for title, measure, form, rounds in _TABLES:
        names = list(dict.fromkeys(name for found in results.values() for name in found))
        rows = [
            [_number(middle(found.get(name, [])[rounds], measure), form) for name in names]
            for found in results.values()
        ]
        kept = [column for column in range(len(names)) if any(row[column] for row in rows)]
        if kept:
            lines = ([name, *(row[column] for column in kept)] for name, row in zip(results, rows, strict=True))
            yield markdown([title, *(names[column] for column in kept)], lines)


def _ratios(results: Results, peak: float | None) -> str:
    """Ours beside the fastest peer, and beside ours on one thread."""
    rows = []
    for name, found in results.items():
        row = [name]
        for measure, goal in zip(("train", "evaluate"), GOALS[name], strict=True):
            peers = {peer: middle(runs, measure) or 0 for peer, runs in found.items() if peer not in _OURS}
            fastest = max(peers, key=peers.__getitem__, default="")
            ours, theirs = middle(found.get(OURS.name, []), measure), peers.get(fastest)
            row += [_number(ours, ",.0f"), fastest, _number(_ratio(ours, theirs), ".2f"), f"{goal:g}"]
            if measure == "train":
                flops = WORKLOADS[name].flops / 1e9
                shares = (_ratio(speed and speed * flops, peak) for speed in (ours, theirs))
                alone = middle(found.get(OURS_ON_ONE_THREAD.name, []), measure)
                row += [*(_number(share, ".1%") for share in shares), _number(_ratio(ours, alone), ".2f")]
        rows.append(row)
    training = ["train: ours, examples/s", "fastest peer", "ratio", "goal", "of FMA peak", "peer's", "to one thread"]
    return markdown(["workload", *training, "evaluate: ours", "fastest peer", "ratio", "goal"], rows)


def markdown(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    lines.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    aligned = ([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])] for line in lines)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in aligned)


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None
