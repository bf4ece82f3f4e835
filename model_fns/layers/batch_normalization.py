"""The layer that gives its input mean 0 and variance 1 (Ioffe, Szegedy: "Batch normalization", 2015)."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.layers.by_name import ONES, ZEROS, initializer_of
from model_fns.layers.input_spec import InputSpec
from model_fns.layers.layer import Layer
from model_fns.layers.training_phase import by_training, known_training
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import maximum
from model_fns.ops.control import identity
from model_fns.ops.moments import batch_normalization as normalized
from model_fns.ops.moments import moments
from model_fns.ops.shaping import SizeRatio, reshape
from model_fns.variables import Variable, assign_sub

_SMALLEST_FUSED_EPSILON = 1.001e-5  # TensorFlow's fused kernel, which it uses for images, takes no smaller one


@final
class BatchNormalization(Layer):
    """gamma * (inputs - mean) / sqrt(variance + epsilon) + beta, with statistics over all axes but `axis`.

    While training, mean and variance are the batch's, and two operations in UPDATE_OPS move `moving_mean` and
    `moving_variance` towards them: moving = momentum * moving + (1 - momentum) * batch. Otherwise those two serve.
    For images (rank 4), as in TensorFlow's fused kernel, `moving_variance` moves to the unbiased variance.
    Variables: `gamma` if `scale`, `beta` if `center`, `moving_mean`, `moving_variance`.
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: Any = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = ZEROS,
        gamma_initializer: Any = ONES,
        moving_mean_initializer: Any = ZEROS,
        moving_variance_initializer: Any = ONES,
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Any = None,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        for argument, given in (
            ("renorm", renorm),
            ("virtual_batch_size", virtual_batch_size is not None),
            ("adjustment", adjustment is not None),
        ):
            if given:
                raise NotImplementedError(f"tf.layers.batch_normalization: {argument} is not available.")
        if not isinstance(axis, int | list | tuple):
            raise TypeError(f"axis must be int or list, type given: {type(axis)}")
        self.axis = [axis] if isinstance(axis, int) else list(axis)
        self.momentum, self.epsilon, self.center, self.scale = momentum, epsilon, center, scale
        self.beta_initializer = initializer_of(beta_initializer)
        self.gamma_initializer = initializer_of(gamma_initializer)
        self.moving_mean_initializer = initializer_of(moving_mean_initializer)
        self.moving_variance_initializer = initializer_of(moving_variance_initializer)
        self.beta_regularizer, self.gamma_regularizer = beta_regularizer, gamma_regularizer
        self.beta_constraint, self.gamma_constraint = beta_constraint, gamma_constraint
        self.fused = fused is None or bool(fused)
        self.gamma: Any = None
        self.beta: Any = None
        self.moving_mean: Any = None
        self.moving_variance: Any = None

    def build(self, input_shape: TensorShape) -> None:
        if input_shape.ndims is None:
            raise ValueError("Input has undefined rank.")
        rank = input_shape.ndims
        self.axis = _positions(self.axis, rank)
        sizes = [input_shape[axis].value for axis in self.axis]
        if None in sizes:
            raise ValueError(f"Input has undefined `axis` dimension. Input shape: {input_shape}")
        self.input_spec = InputSpec(ndim=rank, axes=dict(zip(self.axis, sizes, strict=True)))
        self.fused = self.fused and rank == 4 and self.axis in ([1], [3])
        # Several axes: the variables have the input's rank, with size 1 at the axes that are averaged.
        several = [input_shape[i].value if i in self.axis else 1 for i in range(rank)]
        shape = sizes if len(sizes) == 1 else several
        if self.scale:
            self.gamma = self.add_weight(
                "gamma", shape, None, self.gamma_initializer, self.gamma_regularizer, True, self.gamma_constraint
            )
        if self.center:
            self.beta = self.add_weight(
                "beta", shape, None, self.beta_initializer, self.beta_regularizer, True, self.beta_constraint
            )
        self.moving_mean = self.add_weight("moving_mean", shape, None, self.moving_mean_initializer, trainable=False)
        self.moving_variance = self.add_weight(
            "moving_variance", shape, None, self.moving_variance_initializer, trainable=False
        )

    def call(self, inputs: Tensor, training: Any = False) -> Any:
        known = known_training(training)
        mean, variance = self.moving_mean.value(), self.moving_variance.value()
        if known is not False:
            reduced = [i for i in range(len(inputs.shape)) if i not in self.axis]
            batch_mean, batch_variance = moments(inputs, reduced, keep_dims=len(self.axis) > 1)
            unbiased = _unbiased(batch_variance, inputs) if self.fused else batch_variance
            if known is None:  # the moving ones move towards themselves, which is nowhere, while not training
                unbiased = by_training(training, unbiased, variance)
                batch_mean = by_training(training, batch_mean, mean)
                batch_variance = by_training(training, batch_variance, variance)
            self._move(self.moving_mean, batch_mean)
            self._move(self.moving_variance, unbiased)
            mean, variance = batch_mean, batch_variance
        if not self.fused:
            return self._normalized(inputs, mean, variance, self.epsilon)
        outputs = self._normalized(inputs, mean, variance, max(self.epsilon, _SMALLEST_FUSED_EPSILON))
        # TensorFlow's names of the fused kernel's output, which hooks may ask for.
        return identity(outputs, "cond/Merge" if known is None else "FusedBatchNormV3")

    def _normalized(self, inputs: Tensor, mean: Tensor, variance: Tensor, epsilon: float) -> Tensor:
        offset, scale = self._spread(self.beta, inputs), self._spread(self.gamma, inputs)
        return normalized(inputs, self._spread(mean, inputs), self._spread(variance, inputs), offset, scale, epsilon)

    def _spread(self, vector: Any, inputs: Tensor) -> Any:
        """A vector along `axis`, in a shape that broadcasts against the input."""
        rank = len(inputs.shape)
        if vector is None or len(vector.shape) == rank or self.axis == [rank - 1]:
            return vector
        return reshape(vector, [inputs.shape[i].value if i in self.axis else 1 for i in range(rank)])

    def _move(self, moving: Variable, batch: Tensor) -> None:
        """moving = momentum * moving + (1 - momentum) * batch, as one of UPDATE_OPS."""
        with batch.graph.name_scope("AssignMovingAvg") as scope:
            step = (moving - batch) * (1 - self.momentum)
            self.add_update(assign_sub(moving, step, name=scope).op)


def _positions(axes: list[int], rank: int) -> list[int]:
    """The axes counted from 0. ValueError if one is out of range or there twice."""
    positions = [axis + rank if axis < 0 else axis for axis in axes]
    for axis in positions:
        if not 0 <= axis < rank:
            raise ValueError(f"Invalid axis: {axis}")
    if len(set(positions)) != len(positions):
        raise ValueError(f"Duplicate axis: {positions}")
    return positions


def _unbiased(variance: Tensor, inputs: Tensor) -> Tensor:
    """The variance times n / (n - 1), n elements having been averaged."""
    count = apply(SizeRatio(variance.dtype), x=inputs, y=variance)
    return variance * (count / maximum(count - 1, 1.0))


def batch_normalization(
    inputs: Any,
    axis: Any = -1,
    momentum: Any = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = ZEROS,
    gamma_initializer: Any = ONES,
    moving_mean_initializer: Any = ZEROS,
    moving_variance_initializer: Any = ONES,
    beta_regularizer: Any = None,
    gamma_regularizer: Any = None,
    beta_constraint: Any = None,
    gamma_constraint: Any = None,
    training: Any = False,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_momentum: float = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Any = None,
) -> Any:
    """gamma * (inputs - mean) / sqrt(variance + epsilon) + beta, with statistics over all axes but `axis`.

    Args:
      axis: the axis of the channels, or several axes; its size must be known.
      training: a truth value or a tensor of one. While True, the batch's own statistics serve, and the moving averages
        change - but only if the model_fn runs UPDATE_OPS with its training step:
        `with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)): train_op = ...`
    Raises NotImplementedError for renorm, virtual_batch_size and adjustment.
    """
    layer = BatchNormalization(
        axis=axis,
        momentum=momentum,
        epsilon=epsilon,
        center=center,
        scale=scale,
        beta_initializer=beta_initializer,
        gamma_initializer=gamma_initializer,
        moving_mean_initializer=moving_mean_initializer,
        moving_variance_initializer=moving_variance_initializer,
        beta_regularizer=beta_regularizer,
        gamma_regularizer=gamma_regularizer,
        beta_constraint=beta_constraint,
        gamma_constraint=gamma_constraint,
        renorm=renorm,
        renorm_clipping=renorm_clipping,
        renorm_momentum=renorm_momentum,
        fused=fused,
        trainable=trainable,
        virtual_batch_size=virtual_batch_size,
        adjustment=adjustment,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs, training=training)
