"""`python -m tests.benchmarks` is `python -m tests.benchmarks.training`."""

from tests.benchmarks.training import main

main()
