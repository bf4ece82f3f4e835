"""How fast training is, for a user of Estimator: ours alone, or beside other frameworks in the same run.

    python -m tests.benchmarks [WORKLOAD ...]              ours alone
    python -m tests.benchmarks --peers [WORKLOAD ...]      beside those that peers.install has installed

Every run is a process of its own on the same processors, and contestants take turns: a round is one run of each.
Figures are the medians over the rounds; a first step is cold in the first round, before which there is no compiled code
on disk, and warm in the others. What is measured, and how: tests/benchmarks/program.py. Compare only within one run.
For Linux and macOS.
"""

from __future__ import annotations

import argparse
import compileall
import json
import platform
import sys
import tempfile
import time
from collections.abc import Container, Sequence
from pathlib import Path

from tests.benchmarks.contestants import OURS, OURS_ON_ONE_THREAD, PEERS, Contestant
from tests.benchmarks.data import write_examples
from tests.benchmarks.peers.install import DEFAULT_DIRECTORY, PACKAGES, interpreter
from tests.benchmarks.runs import RunError, Runner, processors_at_hand
from tests.benchmarks.tables import Runs, everything
from tests.benchmarks.workloads import WORKLOADS, Workload

_NOISY = 0.1  # share of the processors' time that went to others


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"of {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--peers", action="store_true", help="measure other frameworks too")
    parser.add_argument("--peers-dir", type=Path, default=DEFAULT_DIRECTORY, help="where they are installed")
    parser.add_argument("--peer", action="append", metavar="NAME", help="only this one; may be given again")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="to train for in each run, at least (default: 2)")
    parser.add_argument("--threads", type=int, default=processors_at_hand(), help="of every program (default: all)")
    parser.add_argument("--data-dir", help="the four MNIST files; by default the shipped sample is repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every run's figures there")
    arguments = parser.parse_args(words)
    for kind, given, known in (
        ("workload", arguments.workloads, list(WORKLOADS)),
        ("peer", arguments.peer or (), [peer.name for peer in PEERS]),
    ):
        for name in given:
            if name not in known:
                parser.error(f"there is no {kind} {name}; there are {', '.join(known)}")
    if arguments.rounds < 1 or arguments.seconds <= 0 or not 1 <= arguments.threads <= processors_at_hand():
        parser.error(f"at least one round, some seconds, and one to {processors_at_hand()} threads are needed")
    return arguments


def chosen(arguments: argparse.Namespace, installed: Container[str]) -> list[Contestant]:
    contestants = [OURS] if arguments.threads == 1 else [OURS, OURS_ON_ONE_THREAD]
    if not (arguments.peers or arguments.peer):
        return contestants
    if not installed:
        sys.exit(f"no peer is in {arguments.peers_dir}; python -m tests.benchmarks.peers.install installs them")
    for name in [name for name in PACKAGES if name not in installed]:
        print(f"{name} is not installed in {arguments.peers_dir}: left out", file=sys.stderr)
    wanted = arguments.peer or [peer.name for peer in PEERS]
    return contestants + [peer for peer in PEERS if peer.name in wanted and peer.environment in installed]


def in_turns(
    runner: Runner, contestants: Sequence[Contestant], workload: Workload, rounds: int, directory: Path
) -> dict[str, Runs]:
    """Every contestant's runs of one workload, whose examples are in `directory`. One that fails is out."""
    left = [contestant for contestant in contestants if contestant.takes_part_in(workload)]
    results: dict[str, Runs] = {contestant.name: [] for contestant in left}
    for turn in range(rounds):
        for contestant in tuple(left):
            cache = directory / contestant.name  # its own, so that nobody else's code makes a first step warm
            try:
                if turn == 0:
                    runner.import_only(contestant, workload.name, directory, cache)
                run = runner.run(contestant, workload.name, directory, cache)
            except RunError as error:
                print(f"{workload.name}: {error}", file=sys.stderr)
                left.remove(contestant)
                continue
            results[contestant.name].append(run)
            noise = f"  (others took {run['company']:.0%} of the processors)" if run["company"] > _NOISY else ""
            print(f"{workload.name:12} {contestant.name:17} {run['train']:14,.0f} examples/s{noise}", file=sys.stderr)
    return results


def main() -> None:
    arguments = parsed()
    for package in ("estimators", "input_fns", "model_fns"):  # as pip does when it installs
        compileall.compile_dir(Path(__file__).parents[2] / package, quiet=2)
    installed = {name: interpreter(arguments.peers_dir.absolute(), name) for name in PACKAGES}
    interpreters = {name: python for name, python in installed.items() if python}
    contestants = chosen(arguments, interpreters)
    runner = Runner(interpreters, arguments.threads, arguments.seconds)
    results: dict[str, dict[str, Runs]] = {}
    for name in arguments.workloads or WORKLOADS:
        with tempfile.TemporaryDirectory() as directory:
            write_examples(WORKLOADS[name], arguments.data_dir, Path(directory))
            results[name] = in_turns(runner, contestants, WORKLOADS[name], arguments.rounds, Path(directory))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}", *everything(results, arguments.threads), sep="\n\n")
    failed = [
        f"{contestant} at {name}" for name in results for contestant in results[name] if not results[name][contestant]
    ]
    if failed:
        sys.exit(f"no figures: {', '.join(failed)}")


if __name__ == "__main__":
    main()
