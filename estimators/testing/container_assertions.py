"""What test cases say of strings and containers beyond unittest: the assertions of absl, on which tf.test builds."""

from __future__ import annotations

import re
import unittest
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any


class ContainerAssertions(unittest.TestCase):
    """A unittest.TestCase with more assertions, and with the names that unittest had on Python 2."""

    longMessage = True

    # -- how many, and which ------------------------------------------------------------------------------------------

    def assertEmpty(self, container: Collection[Any], msg: str | None = None) -> None:
        if len(container):
            self.fail(self._formatMessage(msg, f"{container!r} has length of {len(container)}."))

    def assertNotEmpty(self, container: Collection[Any], msg: str | None = None) -> None:
        if not len(container):
            self.fail(self._formatMessage(msg, f"{container!r} has length of 0."))

    def assertLen(self, container: Collection[Any], expected_len: int, msg: str | None = None) -> None:
        if len(container) != expected_len:
            said = f"{container!r} has length of {len(container)}, expected {expected_len}."
            self.fail(self._formatMessage(msg, said))

    def assertContainsSubset(
        self, expected_subset: Iterable[Any], actual_set: Iterable[Any], msg: str | None = None
    ) -> None:
        absent = set(expected_subset) - set(actual_set)
        if absent:
            self.fail(self._formatMessage(msg, f"Missing elements {absent}, expected: {expected_subset}"))

    def assertNoCommonElements(
        self, expected_seq: Iterable[Any], actual_seq: Iterable[Any], msg: str | None = None
    ) -> None:
        common = set(expected_seq) & set(actual_seq)
        if common:
            self.fail(self._formatMessage(msg, f"Common elements {common}"))

    def assertSameElements(
        self, expected_seq: Iterable[Any], actual_seq: Iterable[Any], msg: str | None = None
    ) -> None:
        """The same elements, without regard to order and number."""
        expected, actual = list(expected_seq), list(actual_seq)
        absent = [item for item in expected if item not in actual]
        surplus = [item for item in actual if item not in expected]
        if absent or surplus:
            self.fail(self._formatMessage(msg, f"Expected, but missing: {absent}. Unexpected, but present: {surplus}."))

    def assertItemsEqual(self, first: Iterable[Any], second: Iterable[Any], msg: str | None = None) -> None:
        """The same elements as often, in any order."""
        self.assertCountEqual(first, second, msg)

    def assertDictContainsSubset(
        self, subset: Mapping[Any, Any], dictionary: Mapping[Any, Any], msg: object = None
    ) -> None:
        wrong = {key: value for key, value in subset.items() if key not in dictionary or dictionary[key] != value}
        if wrong:
            self.fail(f"Missing or different: {wrong!r}{'' if msg is None else f' : {msg}'}")

    # -- order --------------------------------------------------------------------------------------------------------

    def assertSequenceStartsWith(self, prefix: Sequence[Any], whole: Sequence[Any], msg: str | None = None) -> None:
        start = list(whole[: len(prefix)])
        if list(prefix) != start:
            self.fail(self._formatMessage(msg, f"prefix: {prefix!r} not found at start of whole: {whole!r}."))

    def assertContainsInOrder(self, strings: Iterable[str], target: str, msg: str | None = None) -> None:
        """Each of the strings stands in `target`, one after the other."""
        position = 0
        for string in strings:
            found = target.find(string, position)
            if found < 0:
                said = f"Did not find {string!r} after position {position} of {target!r}"
                self.fail(self._formatMessage(msg, said))
            position = found + len(string)

    def assertContainsSubsequence(
        self, container: Iterable[Any], subsequence: Iterable[Any], msg: str | None = None
    ) -> None:
        """All of `subsequence` stands in `container` in this order, perhaps with others between."""
        rest = iter(container)
        if not all(any(item == wanted for item in rest) for wanted in subsequence):
            self.fail(self._formatMessage(msg, f"{subsequence!r} not a subsequence of {container!r}."))

    def assertContainsExactSubsequence(
        self, container: Iterable[Any], subsequence: Iterable[Any], msg: str | None = None
    ) -> None:
        """All of `subsequence` stands in `container` in this order, with nothing between."""
        whole, part = list(container), list(subsequence)
        if not any(whole[start : start + len(part)] == part for start in range(len(whole) + 1)):
            self.fail(self._formatMessage(msg, f"{part!r} not a continuous subsequence of {whole!r}."))

    def assertSequenceAlmostEqual(
        self,
        expected_seq: Sequence[Any],
        actual_seq: Sequence[Any],
        places: int | None = None,
        msg: str | None = None,
        delta: float | None = None,
    ) -> None:
        self.assertEqual(len(expected_seq), len(actual_seq), msg)
        for expected, actual in zip(expected_seq, actual_seq, strict=True):
            self.assertAlmostEqual(expected, actual, places, msg, delta)  # type: ignore[arg-type]  # one of the two

    def assertBetween(self, value: Any, minv: Any, maxv: Any, msg: str | None = None) -> None:
        said = f'"{value!r}" unexpectedly not between "{minv!r}" and "{maxv!r}"'
        self.assertTrue(minv <= value <= maxv, self._formatMessage(msg, said))

    # -- text ---------------------------------------------------------------------------------------------------------

    def assertStartsWith(self, actual: str, expected_start: str, msg: str | None = None) -> None:
        if not actual.startswith(expected_start):
            self.fail(self._formatMessage(msg, f"{actual!r} does not start with {expected_start!r}"))

    def assertNotStartsWith(self, actual: str, unexpected_start: str, msg: str | None = None) -> None:
        if actual.startswith(unexpected_start):
            self.fail(self._formatMessage(msg, f"{actual!r} does start with {unexpected_start!r}"))

    def assertEndsWith(self, actual: str, expected_end: str, msg: str | None = None) -> None:
        if not actual.endswith(expected_end):
            self.fail(self._formatMessage(msg, f"{actual!r} does not end with {expected_end!r}"))

    def assertNotEndsWith(self, actual: str, unexpected_end: str, msg: str | None = None) -> None:
        if actual.endswith(unexpected_end):
            self.fail(self._formatMessage(msg, f"{actual!r} does end with {unexpected_end!r}"))

    def assertRegexMatch(self, actual_str: str, regexes: Iterable[str], message: str | None = None) -> None:
        """At least one of the expressions is found in the string."""
        if not any(re.search(regex, actual_str, re.DOTALL) for regex in regexes):
            self.fail(message or f'"{actual_str}" does not match any of: {list(regexes)}')

    # -- errors -------------------------------------------------------------------------------------------------------

    def assertRaisesWithLiteralMatch(
        self,
        expected_exception: type[BaseException],
        expected_exception_message: str,
        callable_obj: Callable[..., Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """As assertRaisesRegex, of the whole message as it stands."""
        pattern = f"^{re.escape(expected_exception_message)}$(?!\n)"
        if callable_obj is None:
            return self.assertRaisesRegex(expected_exception, pattern)
        return self.assertRaisesRegex(expected_exception, pattern, callable_obj, *args, **kwargs)

    def assertRaisesRegexp(self, expected_exception: Any, expected_regex: Any, *args: Any, **kwargs: Any) -> Any:
        return self.assertRaisesRegex(expected_exception, expected_regex, *args, **kwargs)

    # -- unittest's older names, which newer Pythons have not ---------------------------------------------------------

    def assertEquals(self, *args: Any, **kwargs: Any) -> None:
        self.assertEqual(*args, **kwargs)

    def assertNotEquals(self, *args: Any, **kwargs: Any) -> None:
        self.assertNotEqual(*args, **kwargs)

    def assertAlmostEquals(self, *args: Any, **kwargs: Any) -> None:
        self.assertAlmostEqual(*args, **kwargs)

    def assertNotAlmostEquals(self, *args: Any, **kwargs: Any) -> None:
        self.assertNotAlmostEqual(*args, **kwargs)

    def assertRegexpMatches(self, *args: Any, **kwargs: Any) -> None:
        self.assertRegex(*args, **kwargs)

    def assertNotRegexpMatches(self, *args: Any, **kwargs: Any) -> None:
        self.assertNotRegex(*args, **kwargs)

    def assert_(self, *args: Any, **kwargs: Any) -> None:
        self.assertTrue(*args, **kwargs)
