"""The choice of a convolution's algorithm: the kernel exists, the reason says why, clear cases come out as measured."""

from __future__ import annotations

from dataclasses import astuple, replace
from importlib import import_module

import pytest

from estimators.kernels.convolution_choice import FORWARD, GRADIENT_FILTER, GRADIENT_INPUT, Choice, Sizes, choose
from estimators.kernels.winograd_scratch import VARIANTS
from tests.kernels import test_convolution

WALKS = (FORWARD, GRADIENT_INPUT, GRADIENT_FILTER)
WIDE = ((14, 14, 32), (5, 5, 64), (1, 1), "SAME")


def sizes(image: tuple[int, int, int], kernel: tuple[int, int, int], stride: tuple[int, int], padding: str) -> Sizes:
    return Sizes(*astuple(test_convolution.sizes(image, kernel, stride, padding)))


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize(
    ("shape", "tile"),
    [
        (WIDE, 5),
        (((12, 12, 20), (5, 5, 50), (1, 1), "VALID"), 4),
        (((14, 14, 64), (3, 3, 64), (1, 1), "SAME"), 7),
        (((7, 7, 64), (3, 3, 64), (1, 1), "SAME"), 7),
        (((10, 10, 64), (3, 3, 64), (1, 1), "SAME"), 5),
        (((16, 16, 64), (3, 3, 64), (1, 1), "SAME"), 4),
    ],
    ids=str,
)
def test_many_channels_are_filtered(walk: str, shape: tuple, tile: int) -> None:
    choice = choose(walk, sizes(*shape))
    taps = shape[1][0]
    assert (choice.module, choice.name, choice.tile) == ("winograd", f"{walk}_{tile}_{taps}", tile)
    assert choice.reason.startswith(f"F({tile}x{tile}, {taps}x{taps}), expected to be ")


@pytest.mark.parametrize("walk", WALKS)
def test_all_kernels_exist(walk: str) -> None:
    kernels = import_module("estimators.kernels.winograd")
    assert all(callable(getattr(kernels, f"{walk}_{tile}_{taps}")) for tile, taps in VARIANTS)


def test_rounding_can_be_limited() -> None:
    assert choose(FORWARD, sizes(*WIDE), most_points=8).tile == 4
    assert choose(FORWARD, sizes(*WIDE), most_points=7) == Choice(
        "convolution",
        FORWARD,
        "direct: filtering would need more than 7 points or 16777216 transformed weights for each worker",
    )


@pytest.mark.parametrize("walk", [FORWARD, GRADIENT_FILTER])
def test_a_first_layer_of_one_channel_stays_direct(walk: str) -> None:
    choice = choose(walk, sizes((28, 28, 1), (5, 5, 32), (1, 1), "SAME"))
    assert (choice.module, choice.name) == ("convolution", walk)
    assert choice.reason.startswith("direct: F(4x4, 5x5) is expected to be 0.")
    assert callable(getattr(import_module("estimators.kernels.convolution"), choice.name))


@pytest.mark.parametrize("walk", WALKS)
@pytest.mark.parametrize(
    ("shape", "dtype", "reason"),
    [
        (WIDE, "float64", "filtering costs digits, which float64 is chosen for"),
        (
            ((14, 14, 32), (5, 5, 64), (2, 1), "SAME"),
            "float32",
            "filtering needs strides of 1, here they are 2 and 1",
        ),
        (
            ((14, 14, 32), (7, 7, 64), (1, 1), "SAME"),
            "float32",
            "filtering is there for 3x3 and 5x5 weights, here they are 7x7",
        ),
        (
            ((14, 14, 32), (3, 5, 64), (1, 1), "SAME"),
            "float32",
            "filtering is there for 3x3 and 5x5 weights, here they are 3x5",
        ),
        (
            ((14, 14, 1024), (3, 3, 512), (1, 1), "SAME"),
            "float32",
            "filtering would need more than 9 points or 16777216 transformed weights for each worker",
        ),
    ],
)
def test_what_filtering_cannot_do_stays_direct(walk: str, shape: tuple, dtype: str, reason: str) -> None:
    assert choose(walk, sizes(*shape), dtype) == Choice("convolution", walk, f"direct: {reason}")


def test_the_weights_of_a_small_batch_may_cost_more_than_filtering_saves() -> None:
    small = sizes((4, 4, 256), (3, 3, 256), (1, 1), "SAME")
    assert choose(FORWARD, small, examples=1).module == "convolution"
    assert choose(FORWARD, small, examples=64).module == "winograd"


@pytest.mark.parametrize("walk", WALKS)
def test_an_image_without_output_is_no_error(walk: str) -> None:
    nothing = replace(sizes(*WIDE), out_height=0, out_width=0)
    assert choose(walk, nothing) == Choice("convolution", walk, "direct: there is nothing to compute")
