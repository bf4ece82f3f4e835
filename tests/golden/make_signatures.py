"""Writes signatures.json: what TensorFlow 1.15.5 says of every name that the facade has.

    python -m tests.golden.make_signatures tf115_signatures.json [more_signatures.json]

The first argument is an introspection of TensorFlow 1.15.5: {namespace: {name: {kind, sig, init, new, members, repr}}}.
more_signatures.json, beside it, has what another introspection says of further namespaces (tf.image, tf.linalg).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.compat.signatures import facade_names, of_text

TUPLE_METHODS = ("count", "index")
HERE = Path(__file__).parent


def entry(found: dict[str, Any], ours: Any) -> dict[str, Any]:
    """What is kept of a name: its kind, its arguments, and those of the methods that ours has, too."""
    text = found.get("sig") or found.get("new") or found.get("init")
    kept: dict[str, Any] = {"kind": found["kind"]}
    if text is not None and of_text(text) is not None:
        kept["arguments"] = of_text(text)
    methods = {
        name: of_text(member)
        for name, member in found.get("members", {}).items()
        if member.startswith("(")
        and not name.startswith("_")
        and name not in TUPLE_METHODS
        and hasattr(ours, name)
        and of_text(member) is not None
    }
    if methods:
        kept["methods"] = methods
    if found["kind"] == "value":
        kept["repr"] = found["repr"]
    return kept


def main(source: str, file: str = "signatures.json") -> None:
    spaces = json.loads(Path(source).read_text(encoding="utf-8"))
    entries = {}
    for name, ours in facade_names().items():
        namespace, _, last = name.rpartition(".")
        found = spaces.get(namespace, {}).get(last)
        if found is not None:
            entries[name] = entry(found, ours)
    lines = [f"{json.dumps(name)}: {json.dumps(kept)}" for name, kept in sorted(entries.items())]
    HERE.joinpath(file).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
