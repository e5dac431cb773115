"""Generators of functions of one and of several elements, of comparisons and of casts."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto
from peers.draw import Draw, operation

# Where values must lie; the others take any.
DOMAINS = {"Log": (0.1, 5), "Sqrt": (0.1, 5)}


@operation(
    "Abs", "Cos", "Erf", "Exp", "HardSwish", "Identity", "Log", "Mish", "Neg", "Relu", "Sigmoid", "Sin", "Softplus",
    "Softsign", "Sqrt", "Tanh",
)
def function(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(0)
    x = draw.input(shape, *DOMAINS.get(draw.operator, ()))
    if draw.operator not in DOMAINS and draw.chance(0.2):
        draw.array *= np.float32(draw.choice((10, 30, 100)))  # where exponentials overflow or vanish
        draw.is_smooth = False
    return draw.node(draw.operator, [x])


@operation("Reciprocal")
def reciprocal(draw: Draw) -> str:
    x = draw.input(draw.map_shape() if draw.chance() else draw.shape(0), 0.3, 4)
    if draw.chance():
        draw.array *= -1
    return draw.node("Reciprocal", [x])


@operation("Floor", "Ceil", "Round", "Sign")
def step(draw: Draw) -> str:
    x = draw.input(draw.map_shape() if draw.chance() else draw.shape(0), -4, 4)
    draw.is_smooth = False
    if draw.chance(0.3):
        draw.array = np.round(2 * draw.array) / np.float32(2)  # whole numbers and halves
    return draw.node(draw.operator, [x])


@operation("IsNaN")
def attention_with_mask(draw: Draw) -> str:
    """As PyTorch writes it: 0 for what is no number in the rows that a mask empties."""
    shape = draw.shape(2, 4, (2, 3, 5))
    mask = np.where(draw.random.random(shape[-1:]) < 0.3, -np.inf, 0).astype(np.float32)
    mask[0] = 0
    s = draw.node("Softmax", [draw.node("Add", [draw.input(shape), draw.constant(mask)])], axis=-1)
    return draw.node("Where", [draw.node("IsNaN", [s]), draw.constant(np.float32(0)), s])


@operation("Celu", "Elu", "HardSigmoid", "LeakyRelu", "Selu", "ThresholdedRelu")
def with_constants(draw: Draw) -> str:
    x = draw.input(draw.map_shape() if draw.chance() else draw.shape(0))
    names = {"Selu": ("alpha", "gamma"), "HardSigmoid": ("alpha", "beta")}
    constants = {
        name: draw.number(0.1, 1.7) if draw.chance(0.8) else draw.number(-1, 1)
        for name in names.get(draw.operator, ("alpha",)) if draw.chance(0.7)
    }
    if draw.operator == "Celu" and "alpha" in constants:
        constants["alpha"] = abs(constants["alpha"]) + 0.1
    return draw.node(draw.operator, [x], **constants)


@operation("PRelu")
def prelu(draw: Draw) -> str:
    shape = draw.map_shape() if draw.chance() else draw.shape(1)
    slopes = draw.choice(([1], [], [shape[1]] + [1] * (len(shape) - 2) if len(shape) > 1 else [1], [shape[-1]]))
    if draw.chance(0.2):
        slopes = draw.broadcastable(shape)
    return draw.node("PRelu", [draw.input(shape), draw.constant(draw.values(slopes))])


@operation("Gelu")
def gelu(draw: Draw) -> str:
    x = draw.input(draw.map_shape() if draw.chance() else draw.shape(0))
    draw.array *= np.float32(draw.choice((1, 1, 3, 20)))
    return draw.node("Gelu", [x], approximate=draw.choice((None, "none", "tanh")))


@operation("Clip")
def clip(draw: Draw) -> str:
    x = draw.input(draw.map_shape() if draw.chance() else draw.shape(0))
    low, high = draw.choice(((0.0, 6.0), (-0.5, 0.5), (-1.0, 2.0), (0.25, 0.75), (0.0, 0.0)))
    low, high = (None if draw.chance(0.2) else low), (None if draw.chance(0.2) else high)
    if draw.opset < 11:
        return draw.node("Clip", [x], min=low, max=high)
    inputs = [x] + ["" if bound is None else draw.constant(np.float32(bound)) for bound in (low, high)]
    while not inputs[-1]:
        inputs.pop()
    return draw.node("Clip", inputs)


def operands(draw: Draw, count: int, low: float | None, high: float | None) -> list[str]:
    """The input and others to which it is broadcast, or they to it: constants, or functions of it."""
    whole = draw.map_shape() if draw.chance() else draw.shape(0)
    own = draw.integer(0, count - 1)
    shapes = [whole if draw.chance(0.6) else draw.broadcastable(whole) for _ in range(count)]
    x = draw.input(shapes[own], low, high)
    names = []
    for index, shape in enumerate(shapes):
        if index == own:
            names.append(x)
        elif draw.chance(0.75):
            names.append(draw.constant(draw.values(shape, low, high)))
        else:
            # The input on both sides, positive on this one.
            names.append(draw.node("Exp" if low is not None else "Sigmoid", [x]))
    return names


@operation("Add", "Sub", "Mul")
def arithmetic(draw: Draw) -> str:
    return draw.node(draw.operator, operands(draw, 2, None, None))


@operation("Div")
def division(draw: Draw) -> str:
    names = operands(draw, 2, 0.3, 3)
    if draw.chance(0.3):
        draw.array *= -1
    return draw.node("Div", names)


@operation("Pow")
def power(draw: Draw) -> str:
    if draw.chance():
        return draw.node("Pow", operands(draw, 2, 0.3, 3))
    # Whole exponents of negative numbers; since opset 12 of another type.
    x = draw.input(draw.map_shape() if draw.chance() else draw.shape(0))
    exponent = draw.choice((0, 1, 2, 3, 4, -1, -2))
    if exponent < 0:
        draw.array = np.where(np.abs(draw.array) < 0.3, np.float32(0.5), draw.array)
    kind = np.int64 if draw.opset >= 12 and draw.chance() else np.float32
    return draw.node("Pow", [x, draw.constant(np.array(exponent, kind))])


@operation("Max", "Min", "Sum", "Mean")
def list_of(draw: Draw) -> str:
    count = draw.integer(1, 4)
    if draw.opset >= 8:
        return draw.node(draw.operator, operands(draw, count, None, None))
    shape = draw.shape(0)
    x = draw.input(shape)
    return draw.node(draw.operator, [x, *(draw.constant(draw.values(shape)) for _ in range(count - 1))])


@operation("Mod")
def modulo(draw: Draw) -> str:
    names = operands(draw, 2, 0.3, 3)
    if draw.chance():
        draw.array *= -1
    draw.is_smooth = False
    return draw.node("Mod", names, fmod=1)


@operation("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
def comparison(draw: Draw) -> str:
    names = operands(draw, 2, None, None)
    draw.is_smooth = False
    draw.array = np.round(draw.array)
    for tensor in draw.constants:
        if tensor.data_type == TensorProto.FLOAT and tensor.name in names:
            numbers = np.round(np.frombuffer(tensor.raw_data, np.float32))
            tensor.raw_data = numbers.tobytes()
    return draw.float(draw.node(draw.operator, names))


def truth(draw: Draw, shape: list[int]) -> str:
    """Truth values: constants, or whether the input is positive."""
    return draw.constant(draw.random.random(shape) < 0.5)


@operation("And", "Or", "Xor", "Not")
def logic(draw: Draw) -> str:
    shape = draw.shape(0)
    draw.is_smooth = False
    positive = draw.node("Greater", [draw.input(shape), draw.constant(np.float32(0))])
    if draw.operator == "Not":
        return draw.float(draw.node("Not", [positive]))
    return draw.float(draw.node(draw.operator, [positive, truth(draw, draw.broadcastable(shape))]))


@operation("Where")
def where(draw: Draw) -> str:
    whole = draw.map_shape() if draw.chance() else draw.shape(0)
    shapes = [whole if draw.chance(0.6) else draw.broadcastable(whole) for _ in range(3)]
    x = draw.input(shapes[0])
    if draw.chance(0.4):
        condition = draw.node("Greater", [x, draw.constant(np.float32(draw.number(-1, 1)))])
    else:
        condition = truth(draw, shapes[2])
    other = draw.node("Exp", [x]) if draw.chance(0.3) else draw.constant(draw.values(shapes[1]))
    pair = [x, other] if draw.chance() else [other, x]
    return draw.node("Where", [condition, *pair])


@operation("Cast", "CastLike")
def cast(draw: Draw) -> str:
    x = draw.input(draw.shape(0), -3, 3)
    draw.is_smooth = False
    kind = draw.choice((TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL))
    if draw.operator == "Cast":
        return draw.float(draw.node("Cast", [x], to=kind))
    like = {TensorProto.FLOAT: np.float32, TensorProto.INT64: np.int64, TensorProto.INT32: np.int32}
    return draw.float(draw.node("CastLike", [x, draw.constant(np.ones([1], like.get(kind, np.bool_)))]))


@operation("Dropout")
def dropout(draw: Draw) -> str:
    x = draw.input(draw.shape(0))
    if draw.opset < 12:
        return draw.node("Dropout", [x], ratio=draw.choice((None, 0.3)))
    return draw.node("Dropout", [x, draw.constant(np.float32(0.3))] if draw.chance() else [x])
