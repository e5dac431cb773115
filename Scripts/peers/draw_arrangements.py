"""Generators of operations that arrange elements, and of those that shapes are computed with."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper
from peers.draw import Draw, operation


@operation("Concat")
def concatenation(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1)
    axis = draw.integer(0, len(shape) - 1)
    x = draw.input(shape)
    names = []
    for _ in range(draw.integer(0, 3)):
        other = list(shape)
        other[axis] = draw.integer(1, 9)
        names.append(draw.constant(draw.values(other)) if draw.chance(0.7) else draw.node("Tanh", [x]))
    names.insert(draw.integer(0, len(names)), x)
    return draw.node("Concat", names, axis=axis - len(shape) if draw.opset >= 11 and draw.chance() else axis)


@operation("Expand")
def expansion(draw: Draw) -> str:
    whole = draw.shape(1)
    small = draw.broadcastable(whole)
    x = draw.input(small)
    # A size of 1 keeps the input's.
    wanted = [1 if draw.chance(0.2) and len(small) == len(whole) else size for size in whole]
    return draw.node("Expand", [x, draw.integers(wanted)])


@operation("Tile")
def tiling(draw: Draw) -> str:
    shape = draw.shape(1, 4)
    return draw.node("Tile", [draw.input(shape), draw.integers([draw.integer(1, 3) for _ in shape])])


@operation("Flatten")
def flattening(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1)
    axis = draw.integer(0, len(shape)) if draw.chance(0.6) or draw.opset < 11 else -draw.integer(1, len(shape))
    return draw.node("Flatten", [draw.input(shape)], axis=None if draw.chance(0.2) else axis)


@operation("Reshape")
def reshape(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1)
    x = draw.input(shape)
    factors = [size for size in shape if size != 1]
    draw.random.shuffle(factors)
    wanted = [1] if not factors else []
    for factor in factors:
        if wanted and draw.chance():
            wanted[-1] *= factor
        else:
            wanted.append(factor)
    for index, size in enumerate(wanted):
        if index < len(shape) and size == shape[index] and draw.chance():
            wanted[index] = 0
    if draw.chance():
        wanted[draw.integer(0, len(wanted) - 1)] = -1
    keeps = draw.opset >= 14 and draw.chance(0.3) and 0 not in wanted
    return draw.node("Reshape", [x, draw.integers(wanted)], allowzero=1 if keeps else None)


@operation("Transpose")
def transposition(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(0)
    order = [int(axis) for axis in draw.random.permutation(len(shape))]
    return draw.node("Transpose", [draw.input(shape)], perm=order if order and draw.chance(0.8) else None)


@operation("Squeeze", "Unsqueeze")
def squeeze(draw: Draw) -> str:
    shape = draw.shape(1, 4)
    count = draw.integer(1, 2)
    places = sorted(int(axis) for axis in draw.random.permutation(len(shape) + count)[:count])
    if draw.operator == "Squeeze":
        for place in places:
            shape.insert(place, 1)
    rank = len(shape) if draw.operator == "Squeeze" else len(shape) + count
    axes = [axis - rank if draw.opset >= 11 and draw.chance() else axis for axis in places]
    x = draw.input(shape)
    if draw.operator == "Squeeze" and draw.chance(0.2):
        return draw.node("Squeeze", [x])
    if draw.opset < 13:
        return draw.node(draw.operator, [x], axes=axes)
    return draw.node(draw.operator, [x, draw.integers(axes)])


@operation("Pad")
def padding(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1, 4)
    modes = ["constant", "reflect", "edge"] + (["wrap"] if draw.opset >= 19 else [])
    mode = draw.choice(modes)
    rank = len(shape)
    uses_axes = draw.opset >= 18 and draw.chance()
    axes = sorted(int(axis) for axis in draw.random.permutation(rank)[: draw.integer(1, rank)])
    if not uses_axes:
        axes = list(range(rank))
    before, after = [], []
    for axis in axes:
        size = shape[axis]
        most = size - 1 if mode == "reflect" else min(size, 3) if mode == "wrap" else 3
        amounts = [draw.integer(0, max(0, min(most, 3))) for _ in range(2)]
        if draw.chance(0.15) and size > 2 and mode == "constant":
            amounts[draw.integer(0, 1)] = -1
        before.append(amounts[0])
        after.append(amounts[1])
    x = draw.input(shape)
    value = draw.number(-2, 2)
    stated = None if mode == "constant" and draw.chance(0.3) else mode
    if draw.opset < 11:
        return draw.node("Pad", [x], pads=before + after, mode=stated, value=value if draw.chance() else None)
    inputs = [x, draw.integers(before + after)]
    if mode == "constant" and draw.chance():
        inputs.append(draw.constant(np.float32(value)))
    if uses_axes:
        inputs += [""] * (3 - len(inputs))
        inputs.append(draw.integers([axis - rank if draw.chance(0.3) else axis for axis in axes]))
    result = draw.node("Pad", inputs, mode=stated)
    if rank == 4 and draw.chance():
        # A convolution takes over the zeros around it.
        channels = shape[1] if not uses_axes or 1 not in axes else None
        if channels and (uses_axes or before[1] == after[1] == 0):
            weights = draw.constant(draw.values([3, channels, 1, 1]))
            return draw.node("Conv", [result, weights])
    return result


@operation("Slice")
def slicing(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1)
    rank = len(shape)
    chosen = sorted(int(axis) for axis in draw.random.permutation(rank)[: draw.integer(1, rank)])
    starts, ends, steps = [], [], []
    for axis in chosen:
        size = shape[axis]
        step = draw.choice((1, 1, 2, 3, -1, -2)) if draw.opset >= 10 else 1
        first, last = sorted((draw.integer(0, size - 1), draw.integer(0, size - 1)))
        start, end = (first, last + 1) if step > 0 else (last, first - 1)
        if draw.chance(0.3):
            start -= size
        if end < 0:
            end = -size - 1 if draw.chance() else -(2**31)
        elif draw.chance(0.3) and end < size:
            end -= size
        if step > 0 and last == size - 1 and draw.chance(0.5):
            end = draw.choice((2**31 - 1, 2**63 - 1, size + 5))
        starts.append(start)
        ends.append(end)
        steps.append(step)
    axes = [axis - rank if draw.opset >= 10 and draw.chance(0.3) else axis for axis in chosen]
    x = draw.input(shape)
    all_first = chosen == list(range(len(chosen)))
    if draw.opset < 10:
        return draw.node("Slice", [x], starts=starts, ends=ends, axes=None if all_first and draw.chance() else axes)
    inputs = [x, draw.integers(starts), draw.integers(ends)]
    is_plain = all(step == 1 for step in steps)
    if not (all_first and draw.chance()):
        inputs.append(draw.integers(axes))
    if not is_plain or draw.chance():
        inputs += [""] * (4 - len(inputs))
        inputs.append(draw.integers(steps))
    return draw.node("Slice", inputs)


@operation("Split")
def split(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1)
    axis = draw.integer(0, len(shape) - 1)
    size = shape[axis]
    count = draw.integer(1, min(size, 4))
    sizes = None
    if size % count and draw.opset < 18 or draw.chance(0.6):
        cuts = sorted(draw.integer(0, size) for _ in range(count - 1))
        sizes = [b - a for a, b in zip([0, *cuts], [*cuts, size])]
    stated = axis - len(shape) if draw.opset >= 11 and draw.chance() else axis
    x = draw.input(shape)
    inputs, attributes = [x], {"axis": stated}
    if sizes is not None:
        if draw.opset < 13:
            attributes["split"] = sizes
        else:
            inputs.append(draw.integers(sizes))
    elif draw.opset >= 18:
        attributes["num_outputs"] = count
    first = draw.node("Split", inputs, outputs=count, **attributes)
    names = [first, *(f"{first}.{index}" for index in range(1, count))]
    wanted = [name for name, part in zip(names, sizes or [1] * count) if part] or names
    return draw.choice(wanted) if draw.chance() else draw.node("Concat", wanted, axis=axis)


@operation("Gather")
def gather(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1, 4)
    axis = draw.axis(len(shape))
    size = shape[axis]
    low = -size if draw.opset >= 11 else 0
    indices = draw.random.integers(low, size, draw.shape(0, 2, (1, 2, 3, 5)))
    name = draw.constant(indices, draw.choice((np.int64, np.int32)))
    return draw.node("Gather", [draw.input(shape), name], axis=None if axis == 0 and draw.chance() else axis)


@operation("DepthToSpace", "SpaceToDepth")
def space_and_depth(draw: Draw) -> str:
    block = draw.integer(1, 3)
    batch, channels, rows, columns = draw.map_shape()
    if draw.operator == "SpaceToDepth":
        x = draw.input([batch, channels, rows * block, columns * block])
        return draw.node("SpaceToDepth", [x], blocksize=block)
    mode = draw.choice((None, "DCR", "CRD")) if draw.opset >= 11 else None
    x = draw.input([batch, channels * block**2, rows, columns])
    return draw.node("DepthToSpace", [x], blocksize=block, mode=mode)


@operation("Shape", "Size")
def sizes(draw: Draw) -> str:
    shape = draw.shape(1)
    x = draw.input(shape)
    ends = {}
    if draw.operator == "Shape" and draw.opset >= 15 and draw.chance(0.7):
        start = draw.integer(-len(shape), len(shape) - 1)
        ends = {"start": start, "end": draw.choice((None, len(shape), len(shape) + 3))}
    found = draw.float(draw.node(draw.operator, [x], **ends))
    # Added to something of the image, which the output must depend on.
    total = draw.node("ReduceMean", [x], keepdims=0)
    return draw.node("Add", [found, total])


@operation("Constant")
def constant(draw: Draw) -> str:
    shape = draw.shape(1, 3)
    x = draw.input(shape)
    if draw.opset >= 12 and draw.chance():
        name = draw.node("Constant", [], value_float=0.5) if draw.chance() else draw.node(
            "Constant", [], value_floats=[float(value) for value in range(shape[-1])])
    else:
        values = draw.values(draw.broadcastable(shape))
        name = draw.node("Constant", [], value=helper.make_tensor(
            "", TensorProto.FLOAT, values.shape, values.flatten()))
    return draw.node("Mul", [x, name])


@operation("ConstantOfShape")
def filled(draw: Draw) -> str:
    shape = draw.shape(1, 3)
    x = draw.input(shape)
    value = None if draw.chance(0.3) else helper.make_tensor("", TensorProto.FLOAT, [1], [draw.number(-2, 2)])
    return draw.node("Add", [x, draw.node("ConstantOfShape", [draw.node("Shape", [x])], value=value)])


@operation("Range")
def interval(draw: Draw) -> str:
    count = draw.integer(1, 6)
    x = draw.input([draw.integer(1, 3), count])
    start, step = draw.integer(-5, 5), draw.choice((1, 2, -3))
    kind = draw.choice((np.float32, np.int64))
    ends = [draw.constant(np.array(value, kind)) for value in (start, start + step * count, step)]
    numbers = draw.node("Range", ends)
    return draw.node("Add", [x, draw.float(numbers) if kind is np.int64 else numbers])


@operation("OneHot")
def one_hot(draw: Draw) -> str:
    """Of constant indices, as tables of positions are made."""
    depth, count = draw.integer(1, 5), draw.integer(1, 4)
    x = draw.input([count, depth])
    indices = draw.integers(draw.random.integers(0, depth, count))
    values = draw.constant(np.array([0.5, 2], np.float32))
    return draw.node("Mul", [x, draw.node("OneHot", [indices, draw.integers([depth]), values])])


@operation("GatherND")
def gather_nd(draw: Draw) -> str:
    """Of constants, as tables of positions are read."""
    shape = draw.shape(2, 3)
    rank = draw.integer(1, len(shape))
    indices = np.stack([draw.random.integers(0, size, 4) for size in shape[:rank]], -1)
    table = draw.node("GatherND", [draw.constant(draw.values(shape)), draw.integers(indices)])
    return draw.node("Add", [draw.input([4, *shape[rank:]]), table])


@operation("If")
def branch(draw: Draw) -> str:
    """As PyTorch writes `squeeze` of a dimension that need not have size 1."""
    shape = draw.shape(2, 4, (1, 2, 3))
    x = draw.input(shape)
    size = draw.node("Gather", [draw.node("Shape", [x]), draw.integers(1)])
    condition = draw.node("Equal", [size, draw.integers(1)])
    squeezed = helper.make_node("Reshape", [x, draw.integers([shape[0], -1])], ["squeezed"])
    doubled = helper.make_node("Add", [x, x], ["doubled"])
    graphs = [
        helper.make_graph([node], name, [], [helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None)])
        for name, node in (("then", squeezed), ("else", doubled))
    ]
    return draw.node("If", [condition], then_branch=graphs[0], else_branch=graphs[1])
