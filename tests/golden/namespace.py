"""Our functions under the names a golden case calls them by."""

from types import SimpleNamespace

from model_fns import layers, losses, regularizers
from model_fns.graph.constant import constant
from model_fns.graph.graph import get_default_graph
from model_fns.ops import activation, bias, clipping, counting, moments, norms, shaping, softmax, tensordot
from model_fns.variable_scope import AUTO_REUSE, variable_scope

tf = SimpleNamespace(
    AUTO_REUSE=AUTO_REUSE,
    clip_by_global_norm=clipping.clip_by_global_norm,
    clip_by_average_norm=clipping.clip_by_average_norm,
    clip_by_norm=clipping.clip_by_norm,
    clip_by_value=clipping.clip_by_value,
    constant=constant,
    contrib=SimpleNamespace(layers=regularizers),
    global_norm=norms.global_norm,
    keras=SimpleNamespace(regularizers=regularizers),
    layers=layers,
    losses=losses,
    name_scope=lambda name: get_default_graph().name_scope(name),
    nn=SimpleNamespace(
        batch_normalization=moments.batch_normalization,
        bias_add=bias.bias_add,
        in_top_k=counting.in_top_k,
        l2_loss=norms.l2_loss,
        l2_normalize=norms.l2_normalize,
        moments=moments.moments,
        relu=activation.relu,
        relu_layer=bias.relu_layer,
        sigmoid=activation.sigmoid,
        softmax=softmax.softmax,
        tanh=activation.tanh,
        xw_plus_b=bias.xw_plus_b,
        zero_fraction=counting.zero_fraction,
    ),
    reshape=shaping.reshape,
    tensordot=tensordot.tensordot,
    variable_scope=variable_scope,
)
