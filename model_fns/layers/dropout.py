"""The layer that drops a share of its input while training."""

from __future__ import annotations

from typing import Any

from model_fns.graph.tensor import Tensor
from model_fns.layers.layer import Layer
from model_fns.layers.training_phase import by_training, known_training
from model_fns.ops import random
from model_fns.ops.control import identity


class Dropout(Layer):
    """While training, zeroes a share `rate` of its input and scales the rest by 1 / (1 - rate); else the identity.

    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    def __init__(
        self, rate: Any = 0.5, noise_shape: Any = None, seed: int | None = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Tensor, training: Any = False) -> Any:
        known = known_training(training)
        if known is False:
            return identity(inputs)
        dropped = random.dropout(inputs, noise_shape=self.noise_shape, seed=self.seed, rate=self.rate)
        return dropped if known else by_training(training, dropped, inputs, "cond/Merge")


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: Any = None,
) -> Any:
    """While `training`, zeroes a share `rate` of `inputs` and scales the rest by 1 / (1 - rate); else the identity.

    Args:
      rate: in [0, 1), a number or a tensor.
      noise_shape: an axis of size 1 there shares one draw.
      training: a truth value or a tensor of one. The default is False: pass `mode == tf.estimator.ModeKeys.TRAIN`.
    """
    return Dropout(rate, noise_shape=noise_shape, seed=seed, name=name)(inputs, training=training)
