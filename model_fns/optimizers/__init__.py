"""Optimizers: how gradients change variables, TF1's `tf.train.*Optimizer`."""

from model_fns.optimizers.adadelta import AdadeltaOptimizer
from model_fns.optimizers.adagrad import AdagradOptimizer
from model_fns.optimizers.adagrad_da import AdagradDAOptimizer
from model_fns.optimizers.adam import AdamOptimizer
from model_fns.optimizers.ftrl import FtrlOptimizer
from model_fns.optimizers.gradient_descent import GradientDescentOptimizer
from model_fns.optimizers.lazy_adam import LazyAdamOptimizer
from model_fns.optimizers.momentum import MomentumOptimizer
from model_fns.optimizers.moving_average import ExponentialMovingAverage
from model_fns.optimizers.optimizer import Optimizer
from model_fns.optimizers.proximal_adagrad import ProximalAdagradOptimizer
from model_fns.optimizers.proximal_gradient_descent import ProximalGradientDescentOptimizer
from model_fns.optimizers.rmsprop import RMSPropOptimizer

__all__ = [
    "AdadeltaOptimizer",
    "AdagradDAOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "ExponentialMovingAverage",
    "FtrlOptimizer",
    "GradientDescentOptimizer",
    "LazyAdamOptimizer",
    "MomentumOptimizer",
    "Optimizer",
    "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer",
    "RMSPropOptimizer",
]
