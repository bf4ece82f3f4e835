"""What test cases say of arrays and tensors: equal, close, in a range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from estimators.testing.container_assertions import ContainerAssertions
from model_fns.graph.tensor import Tensor

_MOST_SHOWN = 10
_HALF, _SINGLE = np.dtype("float16"), np.dtype("float32")


class ArrayAssertions(ContainerAssertions):
    """Assertions whose arguments may be tensors, arrays, numbers, and lists, tuples and dicts of them."""

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors."""
        raise NotImplementedError

    def _GetNdArray(self, a: Any) -> Any:
        value = self.evaluate(a) if isinstance(a, Tensor) or hasattr(a, "graph_element") else a
        return value if isinstance(value, np.ndarray) else np.array(value)

    # -- equal and close ----------------------------------------------------------------------------------------------

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """The same shape and the same values; NaN equals NaN."""
        a, b = self._GetNdArray(a), self._GetNdArray(b)
        self._check_shapes(a, b, msg)
        same = np.asarray(a == b)
        if a.dtype.kind == "f":
            same = same | (np.isnan(a) & np.isnan(b.astype(a.dtype)))
        if not np.all(same):
            self.fail("\n".join([msg or "", "Arrays are not equal.", *_differences(a, b, ~same)]))

    def assertNotAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        if self._holds(self.assertAllEqual, a, b, msg):
            raise AssertionError("The two values are equal at all elements")

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-06, atol: float = 1e-06, msg: str | None = None) -> None:
        """|a - b| <= atol + rtol * |b|, through nested lists, tuples, named tuples and dicts."""
        self._check_close(a, b, rtol, atol, msg, ())

    def assertNotAllClose(self, a: Any, b: Any, **kwargs: Any) -> None:
        if self._holds(self.assertAllClose, a, b, **kwargs):
            raise AssertionError("The two values are close at all elements")

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-06,
        atol: float = 1e-06,
        float_rtol: float = 1e-06,
        float_atol: float = 1e-06,
        half_rtol: float = 0.001,
        half_atol: float = 0.001,
        bfloat16_rtol: float = 0.01,
        bfloat16_atol: float = 0.01,
        msg: str | None = None,
    ) -> None:
        """assertAllClose with the tolerances of the less precise of the two types."""
        a, b = self._GetNdArray(a), self._GetNdArray(b)
        if _SINGLE in (a.dtype, b.dtype):
            rtol, atol = max(rtol, float_rtol), max(atol, float_atol)
        if _HALF in (a.dtype, b.dtype):
            rtol, atol = max(rtol, half_rtol), max(atol, half_atol)
        self.assertAllClose(a, b, rtol=rtol, atol=atol, msg=msg)

    def _check_close(self, a: Any, b: Any, rtol: float, atol: float, msg: Any, path: tuple[Any, ...]) -> None:
        a, b = _as_mapping(a), _as_mapping(b)
        place = "".join(f"[{part}]" for part in path)
        if isinstance(a, Mapping) != isinstance(b, Mapping):
            raise ValueError(f"Can't compare dict to non-dict, a{place} vs b{place}. {msg or ''}")
        if isinstance(a, Mapping):
            keys = f"mismatched keys: a{place} has keys {a.keys()}, but b{place} has keys {b.keys()}. {msg or ''}"
            self.assertCountEqual(a.keys(), b.keys(), keys)
            for key in a:
                self._check_close(a[key], b[key], rtol, atol, msg, (*path, key))
            return
        said = f"Mismatched value: a{place} is different from b{place}. {msg or ''}"
        try:
            self._check_arrays_close(self._GetNdArray(a), self._GetNdArray(b), rtol, atol, said)
        except (TypeError, ValueError):
            if not isinstance(a, list | tuple):
                raise
            if len(a) != len(b):
                lengths = f"Mismatched length: a{place} has {len(a)} items, but b{place} has {len(b)} items."
                raise ValueError(f"{lengths} {msg or ''}") from None
            for position, (first, second) in enumerate(zip(a, b, strict=True)):
                self._check_close(first, second, rtol, atol, msg, (*path, position))

    def _check_arrays_close(self, a: Any, b: Any, rtol: float, atol: float, msg: str) -> None:
        self._check_shapes(a, b, msg)
        close = np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
        if not np.all(close):
            tolerance = f"not close tol = {atol} + {rtol} * |rhs|; dtype = {a.dtype}, shape = {a.shape}"
            self.fail("\n".join([msg, *_differences(a, b, ~close), tolerance]))

    def _check_shapes(self, a: Any, b: Any, msg: str | None) -> None:
        contents = f" Contents: {b}." if b.ndim <= 3 or b.size < 500 else ""
        said = f"Shape mismatch: expected {a.shape}, got {b.shape}.{contents} {msg or ''}"
        self.assertEqual(a.shape, b.shape, said)

    def _holds(self, assertion: Any, *args: Any, **kwargs: Any) -> bool:
        try:
            assertion(*args, **kwargs)
        except AssertionError:
            return False
        return True

    # -- numbers ------------------------------------------------------------------------------------------------------

    def assertNear(self, f1: float, f2: float, err: float, msg: str | None = None) -> None:
        told = f" ({msg})" if msg is not None else ""
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, f"{f1:f} != {f2:f} +/- {err:f}{told}")

    def assertArrayNear(self, farray1: Any, farray2: Any, err: float, msg: str | None = None) -> None:
        self.assertEqual(len(farray1), len(farray2), msg)
        for first, second in zip(farray1, farray2, strict=True):
            self.assertNear(float(first), float(second), err, msg)

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: str | None = None) -> None:
        """The Euclidean length of the difference is less than `err`."""
        self.assertTrue(np.linalg.norm(ndarray1 - ndarray2) < err, msg)

    # -- all elements -------------------------------------------------------------------------------------------------

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        self.assertGreater(np.min(self._GetNdArray(a)), comparison_target)

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        self.assertLess(np.max(self._GetNdArray(a)), comparison_target)

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        self.assertGreaterEqual(np.min(self._GetNdArray(a)), comparison_target)

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        self.assertLessEqual(np.max(self._GetNdArray(a)), comparison_target)

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: Any,
        upper_bound: Any,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """All numbers lie between the bounds; an open bound itself does not count."""
        target = self._GetNdArray(target)
        if target.dtype.kind not in "fiu":
            said = f"The value of {target} does not have an ordered numeric type, instead it has type: {target.dtype}"
            raise AssertionError(said)
        missing = np.isnan(target)
        if np.any(missing):
            raise AssertionError(
                f"{missing.sum()} of the {target.size} element(s) are NaN. "
                f"Subscripts(s) and value(s) of the NaN element(s):\n{_subscripts(target, missing)}"
            )
        below = target <= lower_bound if open_lower_bound else target < lower_bound
        above = target >= upper_bound if open_upper_bound else target > upper_bound
        outside = np.asarray(below | above)
        if np.any(outside):
            bounds = f"{'(' if open_lower_bound else '['}{lower_bound}, {upper_bound}{')' if open_upper_bound else ']'}"
            raise AssertionError(
                f"{outside.sum()} of the {target.size} element(s) are outside the range {bounds}. "
                f"Subscript(s) and value(s) of the offending elements:\n{_subscripts(target, outside)}"
            )

    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        others = np.setdiff1d(self._GetNdArray(target).flatten(), list(expected_set))
        if others.size:
            raise AssertionError(f"{others.size} unique element(s) are not in the set {expected_set}: {others}")

    # -- types and shapes ---------------------------------------------------------------------------------------------

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        self.assertEqual(self._GetNdArray(target).dtype, expected_dtype)

    def assertShapeEqual(self, np_array: Any, tf_tensor: Any, msg: str | None = None) -> None:
        """The array has the tensor's static shape."""
        if not isinstance(np_array, np.ndarray | np.generic):
            raise TypeError("np_array must be a Numpy ndarray or Numpy scalar")
        if not isinstance(tf_tensor, Tensor):
            raise TypeError("tf_tensor must be a Tensor")
        self.assertAllEqual(np_array.shape, tf_tensor.get_shape().as_list(), msg)


def _as_mapping(value: Any) -> Any:
    """A named tuple as a dict; anything else as it is."""
    return value._asdict() if hasattr(value, "_asdict") else value


def _differences(a: Any, b: Any, where: Any) -> list[str]:
    """What the two arrays hold where they differ."""
    if not a.ndim:
        return [f"not equal lhs = {a}", f"not equal rhs = {b}"]
    return [f"at {np.nonzero(where)}", f"lhs = {a[where]}", f"rhs = {b[where]}"]


def _subscripts(value: Any, where: Any) -> str:
    """The first places where `where` holds, each with the value there."""
    places = np.argwhere(where)
    lines = [f"  {place} : {value[tuple(place)]}" for place in places[:_MOST_SHOWN]]
    return "\n".join([*lines, *(["  ..."] if len(places) > _MOST_SHOWN else [])])
