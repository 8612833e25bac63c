"""The same graph in 16 bits, on the same weights."""

import onnx_ir as ir

FLOAT = ir.DataType.FLOAT
PRODUCTS = "MatMul", "Attention"
WHOLE = ("ReduceMean",)  # a sum of many numbers


def halve(model, half):
    """All from the first matrix product on in 16 bits; the colours before, means, and what leaves the graph in 32.

    Weights stay as they are stored, each behind a Cast that ONNX Runtime computes while it loads the graph.
    """
    graph, halved, casts = model.graph, set(), {}

    def cast(value, to, node):
        """The value in that type, for the node; what was widened before is taken from where it was narrow."""
        if value.producer() and value.producer().op_type == "Cast":
            value = value.producer().inputs[0]
        if value.dtype == to:
            return value
        if (value, to) not in casts:
            casts[value, to] = insert_cast(graph, value, to, before=node)
        return casts[value, to]

    for node in list(graph):
        to = kind(node, halved, half)
        for index, value in enumerate(node.inputs):
            if to and value is not None and value.dtype.is_floating_point() and value.dtype != to:
                node.replace_input_with(index, cast(value, to, node))
        for value in node.outputs if to == half else ():
            if value.dtype == FLOAT:  # or a statistic that nobody asks for
                value.dtype = half
                halved.add(value)
                if value in graph.outputs:
                    replace_uses(graph, value, insert_cast(graph, value, FLOAT, after=node))


def kind(node, halved, half):
    """In which type a node computes; None: in the one that it has."""
    if node.op_type in WHOLE:
        return FLOAT
    first = node.inputs[0]
    begins = node.op_type in PRODUCTS or (first.is_initializer() and first.dtype == FLOAT)
    continues = node.op_type != "Shape" and any(value in halved for value in node.inputs)
    return half if begins or continues else None


def insert_cast(graph, value, to, before=None, after=None):
    node = ir.node("Cast", [value], {"to": to}, num_outputs=1)
    node.outputs[0].dtype, node.outputs[0].shape = to, value.shape
    if before:
        graph.insert_before(before, node)
    else:
        graph.insert_after(after, node)
    return node.outputs[0]


def replace_uses(graph, value, other):
    """Gives the other value to all who take this one, but to the other's own node."""
    for user, index in list(value.uses()):
        if user is not other.producer():
            user.replace_input_with(index, other)
    for index, output in enumerate(graph.outputs):
        if output is value:
            graph.outputs[index] = other


def bytes_at_the_border(model):
    """Bytes widened as they come in, narrowed as they go out: TensorRT takes and gives them, but moves none about."""
    graph = model.graph
    for node in [node for node in graph if node.op_type == "Cast"]:
        before, after = node.inputs[0], node.outputs[0]
        if before.dtype == ir.DataType.UINT8:
            while before.producer():  # back to the input
                before.dtype = FLOAT
                before = before.producer().inputs[0]
            replace_uses(graph, before, insert_cast(graph, before, FLOAT, before=graph[0]))
        elif after.dtype == ir.DataType.UINT8:
            replace_uses(graph, after, before)
            graph.remove(node, safe=True)
            while before.uses():  # on to the output
                before = before.uses()[0].node.outputs[0]
                before.dtype = FLOAT
            replace_uses(graph, before, insert_cast(graph, before, ir.DataType.UINT8, after=before.producer()))


def spelt_out(model, half):
    """The same numbers for a processor without operators of that type: each computes in 32 bits between two Casts."""
    model = model.clone()
    for node in [node for node in model.graph if node.op_type != "Cast"]:
        for index, value in enumerate(node.inputs):
            if value is not None and value.dtype == half:
                node.replace_input_with(index, insert_cast(model.graph, value, FLOAT, before=node))
        for value in node.outputs:
            if value.dtype == half:
                value.dtype = FLOAT
                replace_uses(model.graph, value, insert_cast(model.graph, value, half, after=node))
    return model
