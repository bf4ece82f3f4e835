"""Layers: functions that make their own variables, under TensorFlow 1's names (`tf.layers`)."""

from model_fns.layers.batch_normalization import BatchNormalization, batch_normalization
from model_fns.layers.convolution import Conv1D, Conv2D, conv1d, conv2d
from model_fns.layers.dense import Dense, dense
from model_fns.layers.dropout import Dropout, dropout
from model_fns.layers.flatten import Flatten, flatten
from model_fns.layers.input_spec import InputSpec
from model_fns.layers.layer import Layer
from model_fns.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
    average_pooling1d,
    average_pooling2d,
    max_pooling1d,
    max_pooling2d,
)
from model_fns.layers.separable_convolution import SeparableConv2D, separable_conv2d
from model_fns.layers.transposed_convolution import Conv2DTranspose, conv2d_transpose

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Dropout",
    "Flatten",
    "InputSpec",
    "Layer",
    "MaxPooling1D",
    "MaxPooling2D",
    "SeparableConv2D",
    "average_pooling1d",
    "average_pooling2d",
    "batch_normalization",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "dense",
    "dropout",
    "flatten",
    "max_pooling1d",
    "max_pooling2d",
    "separable_conv2d",
]
