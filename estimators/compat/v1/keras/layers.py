"""tf.keras.layers, for use within a model function."""

from estimators.compat.missing import of_keras_layers as __getattr__  # noqa: F401
from model_fns.keras_layers import Activation, AveragePooling2D, Conv2D, Dense, Dropout, MaxPooling2D, Reshape
from model_fns.keras_layers import AveragePooling2D as AvgPool2D
from model_fns.keras_layers import Conv2D as Convolution2D
from model_fns.keras_layers import MaxPooling2D as MaxPool2D
from model_fns.layers import Flatten

__all__ = [
    "Activation",
    "AveragePooling2D",
    "AvgPool2D",
    "Conv2D",
    "Convolution2D",
    "Dense",
    "Dropout",
    "Flatten",
    "MaxPool2D",
    "MaxPooling2D",
    "Reshape",
]
