"""Makes the environments that the peers run in, each with its own packages.

    python -m tests.benchmarks.peers.install [DIR] [NAME ...] [--python PYTHON]

NAME is tensorflow (1.2 GB, Python 3.9 to 3.11), torch (1 GB as a build for processors; where pip offers builds for GPUs
only, several) or jax (0.6 GB); all of them by default. What is there already stays. pip is used as it is configured.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "tensorflow": ("tensorflow-cpu==2.15.1", "numpy<2"),
    "torch": ("torch==2.13.0", "numpy"),
    "jax": ("jax==0.10.2", "jaxlib==0.10.2", "optax==0.2.8"),
}
DEFAULT_DIRECTORY = Path.home() / ".cache" / "estimators-peers"
_COMPLETE = "installed"  # the mark of an environment that pip has finished


def interpreter(directory: Path, name: str) -> Path | None:
    """The Python of an environment, or None where it is not installed."""
    environment = directory / name
    if not (environment / _COMPLETE).exists():
        return None
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(directory: Path, name: str, python: str) -> None:
    if interpreter(directory, name):
        print(f"{name} is installed in {directory / name}")
        return
    subprocess.run([python, "-m", "venv", "--clear", directory / name], check=True)
    program = directory / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([program, "-m", "pip", "install", "--quiet", *PACKAGES[name]], check=True)
    (directory / name / _COMPLETE).touch()
    print(f"{name} is now installed in {directory / name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to use (default: this one)")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(PACKAGES)
    if unknown:
        parser.error(f"there is no peer {', '.join(sorted(unknown))}; there are {', '.join(PACKAGES)}")
    failed = []
    for name in arguments.names or PACKAGES:
        try:
            install(arguments.directory, name, arguments.python)
        except subprocess.CalledProcessError as error:
            failed.append(name)
            print(f"{name} could not be installed: {error}", file=sys.stderr)
    sys.exit(f"not installed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
