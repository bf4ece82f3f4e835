"""tf.io.gfile: tf.gfile under other names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from estimators import gfile
from estimators.compat.missing import missing
from estimators.gfile import GFile


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    gfile.Copy(src, dst, overwrite)


def exists(path: Any) -> bool:
    return gfile.Exists(path)


def glob(pattern: Any) -> list[str]:
    return gfile.Glob(pattern)


def isdir(path: Any) -> bool:
    return gfile.IsDirectory(path)


def listdir(path: Any) -> list[str]:
    return gfile.ListDirectory(path)


def makedirs(path: Any) -> None:
    gfile.MakeDirs(path)


def mkdir(path: Any) -> None:
    gfile.MkDir(path)


def remove(path: Any) -> None:
    gfile.Remove(path)


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    gfile.Rename(src, dst, overwrite)


def rmtree(path: Any) -> None:
    gfile.DeleteRecursively(path)


def stat(path: Any) -> gfile.FileStatistics:
    return gfile.Stat(path)


def walk(top: Any, topdown: bool = True, onerror: Any = None) -> Iterator[tuple[str, list[str], list[str]]]:
    return gfile.Walk(top, topdown)


__all__ = [
    "GFile",
    "copy",
    "exists",
    "glob",
    "isdir",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
