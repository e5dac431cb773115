"""ONNX operators in torch, differentiable, opsets 7 to 21: what exported classification networks hold.

Each function takes the node's attributes, the opset and its inputs, None where an optional one is left out.
Integers stay on the processor; what is computed of them is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import Tensor

Attributes = Mapping[str, Any]
Function = Callable[..., Any]

OPERATORS: dict[str, Function] = {}


def operator(*names: str) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        for name in names:
            OPERATORS[name] = function
        return function

    return register


def ints(tensor: Tensor) -> list[int]:
    return [int(value) for value in tensor.flatten()]


def tensor_of(proto: onnx.TensorProto) -> Tensor:
    return torch.from_numpy(np.array(numpy_helper.to_array(proto)))


# Elementwise ------------------------------------------------------------------------------------------

UNARY = {
    "Relu": torch.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh, "Erf": torch.erf, "Exp": torch.exp,
    "Log": torch.log, "Sqrt": torch.sqrt, "Neg": torch.neg, "Abs": torch.abs, "Reciprocal": torch.reciprocal,
    "Floor": torch.floor, "Ceil": torch.ceil, "Softplus": F.softplus, "HardSwish": F.hardswish,
    "Identity": lambda x: x, "Not": torch.logical_not, "Sin": torch.sin, "Cos": torch.cos,
    "Mish": F.mish, "Swish": F.silu,
}
BINARY = {
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Pow": torch.pow, "Equal": torch.eq,
    "Greater": torch.gt, "Less": torch.lt, "GreaterOrEqual": torch.ge, "LessOrEqual": torch.le,
    "And": torch.logical_and, "Or": torch.logical_or, "Max": torch.maximum, "Min": torch.minimum,
    "MatMul": torch.matmul,
}
for name, function in UNARY.items():
    OPERATORS[name] = lambda attributes, opset, x, function=function: function(x)
for name, function in BINARY.items():
    OPERATORS[name] = lambda attributes, opset, a, b, function=function: function(a, b)


@operator("Div")
def div(attributes: Attributes, opset: int, a: Tensor, b: Tensor) -> Tensor:
    return a / b if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc")


@operator("Mod")
def mod(attributes: Attributes, opset: int, a: Tensor, b: Tensor) -> Tensor:
    return torch.fmod(a, b) if attributes.get("fmod") else torch.remainder(a, b)


def clip_bounds(attributes: Attributes, low: Tensor | None = None, high: Tensor | None = None) -> list[float | None]:
    low, high = attributes.get("min", low), attributes.get("max", high)
    return [None if bound is None else float(bound) for bound in (low, high)]


@operator("Clip")
def clip(
    attributes: Attributes, opset: int, x: Tensor, low: Tensor | None = None, high: Tensor | None = None
) -> Tensor:
    return torch.clamp(x, *clip_bounds(attributes, low, high))


@operator("HardSigmoid")
def hard_sigmoid(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return torch.clamp(attributes.get("alpha", 0.2) * x + attributes.get("beta", 0.5), 0, 1)


@operator("LeakyRelu")
def leaky_relu(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return F.leaky_relu(x, attributes.get("alpha", 0.01))


@operator("Elu")
def elu(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return F.elu(x, attributes.get("alpha", 1.0))


@operator("PRelu")
def prelu(attributes: Attributes, opset: int, x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x > 0, x, x * slope)


@operator("Gelu")
def gelu(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return F.gelu(x, approximate=attributes.get("approximate", b"none").decode())


@operator("Where")
def where(attributes: Attributes, opset: int, condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.where(condition, a, b)


@operator("Dropout")
def dropout(attributes: Attributes, opset: int, x: Tensor, *others: Tensor) -> Tensor:
    return x


@operator("Softmax")
def softmax(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    if opset >= 13:
        return torch.softmax(x, attributes.get("axis", -1))
    axis = attributes.get("axis", 1) % x.dim()
    return torch.softmax(x.flatten(axis), -1).view(x.shape)


# Convolution and pooling ------------------------------------------------------------------------------


def window(
    attributes: Attributes, x: Tensor, kernel: Sequence[int]
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Strides, dilations and pads (before, after) for each axis."""
    axes = len(kernel)
    strides = list(attributes.get("strides", [1] * axes))
    dilations = list(attributes.get("dilations", [1] * axes))
    kind = attributes.get("auto_pad", b"NOTSET").decode()
    pads = list(attributes.get("pads", [0] * 2 * axes))
    if kind == "VALID":
        pads = [0] * 2 * axes
    elif kind.startswith("SAME"):
        for axis in range(axes):
            size, step = x.shape[2 + axis], strides[axis]
            reach = (kernel[axis] - 1) * dilations[axis] + 1
            total = max(0, (math.ceil(size / step) - 1) * step + reach - size)
            small, large = total // 2, total - total // 2
            pads[axis], pads[axes + axis] = (small, large) if kind == "SAME_UPPER" else (large, small)
    return strides, dilations, list(zip(pads[:axes], pads[axes:]))


def padded(x: Tensor, pads: Sequence[tuple[int, int]], value: float = 0.0) -> Tensor:
    return F.pad(x, [amount for pair in reversed(pads) for amount in pair], value=value)


@operator("Conv")
def conv(attributes: Attributes, opset: int, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    strides, dilations, pads = window(attributes, x, list(weight.shape[2:]))
    function = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[weight.dim() - 2]
    if all(before == after for before, after in pads):
        padding = [before for before, _ in pads]
    else:
        x, padding = padded(x, pads), 0
    return function(x, weight, bias, strides, padding, dilations, attributes.get("group", 1))


def overhang(
    attributes: Attributes, x: Tensor, kernel: Sequence[int]
) -> tuple[list[int], list[int], list[tuple[int, int]], list[int]]:
    """Window and, with ceil_mode, by how much the last window reaches past the padded input."""
    strides, dilations, pads = window(attributes, x, kernel)
    past = []
    for axis, (before, after) in enumerate(pads):
        size, step = x.shape[2 + axis], strides[axis]
        reach = (kernel[axis] - 1) * dilations[axis] + 1
        steps, rest = divmod(size + before + after - reach, step)
        if attributes.get("ceil_mode") and rest and (steps + 1) * step < size + before:
            steps += 1  # such a window begins in the input or before it
        past.append(max(0, steps * step + reach - size - before - after))
    return strides, dilations, pads, past


@operator("MaxPool")
def max_pool(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    kernel = list(attributes["kernel_shape"])
    strides, dilations, pads, past = overhang(attributes, x, kernel)
    function = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[len(kernel)]
    if all(before == after and 2 * before <= k for (before, after), k in zip(pads, kernel)):
        ceil = bool(attributes.get("ceil_mode"))
        return function(x, kernel, strides, [before for before, _ in pads], dilations, ceil)
    pads = [(before, after + more) for (before, after), more in zip(pads, past)]
    return function(padded(x, pads, -math.inf), kernel, strides, 0, dilations)


def max_pool_as(attributes: Attributes, x: Tensor, other: Tensor) -> Tensor:
    """The values of x at the places where a max-pool of `other` finds the largest."""
    kernel = list(attributes["kernel_shape"])
    strides, dilations, pads, past = overhang(attributes, x, kernel)
    pads = [(before, after + more) for (before, after), more in zip(pads, past)]
    places = F.max_pool2d(padded(other, pads, -math.inf), kernel, strides, 0, dilations, return_indices=True)[1]
    return padded(x, pads).flatten(2).gather(2, places.flatten(2)).view(places.shape)


@operator("AveragePool")
def average_pool(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    kernel = list(attributes["kernel_shape"])
    strides, dilations, pads, past = overhang(attributes, x, kernel)
    if len(kernel) != 2 or any(step != 1 for step in dilations):
        raise NotImplementedError("AveragePool other than of two plain axes")
    counted = torch.ones(1, 1, *x.shape[2:], dtype=x.dtype)
    counted = padded(counted, pads, float(attributes.get("count_include_pad", 0)))
    beyond = [(0, more) for more in past]
    sums = F.avg_pool2d(padded(padded(x, pads), beyond), kernel, strides, divisor_override=1)
    return sums / F.avg_pool2d(padded(counted, beyond), kernel, strides, divisor_override=1)


@operator("GlobalAveragePool")
def global_average_pool(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return x.mean(tuple(range(2, x.dim())), keepdim=True)


@operator("GlobalMaxPool")
def global_max_pool(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return x.amax(tuple(range(2, x.dim())), keepdim=True)


@operator("LRN")
def lrn(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    size = attributes["size"]
    defaults = {"alpha": 1e-4, "beta": 0.75, "bias": 1.0}
    alpha, beta, bias = (attributes.get(name, value) for name, value in defaults.items())
    # Of an even window the smaller half lies before the channel; torch has it the other way round.
    squares = F.pad(x.square().flatten(2)[:, None], (0, 0, (size - 1) // 2, size // 2))
    sums = F.avg_pool2d(squares, (size, 1), 1, divisor_override=1)[:, 0].view(x.shape)
    return x / (bias + alpha / size * sums) ** beta


@operator("BatchNormalization")
def batch_normalization(
    attributes: Attributes, opset: int, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor,
) -> Tensor:
    # Spelled out: the gradient of torch's own is wrong for some layouts, see `families.make_gradient_dense`.
    factor = scale / (variance + attributes.get("epsilon", 1e-5)).sqrt()
    sides = [-1] + [1] * (x.dim() - 2)
    return x * factor.view(sides) + (bias - mean * factor).view(sides)


@operator("InstanceNormalization")
def instance_normalization(attributes: Attributes, opset: int, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    return F.instance_norm(x, None, None, scale, bias, True, 0.0, attributes.get("epsilon", 1e-5))


@operator("LayerNormalization")
def layer_normalization(
    attributes: Attributes, opset: int, x: Tensor, scale: Tensor, bias: Tensor | None = None,
) -> Tensor:
    axis = attributes.get("axis", -1) % x.dim()
    return F.layer_norm(x, x.shape[axis:], scale, bias, attributes.get("epsilon", 1e-5))


@operator("Gemm")
def gemm(attributes: Attributes, opset: int, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    a = a.t() if attributes.get("transA") else a
    b = b.t() if attributes.get("transB") else b
    y = attributes.get("alpha", 1.0) * (a @ b)
    return y if c is None else y + attributes.get("beta", 1.0) * c


# Reductions -------------------------------------------------------------------------------------------


def reduction(function: Callable[..., Any]) -> Function:
    def reduce(attributes: Attributes, opset: int, x: Tensor, axes: Tensor | None = None) -> Tensor:
        axes = attributes.get("axes") if axes is None else ints(axes)
        if not axes:
            if attributes.get("noop_with_empty_axes"):
                return x
            axes = range(x.dim())
        return function(x, tuple(axes), keepdim=bool(attributes.get("keepdims", 1)))

    return reduce


OPERATORS["ReduceMean"] = reduction(torch.mean)
OPERATORS["ReduceSum"] = reduction(torch.sum)
OPERATORS["ReduceMax"] = reduction(torch.amax)
OPERATORS["ReduceMin"] = reduction(torch.amin)
OPERATORS["ReduceL2"] = reduction(torch.linalg.vector_norm)


@operator("ReduceProd")
def reduce_product(attributes: Attributes, opset: int, x: Tensor, axes: Tensor | None = None) -> Tensor:
    axes = attributes.get("axes") if axes is None else ints(axes)
    for axis in sorted((axis % x.dim() for axis in axes or range(x.dim())), reverse=True):
        x = x.prod(axis, keepdim=bool(attributes.get("keepdims", 1)))
    return x


# Shapes -----------------------------------------------------------------------------------------------


@operator("Shape")
def shape(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return torch.tensor(list(x.shape)[attributes.get("start", 0) : attributes.get("end")])


@operator("Size")
def size(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return torch.tensor(x.numel())


@operator("Reshape")
def reshape(attributes: Attributes, opset: int, x: Tensor, target: Tensor) -> Tensor:
    target = ints(target)
    if not attributes.get("allowzero"):
        target = [x.shape[i] if length == 0 else length for i, length in enumerate(target)]
    return x.reshape(target)


@operator("Flatten")
def flatten(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    axis = attributes.get("axis", 1)
    axis = axis + x.dim() if axis < 0 else axis
    return x.reshape(math.prod(x.shape[:axis]), -1)


@operator("Transpose")
def transpose(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    return x.permute(attributes.get("perm", list(reversed(range(x.dim())))))


@operator("Squeeze")
def squeeze(attributes: Attributes, opset: int, x: Tensor, axes: Tensor | None = None) -> Tensor:
    axes = attributes.get("axes") if axes is None else ints(axes)
    return x.squeeze() if axes is None else x.squeeze(tuple(axes))


@operator("Unsqueeze")
def unsqueeze(attributes: Attributes, opset: int, x: Tensor, axes: Tensor | None = None) -> Tensor:
    axes = attributes.get("axes") if axes is None else ints(axes)
    rank = x.dim() + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = x.unsqueeze(axis)
    return x


@operator("Concat")
def concat(attributes: Attributes, opset: int, *parts: Tensor) -> Tensor:
    return torch.cat(parts, attributes["axis"])


@operator("Split")
def split(attributes: Attributes, opset: int, x: Tensor, sizes: Tensor | None = None) -> tuple[Tensor, ...]:
    axis = attributes.get("axis", 0)
    sizes = attributes.get("split") if sizes is None else ints(sizes)
    if sizes is None:
        count = attributes.get("num_outputs") or attributes["outputs of the node"]
        sizes = -(-x.shape[axis] // count)
    return x.split(sizes, axis)


@operator("Slice")
def slice_(
    attributes: Attributes, opset: int, x: Tensor, starts: Tensor | None = None, ends: Tensor | None = None,
    axes: Tensor | None = None, steps: Tensor | None = None,
) -> Tensor:
    if starts is None:
        starts, ends, axes = attributes["starts"], attributes["ends"], attributes.get("axes")
    else:
        starts, ends = ints(starts), ints(ends)
        axes = None if axes is None else ints(axes)
    steps = [1] * len(starts) if steps is None else ints(steps)
    for start, end, axis, step in zip(starts, ends, axes or range(len(starts)), steps):
        index = range(x.shape[axis])[start:end:step]
        if step == 1:
            x = x.narrow(axis, index.start, len(index))
        else:
            x = x.index_select(axis, torch.tensor(list(index), dtype=torch.int64))
    return x


@operator("Gather")
def gather(attributes: Attributes, opset: int, x: Tensor, indices: Tensor) -> Tensor:
    axis = attributes.get("axis", 0) % x.dim()
    flat = x.index_select(axis, torch.remainder(indices.flatten(), x.shape[axis]))
    return flat.reshape([*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]])


@operator("Expand")
def expand(attributes: Attributes, opset: int, x: Tensor, target: Tensor) -> Tensor:
    return x.expand(torch.broadcast_shapes(x.shape, ints(target)))


@operator("Tile")
def tile(attributes: Attributes, opset: int, x: Tensor, repeats: Tensor) -> Tensor:
    return x.repeat(ints(repeats))


@operator("Pad")
def pad(
    attributes: Attributes, opset: int, x: Tensor, pads: Tensor | None = None, value: Tensor | None = None,
    axes: Tensor | None = None,
) -> Tensor:
    pads = attributes["pads"] if pads is None else ints(pads)
    value = attributes.get("value", 0.0) if value is None else float(value)
    half = len(pads) // 2
    pairs = [(0, 0)] * x.dim()
    for place, axis in enumerate(range(x.dim()) if axes is None else ints(axes)):
        pairs[axis] = (pads[place], pads[half + place])
    mode = attributes.get("mode", b"constant").decode()
    if mode == "constant":
        return padded(x, pairs, value)
    if any(pair != (0, 0) for pair in pairs[:2]):
        raise NotImplementedError(f"Pad of batch or channels with mode {mode}")
    flat = [amount for pair in reversed(pairs[2:]) for amount in pair]
    return F.pad(x, flat, mode={"reflect": "reflect", "edge": "replicate", "wrap": "circular"}[mode])


@operator("Cast")
def cast(attributes: Attributes, opset: int, x: Tensor) -> Tensor:
    kind = onnx.helper.tensor_dtype_to_np_dtype(attributes["to"])
    wanted = torch.from_numpy(np.zeros(0, kind)).dtype
    # Casts between floating-point types keep the precision that the graph runs in.
    return x if wanted.is_floating_point and x.is_floating_point() else x.to(wanted)


@operator("CastLike")
def cast_like(attributes: Attributes, opset: int, x: Tensor, like: Tensor) -> Tensor:
    return x.to(like.dtype)


@operator("Constant")
def constant(attributes: Attributes, opset: int) -> Tensor:
    for name, value in attributes.items():
        if name == "value":
            return tensor_of(value)
        if name in ("value_float", "value_floats"):
            return torch.tensor(value, dtype=torch.float32)
        if name in ("value_int", "value_ints"):
            return torch.tensor(value, dtype=torch.int64)
    raise NotImplementedError("a Constant that is neither tensor nor number")


@operator("ConstantOfShape")
def constant_of_shape(attributes: Attributes, opset: int, target: Tensor) -> Tensor:
    value = attributes.get("value")
    value = torch.zeros(1) if value is None else tensor_of(value)
    return value.reshape(()).expand(ints(target)).clone()


@operator("Range")
def range_(attributes: Attributes, opset: int, start: Tensor, limit: Tensor, delta: Tensor) -> Tensor:
    return torch.arange(start.item(), limit.item(), delta.item(), dtype=start.dtype)
