"""Pictures made of characters."""

from __future__ import annotations

import numpy as np
import pytest

from estimators.command.pictures import images_among, picture, pictures


def test_a_picture_is_seven_lines_of_fourteen_characters():
    image = np.zeros((28, 28))
    image[:, 14:] = 255
    assert picture(image) == [" " * 7 + "@" * 7] * 7
    assert picture(np.zeros((8, 8))) == [" " * 14] * 7


def test_pictures_stand_side_by_side_with_captions(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = pictures(np.ones((6, 8, 8)) * np.eye(8), [str(number) for number in range(6)]).splitlines()
    assert len(lines) == 17 and max(map(len, lines)) <= 80
    assert lines[7].split() == ["0", "1", "2", "3", "4"] and lines[16].split() == ["5"]


@pytest.mark.parametrize(
    ("shape", "image_shape", "expected"),
    [
        ((3, 28, 28, 1), None, (3, 28, 28)),
        ((3, 28, 20), None, (3, 28, 20)),
        ((3, 64), (8, 8), (3, 8, 8)),
        ((3, 64), None, None),
        ((3, 5, 4), None, None),
        ((3, 28, 28, 3), None, None),
        ((3,), None, None),
    ],
)
def test_what_is_an_image(shape, image_shape, expected):
    images = images_among({"x": np.zeros(shape)}, image_shape)
    assert (None if images is None else images.shape) == expected


def test_no_features_are_no_images():
    assert images_among(None) is None and images_among({}) is None
