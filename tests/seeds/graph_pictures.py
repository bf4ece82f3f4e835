"""A graph as a web page, its large constants stripped: a Japanese course's sixth lecture.

As its file tensorboard.py is there. The graph shown, and the print of what was stripped, are not the lecture's.
"""

import numpy as np
from IPython.display import HTML, display

import estimators.compat.v1 as tf


def strip_consts(graph_def, max_const_size=32):
    """Strip large constant values from graph_def."""
    strip_def = tf.GraphDef()
    for n0 in graph_def.node:
        n = strip_def.node.add()
        n.MergeFrom(n0)
        if n.op == "Const":
            tensor = n.attr["value"].tensor
            size = len(tensor.tensor_content)
            if size > max_const_size:
                tensor.tensor_content = bytes("<stripped %d bytes>" % size, "utf-8")
    return strip_def


def show_graph(graph_def, max_const_size=32):
    """Visualize TensorFlow graph."""
    if hasattr(graph_def, "as_graph_def"):
        graph_def = graph_def.as_graph_def()
    strip_def = strip_consts(graph_def, max_const_size=max_const_size)
    code = """
        <script>
          function load() {{
            document.getElementById("{id}").pbtxt = {data};
          }}
        </script>
        <link rel="import" href="https://tensorboard.appspot.com/tf-graph-basic.build.html" onload=load()>
        <div style="height:600px">
          <tf-graph-basic id="{id}"></tf-graph-basic>
        </div>
    """.format(data=repr(str(strip_def)), id="graph" + str(np.random.rand()))

    iframe = """
        <iframe seamless style="width:1200px;height:620px;border:0" srcdoc="{}"></iframe>
    """.format(code.replace('"', "&quot;"))
    display(HTML(iframe))


x = tf.placeholder(tf.float32, [None, 8], name="x")
table = tf.constant(np.arange(80, dtype=np.float32).reshape(8, 10), name="table")
y = tf.nn.relu(tf.add(tf.matmul(x, table), 1.0), name="y")
print(strip_consts(tf.get_default_graph().as_graph_def()))
show_graph(tf.get_default_graph())
