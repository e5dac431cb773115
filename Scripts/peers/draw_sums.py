"""Generators of matrix products, reductions, softmax and normalizations."""

from __future__ import annotations

import math

import numpy as np
from peers.draw import Draw, operation


@operation("MatMul")
def matrix_product(draw: Draw) -> str:
    rows, inner, columns = (draw.choice((1, 2, 3, 5, 8, 17)) for _ in range(3))
    batch = draw.shape(0, 2, (1, 2, 3))
    left = [*(batch if draw.chance(0.6) else draw.broadcastable(batch)), rows, inner]
    right = [*(batch if draw.chance(0.6) else draw.broadcastable(batch)), inner, columns]
    if draw.chance(0.15):
        left = [inner]
    if draw.chance(0.15):
        right = [inner]
    if draw.chance(0.6):
        return draw.node("MatMul", [draw.input(left), draw.constant(draw.values(right))])
    if draw.chance(0.5):
        return draw.node("MatMul", [draw.constant(draw.values(left)), draw.input(right)])
    x = draw.input([*batch, rows, inner])
    order = [*range(len(batch)), len(batch) + 1, len(batch)]
    return draw.node("MatMul", [x, draw.node("Transpose", [x], perm=order)])


@operation("Gemm")
def general_product(draw: Draw) -> str:
    rows, inner, columns = (draw.choice((1, 2, 3, 5, 8, 17)) for _ in range(3))
    flips = [draw.integer(0, 1) for _ in range(2)]
    left = [inner, rows] if flips[0] else [rows, inner]
    right = [columns, inner] if flips[1] else [inner, columns]
    factors = {
        "alpha": None if draw.chance() else draw.number(-2, 2),
        "beta": None if draw.chance() else draw.choice((0.0, 1.0, draw.number(-2, 2))),
    }
    attributes = {"transA": flips[0] or None, "transB": flips[1] or None, **factors}
    bias = draw.choice(([columns], [1], [], [rows, 1], [1, columns], [rows, columns], [1, 1]))
    name = "" if draw.opset >= 11 and draw.chance(0.2) else draw.constant(draw.values(bias))
    kind = draw.integer(0, 3)
    if kind == 0:
        inputs = [draw.constant(draw.values(left)), draw.input(right), name]
    elif kind == 1 and name:
        inputs = [draw.constant(draw.values(left)), draw.constant(draw.values(right)), draw.input(bias)]
    else:
        inputs = [draw.input(left), draw.constant(draw.values(right)), name]
    return draw.node("Gemm", inputs if inputs[-1] else inputs[:2], **attributes)


POSITIVE = {"ReduceLogSum", "ReduceProd"}


@operation(
    "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
    "ReduceSum", "ReduceSumSquare",
)
def reduction(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(0)
    rank = len(shape)
    x = draw.input(shape, *((0.5, 1.5) if draw.operator in POSITIVE else ()))
    keeps = draw.choice((None, 0, 1))
    axes = draw.axes(rank) if rank and draw.chance(0.85) else None
    if rank == 4 and draw.chance(0.2):
        axes = draw.choice(([2, 3], [3, 2], [1], [2], [3], [0, 2, 3]))
    if draw.opset < (13 if draw.operator == "ReduceSum" else 18):
        return draw.node(draw.operator, [x], axes=axes, keepdims=keeps)
    if axes is not None:
        return draw.node(draw.operator, [x, draw.integers(axes)], keepdims=keeps)
    nothing = draw.choice((None, 0, 1))
    # L2, sums of squares and logarithms of no axes are not the identity: what they are is disputed.
    if nothing and draw.operator not in ("ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum"):
        nothing = None
    inputs = [x, draw.integers(np.zeros([0]))] if draw.chance(0.3) else [x]
    return draw.node(draw.operator, inputs, keepdims=keeps, noop_with_empty_axes=nothing)


@operation("Softmax", "LogSoftmax")
def softmax(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1)
    x = draw.input(shape)
    draw.array *= np.float32(draw.choice((1, 1, 5, 30)))
    return draw.node(draw.operator, [x], axis=None if draw.chance(0.3) and len(shape) > 1 else draw.axis(len(shape)))


@operation("BatchNormalization")
def batch_normalization(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance(0.7) else draw.shape(2, 5)
    count = shape[1]
    constants = [draw.values([count]), draw.values([count]), draw.values([count]), draw.values([count], 0.2, 2)]
    epsilon = draw.choice((None, 1e-3, 1e-5))
    attributes = {"epsilon": epsilon, "momentum": draw.choice((None, 0.9))}
    x = draw.input(shape)
    y = draw.node("BatchNormalization", [x, *map(draw.constant, constants)], **attributes)
    return draw.node("Relu", [y]) if draw.chance(0.3) else y


def with_three(shape: list[int], start: int) -> list[int]:
    """A shape with three elements at least from a dimension on: two are standardized to 1 and -1 whatever they
    are, and what is left of derivatives is rounding."""
    return shape if math.prod(shape[start:]) >= 3 else [*shape[:-1], 5]


@operation("InstanceNormalization")
def instance_normalization(draw: Draw) -> str:
    shape = with_three(draw.map_shape() if draw.chance(0.7) else draw.shape(3, 5), 2)
    constants = [draw.constant(draw.values([shape[1]])) for _ in range(2)]
    return draw.node("InstanceNormalization", [draw.input(shape), *constants], epsilon=draw.choice((None, 1e-2)))


@operation("GroupNormalization")
def group_normalization(draw: Draw) -> str:
    groups = draw.integer(1, 4)
    shape = with_three(draw.map_shape() if draw.chance(0.7) else draw.shape(3, 5), 2)
    shape[1] = groups * draw.integer(1, 8)
    # One number a group in opset 18, which is deprecated, and one a channel since 21.
    count = groups if draw.opset < 21 else shape[1]
    constants = [draw.constant(draw.values([count])) for _ in range(2)]
    return draw.node(
        "GroupNormalization", [draw.input(shape), *constants], num_groups=groups, epsilon=draw.choice((None, 1e-2)))


@operation("LayerNormalization")
def layer_normalization(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance(0.4) else draw.shape(1)
    start = draw.integer(0, len(shape) - 1)
    shape = with_three(shape, start)
    normalized = shape[start:]
    scale = normalized if draw.chance(0.7) else draw.broadcastable(normalized)
    inputs = [draw.input(shape), draw.constant(draw.values(scale))]
    if draw.chance(0.7):
        inputs.append(draw.constant(draw.values(normalized)))
    axis = None if start == len(shape) - 1 and draw.chance() else start - (len(shape) if draw.chance() else 0)
    epsilon = draw.choice((None, 1e-5, 1e-2))
    count = draw.choice((1, 1, 2, 3))
    name = draw.node("LayerNormalization", inputs, outputs=count, axis=axis, epsilon=epsilon)
    return name if count == 1 else f"{name}.{draw.integer(1, count - 1)}"


@operation("LRN")
def local_normalization(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance(0.8) else draw.shape(2, 5)
    x = draw.input(shape)
    draw.array *= np.float32(draw.choice((1, 10)))
    return draw.node(
        "LRN", [x], size=draw.choice((1, 3, 5, 9)), alpha=draw.choice((None, 0.02, 1.0)),
        beta=draw.choice((None, 0.5, 1.0, 0.3)), bias=draw.choice((None, 2.0, 0.5)))


@operation("LpNormalization")
def norm(draw: Draw) -> str:
    shape = draw.shape(1)
    axis = draw.axis(len(shape))
    shape[axis] = max(shape[axis], 2)  # of one element only its sign is left
    return draw.node("LpNormalization", [draw.input(shape)], axis=axis, p=draw.choice((None, 1, 2)))


@operation("MeanVarianceNormalization")
def mean_variance(draw: Draw) -> str:
    shape = draw.map_shape()
    axes = draw.choice((None, [0, 2, 3], [2, 3], [1]))
    # Of two numbers it makes 1 and -1, with derivatives of zero but for rounding.
    shape[2] = max(shape[2], 3)
    shape[1] = max(shape[1], 3) if axes == [1] and shape[1] > 1 else shape[1]
    return draw.node("MeanVarianceNormalization", [draw.input(shape)], axes=axes)
