"""The shape of the code base, held as facts: who may import whom, what a file may hold, how large it may grow.

Each rule is a function from one parsed file to sentences about what is wrong, a test that applies it to every file, and
at the foot a line in BREAKING, which shows that the rule can fail. Standard library only.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("estimators", "input_fns", "model_fns")

# What each package may import besides itself and the standard library.
MAY_IMPORT = {
    "model_fns": {"numpy"},
    "input_fns": {"numpy", "tqdm", "pandas", "model_fns"},
    "estimators": {
        *("numpy", "numba", "llvmlite", "tqdm", "safetensors", "model_fns", "input_fns"),
        *("tensorboardX", "matplotlib", "pandas", "h5py", "onnx", "onnxruntime", "mpi4py"),
    },
}
COMPILER_FOLDERS = ("estimators/compiler/", "estimators/kernels/")
FACADE_FOLDER = "estimators/compat/v1/"
PICKLES = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}
TOP_LEVEL = {"setup.cfg", "setup.py", "README.md", "LICENSE", "estimators", "input_fns", "model_fns", "tests"}
# What tools and `python -m estimators train` leave behind, ignored by git.
ARTEFACTS = {"build", "dist", "models", "venv", "__pycache__", "estimators.egg-info"}

# No budgets to be used up, but the point past which nobody may go without a word.
MOST_LINES_OF_A_FILE = 600
MOST_LINES_OF_A_FUNCTION = 80
MOST_STATEMENTS_OF_AN_ADAPTER = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One Python file: `path` relative to the repository, with slashes, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return parsed(self.text, self.path)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The package that a relative import starts from."""
        return self.module if self.path.endswith("/__init__.py") else self.module.rpartition(".")[0]


@dataclass(frozen=True)
class Import:
    """One imported thing: `module`, and `name` if it was `from module import name`."""

    module: str
    name: str
    line: int

    @property
    def root(self) -> str:
        return self.module.partition(".")[0]


@cache
def parsed(text: str, path: str) -> ast.Module:
    return ast.parse(text, path)


@cache
def files_under(*folders: str) -> tuple[SourceFile, ...]:
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(SourceFile(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)


def imports_among(nodes: Iterator[ast.AST], file: SourceFile) -> Iterator[Import]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, "", node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                base = file.package.split(".")[: len(file.package.split(".")) - node.level + 1]
                module = ".".join([*base, *filter(None, [module])])
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            # importlib.import_module("..."), the door at the back
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield Import(node.args[0].value, "", node.lineno)


def all_imports(file: SourceFile) -> Iterator[Import]:
    return imports_among(ast.walk(file.tree), file)


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below `node` that run when the module is imported: nothing in functions or under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from run_at_import(child)


def imported_names(tree: ast.Module) -> set[str]:
    nodes = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    nodes = [node for node in nodes if getattr(node, "module", None) != "__future__"]
    return {alias.asname or alias.name.partition(".")[0] for node in nodes for alias in node.names}


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_all(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]


def functions_of(file: SourceFile) -> Iterator[Function]:
    return (node for node in ast.walk(file.tree) if isinstance(node, Function))


# --- the rules, each from a file to sentences ------------------------------------------------------------------------


def forbidden_imports(file: SourceFile) -> Iterator[str]:
    package = file.path.partition("/")[0]
    allowed = MAY_IMPORT[package] | {package} | set(sys.stdlib_module_names)
    for imported in all_imports(file):
        if imported.root not in allowed:
            known = ", ".join(sorted(MAY_IMPORT[package]))
            yield f"{file.path}:{imported.line} imports {imported.module}; {package} may import {known}."


def compiler_imports(file: SourceFile) -> Iterator[str]:
    if file.path.startswith(COMPILER_FOLDERS):
        return
    for imported in all_imports(file):
        if imported.root in ("numba", "llvmlite"):
            yield f"{file.path}:{imported.line} imports {imported.module}, which only {COMPILER_FOLDERS} may."


def pickles(file: SourceFile) -> Iterator[str]:
    for imported in all_imports(file):
        if imported.root in PICKLES:
            yield f"{file.path}:{imported.line} imports {imported.module}: no pickle, a file must not run code."
    for node in ast.walk(file.tree):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            yield f"{file.path}:{node.value.lineno} allows numpy to unpickle: no pickle, a file must not run code."


def init_contents(file: SourceFile) -> Iterator[str]:
    if not file.path.endswith("/__init__.py"):
        return
    exported: list[str] = []
    for node in file.tree.body:
        if is_all(node):
            exported = [ast.unparse(name).strip("'") for name in getattr(node.value, "elts", [])]
        elif not (isinstance(node, ast.Import | ast.ImportFrom) or is_docstring(node)):
            yield f"{file.path}:{node.lineno} an __init__ holds a docstring, imports and __all__, nothing else."
    if exported != sorted(set(exported)):
        yield f"{file.path}: __all__ is not sorted(): {exported}."
    # Dunder names (__version__, __getattr__) work without being exported.
    imported = {name for name in imported_names(file.tree) if not name.startswith("__")}
    for name in sorted(imported ^ {name for name in exported if not name.startswith("__")}):
        yield f"{file.path}: {name} is {'imported, but not' if name in imported else 'not imported, but'} in __all__."


def facade_contents(file: SourceFile) -> Iterator[str]:
    if not file.path.startswith(FACADE_FOLDER):
        return
    for node in file.tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) or is_docstring(node) or is_all(node):
            continue
        if isinstance(node, ast.FunctionDef):
            yield from (f"{file.path}:{node.lineno} {node.name} {fault}" for fault in thickness(node))
        elif not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute | ast.Constant)):
            yield f"{file.path}:{node.lineno} the facade holds imports, names and thin functions, nothing else."


def thickness(function: ast.FunctionDef) -> Iterator[str]:
    """What makes a function of the facade more than a thin adapter."""
    below = [node for statement in function.body for node in ast.walk(statement)]
    statements = [node for node in below if isinstance(node, ast.stmt) and not is_docstring(node)]
    if len(statements) > MOST_STATEMENTS_OF_AN_ADAPTER:
        yield f"has {len(statements)} statements, a thin adapter at most {MOST_STATEMENTS_OF_AN_ADAPTER}."
    thin = (ast.Return, ast.Expr, ast.Assign, ast.AnnAssign, ast.Raise, ast.If, ast.Import, ast.ImportFrom, ast.Pass)
    for node in statements:
        if not isinstance(node, thin):
            yield f"has logic of its own ({type(node).__name__}), which belongs into the native packages."
    if any(isinstance(node, ast.comprehension | ast.Lambda | ast.Yield | ast.YieldFrom) for node in below):
        yield "has logic of its own (a comprehension, lambda or yield), which belongs into the native packages."


def nameless_names(file: SourceFile) -> Iterator[str]:
    if file.path.startswith(FACADE_FOLDER):  # its names are TensorFlow's
        return
    for part in file.path.removesuffix(".py").split("/"):
        if part.strip("_").removeprefix("test_") in SAYS_NOTHING:
            yield f"{file.path}: {part} does not say what it holds."


def long_files(file: SourceFile) -> Iterator[str]:
    lines = len(file.text.splitlines())
    # An __init__ is a list of names: see init_contents. The facade's has as many as TensorFlow.
    if lines > MOST_LINES_OF_A_FILE and not file.path.endswith("/__init__.py"):
        yield f"{file.path} has {lines} lines, more than {MOST_LINES_OF_A_FILE}: what does it hide?"


def long_functions(file: SourceFile) -> Iterator[str]:
    for function in functions_of(file):
        # Its documentation is not what makes a function long.
        first = function.body[1 if is_docstring(function.body[0]) and len(function.body) > 1 else 0]
        lines = function.end_lineno - first.lineno + 1
        if lines > MOST_LINES_OF_A_FUNCTION:
            place, limit = f"{file.path}:{function.lineno}", MOST_LINES_OF_A_FUNCTION
            yield f"{place} {function.name} has {lines} lines, more than {limit}: what does it hide?"


def import_circle(files: tuple[SourceFile, ...]) -> list[str]:
    """The modules of one circle of imports that run at import, or nothing. Parent packages do not count as imported."""
    modules = {file.module for file in files}
    graph = {file.module: set() for file in files}
    for file in files:
        for imported in imports_among(run_at_import(file.tree), file):
            submodule = f"{imported.module}.{imported.name}"
            graph[file.module] |= {submodule if submodule in modules else imported.module} & modules
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


# --- the rules, applied ----------------------------------------------------------------------------------------------


def check(rule: Callable[[SourceFile], Iterator[str]], *folders: str) -> None:
    faults = [fault for file in files_under(*folders) for fault in rule(file)]
    assert not faults, "\n".join(["", *faults])


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package):
    check(forbidden_imports, package)


def test_no_file_is_in_a_circle_of_imports():
    circle = import_circle(files_under(*PACKAGES))
    assert not circle, " -> ".join(circle)


def test_only_the_compiler_knows_numba():
    check(compiler_imports, *PACKAGES)


def test_an_init_holds_imports_and_all_only():
    check(init_contents, *PACKAGES)


def test_the_facade_has_no_logic_of_its_own():
    check(facade_contents, *PACKAGES)


def test_nothing_is_pickled():
    check(pickles, *PACKAGES, "tests")


def test_every_file_has_a_name_that_says_something():
    check(nameless_names, *PACKAGES, "tests")


def test_no_file_is_very_long():
    check(long_files, *PACKAGES)


def test_no_function_is_very_long():
    check(long_functions, *PACKAGES)


def test_the_top_level_holds_nothing_else():
    entries = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert entries - ARTEFACTS <= TOP_LEVEL, f"does not belong there: {sorted(entries - ARTEFACTS - TOP_LEVEL)}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_typed(package):
    assert (ROOT / package / "py.typed").is_file()


# --- and they can fail -----------------------------------------------------------------------------------------------

LONG_FUNCTION = "def f():\n" + "    f()\n" * (MOST_LINES_OF_A_FUNCTION + 1)
BREAKING = [
    (forbidden_imports, "model_fns/a.py", "import scipy", "imports scipy; model_fns may import numpy."),
    (forbidden_imports, "model_fns/a.py", "import input_fns.batching", "imports input_fns.batching"),
    (forbidden_imports, "model_fns/ops/a.py", "from ...estimators import b", "imports estimators"),
    (forbidden_imports, "input_fns/a.py", "def f():\n    from estimators import b", "imports estimators"),
    (forbidden_imports, "input_fns/a.py", "importlib.import_module('estimators.b')", "imports estimators.b"),
    (compiler_imports, "estimators/session.py", "from numba import njit", "imports numba"),
    (pickles, "estimators/a.py", "import pickle", "imports pickle"),
    (pickles, "tests/a.py", "numpy.load(file, allow_pickle=True)", "allows numpy to unpickle"),
    (init_contents, "estimators/__init__.py", "version = 1", "nothing else"),
    (init_contents, "estimators/__init__.py", "from a import b", "b is imported, but not in __all__."),
    (init_contents, "estimators/__init__.py", "__all__ = ['b']", "b is not imported, but in __all__."),
    (init_contents, "estimators/__init__.py", "from a import b, c\n__all__ = ['c', 'b']", "not sorted"),
    (facade_contents, "estimators/compat/v1/a.py", "x = f(1)", "nothing else"),
    (facade_contents, "estimators/compat/v1/a.py", "class A: pass", "nothing else"),
    (facade_contents, "estimators/compat/v1/a.py", "def f(x):\n    for y in x: g(y)", "logic of its own (For)"),
    (facade_contents, "estimators/compat/v1/a.py", "def f(x):\n    return [g(y) for y in x]", "comprehension"),
    (facade_contents, "estimators/compat/v1/a.py", "def f(x):\n" + "    g(x)\n" * 4, "has 4 statements"),
    (nameless_names, "estimators/kernels/_utils.py", "", "_utils does not say"),
    (nameless_names, "tests/test_helpers.py", "", "test_helpers does not say"),
    (long_files, "estimators/a.py", "x\n" * (MOST_LINES_OF_A_FILE + 1), "has 601 lines"),
    (long_functions, "estimators/a.py", LONG_FUNCTION, "f has 81 lines"),
]
KEEPING = [
    (long_files, "estimators/compat/v1/__init__.py", "x\n" * (MOST_LINES_OF_A_FILE + 1)),
    (forbidden_imports, "estimators/a.py", "import numba\nfrom .b import c\nimport os.path"),
    (compiler_imports, "estimators/kernels/a.py", "import numba"),
    (pickles, "estimators/a.py", "numpy.load(file, allow_pickle=False)"),
    (init_contents, "estimators/a.py", "version = 1"),
    (init_contents, "estimators/__init__.py", "'''Doc.'''\nfrom a import C, b, __version__\n__all__ = ['C', 'b']"),
    (
        facade_contents,
        "estimators/compat/v1/a.py",
        "from a import b\nc = b.d\ndef f(x):\n    '''Doc.'''\n    return b(x)",
    ),
    (long_functions, "estimators/a.py", 'def f():\n    """' + "\n" * 100 + '"""\n    return 1'),
]


@pytest.mark.parametrize(("rule", "path", "text", "expected"), BREAKING)
def test_a_broken_rule_is_seen(rule, path, text, expected):
    assert expected in "\n".join(rule(SourceFile(path, text)))


@pytest.mark.parametrize(("rule", "path", "text"), KEEPING)
def test_a_kept_rule_is_silent(rule, path, text):
    assert list(rule(SourceFile(path, text))) == []


@pytest.mark.parametrize(
    ("first", "second", "circle"),
    [
        ("import model_fns.b", "from model_fns import a", True),
        ("from .b import x", "class A:\n    from model_fns.a import y", True),
        ("from model_fns.b import x", "def f():\n    import model_fns.a", False),
        ("from model_fns.b import x", "if TYPE_CHECKING:\n    import model_fns.a", False),
        ("from model_fns.b import x", "from model_fns.c import y", False),
    ],
)
def test_a_circle_is_seen(first, second, circle):
    files = SourceFile("model_fns/a.py", first), SourceFile("model_fns/b.py", second)
    assert bool(import_circle(files)) is circle
