"""Generators of convolutions, pools, and operations that change a map's size."""

from __future__ import annotations

import numpy as np
from peers.draw import Draw, operation


def window(draw: Draw, sides: list[int], kernel: list[int], *, dilates: bool, pads_within: bool) -> dict[str, object]:
    """Strides, dilations and padding of a window over these sides, which it fits into at least once.

    Args:
        dilates: Whether the operator has dilations.
        pads_within: Whether no window may be made of padding alone, as for pools.
    """
    rank = len(sides)
    strides = [draw.choice((1, 1, 2, 3, 5)) for _ in range(rank)]
    dilations = [draw.choice((1, 1, 1, 2, 3)) if dilates else 1 for _ in range(rank)]
    attributes: dict[str, object] = {}
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    rule = draw.choice(("NOTSET", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"))
    for index, side in enumerate(sides):
        if rule == "VALID" and reach[index] > side:
            rule = "NOTSET"
        # Of these onnxruntime's pools make negative paddings, and leave dilations out of them.
        if pads_within and "SAME" in rule and (dilations[index] > 1 or reach[index] < strides[index]):
            rule = "NOTSET"
    if rule == "NOTSET":
        before, after = [], []
        for side, kernel_side, extent in zip(sides, kernel, reach):
            most = max(0, min(kernel_side - 1, side - 1) if pads_within else extent)
            lack = max(0, extent - side)
            front, back = draw.integer(0, most), draw.integer(0, most)
            if front + back < lack:
                front, back = lack // 2, lack - lack // 2
            before.append(front)
            after.append(back)
        if any(before + after) or draw.chance():
            attributes["pads"] = before + after
    if rule != "NOTSET" or draw.chance(0.2):
        attributes["auto_pad"] = rule
    if strides != [1] * rank or draw.chance():
        attributes["strides"] = strides
    if dilations != [1] * rank:
        attributes["dilations"] = dilations
    return attributes


def sides_and_kernel(draw: Draw, rank: int) -> tuple[list[int], list[int]]:
    sides = [draw.integer(1, 14) for _ in range(rank)]
    return sides, [draw.integer(1, min(5, side + 1)) for side in sides]


def appended(draw: Draw, name: str) -> str:
    """What is computed together with a convolution, or not."""
    kind = draw.integer(0, 5)
    if kind == 0:
        return draw.node("Relu", [name])
    if kind == 1 and draw.opset >= 11:
        return draw.node("Clip", [name, draw.constant(np.float32(0)), draw.constant(np.float32(0.8))])
    if kind == 2:
        return draw.node("Mul", [name, draw.node("Sigmoid", [name])])
    return name


@operation("Conv")
def convolution(draw: Draw) -> str:
    rank = draw.choice((2, 2, 2, 2, 1, 3))
    sides, kernel = sides_and_kernel(draw, rank)
    groups = draw.choice((1, 1, 1, 2, 3, 8, 16))
    inputs, outputs = draw.choice((1, 2, 3, 4, 8)), draw.choice((1, 2, 3, 4))
    if groups > 3 and draw.chance(0.7):
        inputs = 1
    if groups == 1 and draw.chance(0.3):
        inputs, outputs = draw.choice((3, 16, 24)), draw.choice((8, 16, 17, 32))
    channels = groups * inputs
    weights = draw.values([groups * outputs, inputs, *kernel])
    attributes = window(draw, sides, kernel, dilates=True, pads_within=False)
    names = [draw.input([draw.integer(1, 2), channels, *sides]), draw.constant(weights)]
    if draw.chance(0.6):
        names.append(draw.constant(draw.values([groups * outputs])))
    shown = kernel if draw.chance() else None
    attributes["group"] = groups if groups > 1 or draw.chance() else None
    return appended(draw, draw.node("Conv", names, kernel_shape=shown, **attributes))


@operation("ConvTranspose")
def transposed_convolution(draw: Draw) -> str:
    rank = draw.choice((2, 2, 2, 2, 1, 3))
    sides = [draw.integer(1, 6) for _ in range(rank)]
    kernel = [draw.integer(1, 4) for _ in range(rank)]
    groups = draw.choice((1, 1, 1, 2, 3, 8))
    inputs, outputs = draw.choice((1, 2, 3, 4, 16)), draw.choice((1, 2, 3, 8))
    strides = [draw.choice((1, 2, 2, 3)) for _ in range(rank)]
    dilations = [draw.choice((1, 1, 1, 2)) for _ in range(rank)]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    attributes: dict[str, object] = {"strides": strides}
    if dilations != [1] * rank:
        attributes["dilations"] = dilations
    kind = draw.integer(0, 4)
    if kind == 0:
        attributes["output_padding"] = [draw.integer(0, max(s, d) - 1) for s, d in zip(strides, dilations)]
    if kind <= 2:
        # Something must be left.
        pads = [draw.integer(0, (extent - 1) // 2) for extent in reach]
        attributes["pads"] = pads + [draw.integer(0, pad) for pad in pads]
    elif kind == 3:
        attributes["auto_pad"] = draw.choice(("SAME_UPPER", "SAME_LOWER", "VALID"))
    else:
        attributes["output_shape"] = [
            s * (side - 1) + extent - draw.integer(0, min(1, extent - 1))
            for s, side, extent in zip(strides, sides, reach)]
        if draw.chance():
            attributes["auto_pad"] = draw.choice(("SAME_UPPER", "SAME_LOWER"))
    weights = draw.values([groups * inputs, outputs, *kernel])
    names = [draw.input([draw.integer(1, 2), groups * inputs, *sides]), draw.constant(weights)]
    if draw.chance(0.6):
        names.append(draw.constant(draw.values([groups * outputs])))
    attributes["group"] = groups if groups > 1 or draw.chance() else None
    return draw.node("ConvTranspose", names, kernel_shape=kernel if draw.chance() else None, **attributes)


@operation("MaxPool", "AveragePool")
def pool(draw: Draw) -> str:
    rank = draw.choice((2, 2, 2, 2, 1, 3))
    sides, kernel = sides_and_kernel(draw, rank)
    kernel = [min(k, side) for k, side in zip(kernel, sides)]
    since = {"MaxPool": 10, "AveragePool": 19}[draw.operator]
    attributes = window(draw, sides, kernel, dilates=draw.opset >= since, pads_within=True)
    if draw.opset >= 10 and draw.chance():
        attributes["ceil_mode"] = draw.integer(0, 1)
    if draw.operator == "AveragePool" and draw.chance(0.6):
        attributes["count_include_pad"] = draw.integer(0, 1)
    if draw.operator == "MaxPool" and draw.opset >= 8 and draw.chance(0.2):
        attributes["storage_order"] = draw.integer(0, 1)
    channels = draw.choice((1, 2, 3, 8, 16, 17, 32))
    x = draw.input([draw.integer(1, 2), channels, *sides])
    return draw.node(draw.operator, [x], kernel_shape=kernel, **attributes)


@operation("GlobalAveragePool", "GlobalMaxPool")
def global_pool(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance(0.7) else draw.shape(3, 5)
    return draw.node(draw.operator, [draw.input(shape)])


@operation("Upsample")
def upsampling(draw: Draw) -> str:
    shape = draw.map_shape()
    scales = [1.0, 1.0, float(draw.choice((1, 2, 3, 1.5, 2.5))), float(draw.choice((1, 2, 3, 1.5)))]
    x = draw.input(shape)
    mode = draw.choice((None, "nearest", "linear"))
    if draw.opset < 9:
        return draw.node("Upsample", [x], scales=scales, mode=mode)
    return draw.node("Upsample", [x, draw.constant(np.array(scales, np.float32))], mode=mode)


@operation("Resize")
def resize(draw: Draw) -> str:
    shape = draw.map_shape()
    x = draw.input(shape)
    mode = draw.choice((None, "nearest", "linear", "linear", "cubic" if draw.opset >= 11 else "linear"))
    attributes: dict[str, object] = {"mode": mode}
    scales = [1.0, 1.0, *(float(draw.choice((1, 2, 3, 0.5, 1.5, 0.7, 2.5))) for _ in range(2))]
    sizes = [max(1, int(size * scale)) for size, scale in zip(shape, scales)]
    if min(size * scale for size, scale in zip(shape, scales)) < 1:
        scales = [1.0, 1.0, 2.0, 2.0]
    if draw.opset < 11:
        return draw.node("Resize", [x, draw.constant(np.array(scales, np.float32))], **attributes)
    transforms = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
    if draw.opset >= 19:
        transforms.append("half_pixel_symmetric")
    attributes["coordinate_transformation_mode"] = draw.choice((None, *transforms))
    if mode in (None, "nearest"):
        ways = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
        attributes["nearest_mode"] = draw.choice((None, *ways))
    if mode == "cubic":
        attributes["cubic_coeff_a"] = draw.choice((None, -0.5))
        attributes["exclude_outside"] = draw.choice((None, None, 1))
    if draw.opset >= 18 and mode in ("linear", "cubic") and draw.chance(0.3):
        attributes["antialias"] = 1
    uses_axes = draw.opset >= 18 and draw.chance(0.3)
    if uses_axes:
        attributes["axes"] = draw.choice(([2, 3], [-2, -1]))
        scales, sizes = scales[2:], sizes[2:]
    nothing = "" if draw.opset >= 13 or draw.chance() else draw.constant(np.zeros([0], np.float32))
    if draw.chance():
        return draw.node("Resize", [x, nothing, draw.constant(np.array(scales, np.float32))], **attributes)
    empty = "" if draw.opset >= 13 else draw.constant(np.zeros([0], np.float32))
    if not nothing and draw.opset < 13:
        nothing = draw.constant(np.zeros([0], np.float32))
    return draw.node("Resize", [x, nothing, empty, draw.integers(sizes)], **attributes)
