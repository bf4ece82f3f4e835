"""evaluate: the metrics of what was trained."""

from __future__ import annotations

from typing import Any

from estimators.command.input_facts import InputFacts
from estimators.command.job import Job
from model_fns.graph.keys import GraphKeys
from model_fns.mode_keys import ModeKeys


def evaluate(job: Job) -> None:
    """Evaluates, and prints the metrics and where the model is."""
    job.check_trained()
    print(f"Evaluating {job.module.name} on {job.data(ModeKeys.EVAL)}.", flush=True)
    facts, metrics = evaluated(job)
    print("\n".join(closing_lines(facts, metrics)))
    print(f"The model is in {job.model_dir}, at step {metrics[GraphKeys.GLOBAL_STEP]}.")


def evaluated(job: Job) -> tuple[InputFacts, dict[str, Any]]:
    """What was evaluated on, and the metrics."""
    facts = job.input_facts("eval_input_fn", ModeKeys.EVAL)
    return facts, job.estimator.evaluate(job.input_fn("eval_input_fn"))


def closing_lines(facts: InputFacts, metrics: dict[str, Any]) -> list[str]:
    """The metrics in words: the accuracy in a line of its own, if there is one, after the others."""
    on = "" if facts.rows is None else f" on {facts.rows:,} test examples"
    others = {name: value for name, value in metrics.items() if name not in ("accuracy", GraphKeys.GLOBAL_STEP)}
    lines = [f"Evaluation{on}: {', '.join(f'{name} = {value:.4g}' for name, value in sorted(others.items()))}."]
    if "accuracy" in metrics:
        lines.append(f"Accuracy{on}: {100 * metrics['accuracy']:.2f} %.")
    return lines
