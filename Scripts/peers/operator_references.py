"""What a drawn network computes, by onnxruntime and by onnx's own reference in double precision."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from peers.draw import Network

# Beyond this fraction of the largest value the two references do not compute the same.
AGREEMENT = 1e-4


def widened(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with numbers of double precision for those of single precision."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph

    def wide(tensor: onnx.TensorProto) -> None:
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))

    kept = {name for node in graph.node if node.op_type in ("Resize", "Upsample") for name in node.input[1:]}
    for tensor in graph.initializer:
        if tensor.name not in kept:
            wide(tensor)
    for value in [*graph.input, *graph.output]:
        value.type.tensor_type.elem_type = TensorProto.DOUBLE
    for node in graph.node:
        if node.op_type == "GroupNormalization" and model.opset_import[0].version >= 21:
            node.attribute.append(onnx.helper.make_attribute("stash_type", TensorProto.DOUBLE))
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                wide(attribute.t)
            if attribute.name == "stash_type":
                attribute.i = TensorProto.DOUBLE
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
    return result


def erf(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[np.float64])(x) if x.size else x


class Erf(OpRun):
    """The error function in double precision; onnx's own rounds to single precision."""

    def _run(self, x: np.ndarray) -> tuple[np.ndarray]:
        return (erf(x),)


class Gelu(OpRun):
    """The same of GELU."""

    def _run(self, x: np.ndarray, approximate: str | None = None) -> tuple[np.ndarray]:
        if approximate == "tanh":
            return (0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),)
        return (0.5 * x * (1 + erf(x / np.sqrt(2))),)


class LRN(OpRun):
    """The same of local response normalization; onnx's own has no channel in a window of one."""

    def _run(
        self, x: np.ndarray, alpha: float | None = None, beta: float | None = None, bias: float | None = None,
        size: int | None = None,
    ) -> tuple[np.ndarray]:
        before, after = (size - 1) // 2, size // 2
        squares = np.pad(x * x, [(0, 0), (before, after), *[(0, 0)] * (x.ndim - 2)])
        sums = sum(squares[:, start:start + x.shape[1]] for start in range(size))
        return (x / (bias + alpha / size * sums) ** beta,)


class Evaluator:
    """Runs a model in double precision, by onnxruntime if it has kernels for it, else by onnx's reference."""

    def __init__(self, model: onnx.ModelProto, *, by_runtime: bool) -> None:
        self.runtime = session_of(model) if by_runtime else None
        self.reference = None if by_runtime else ReferenceEvaluator(model, new_ops=[Erf, Gelu, LRN])

    def __call__(self, array: np.ndarray) -> np.ndarray:
        runner: Any = self.runtime or self.reference
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(runner.run(None, {"x": np.asarray(array)})[0])


def session_of(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Every node as the file has it.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


@dataclass
class Reference:
    """What a network is to compute."""

    network: Network
    values: np.ndarray  # in double precision where there is such a reference
    runtime_error: float  # onnxruntime's in single precision, as a fraction of the largest value
    disputed: np.ndarray | None  # what onnx's reference computes where it does not agree with onnxruntime
    evaluator: Evaluator | None  # in double precision

    def tangent(self, u: np.ndarray) -> np.ndarray | None:
        """J u by central differences; NaN at elements with a kink between, None where there is no evaluator."""
        if self.evaluator is None:
            return None
        x, step = self.network.array.astype(np.float64), 1e-6
        low, middle, high = (self.evaluator(x + factor * step * u) for factor in (-1, 0, 1))
        with np.errstate(invalid="ignore"):
            before, after = (middle - low) / step, (high - middle) / step
        scale = np.abs(np.stack([before, after])).max(initial=0)
        # A step of 1e-6 changes a smooth function's slope by about as much.
        is_smooth = np.abs(after - before) <= 1e-4 * scale
        if is_smooth.size and is_smooth.mean() < 0.75:
            return None  # not a kink here and there: it rounds to single precision on its way
        return np.where(is_smooth, (before + after) / 2, np.nan)


def attempt(make: Any, array: np.ndarray) -> tuple[Any, np.ndarray | None, str]:
    """(the runner, what it computes, why not)."""
    try:
        runner = make()
        return runner, runner(array), ""
    except Exception as error:  # whatever a library throws
        return None, None, " ".join(str(error).split())[:200] or type(error).__name__


def same(first: np.ndarray, second: np.ndarray) -> bool:
    if first.shape != second.shape:
        return False
    finite = np.isfinite(first) & np.isfinite(second)
    if not np.array_equal(first[~finite], second[~finite], equal_nan=True):
        return False
    scale = float(np.abs(first[finite]).max(initial=0))
    return bool(np.abs(first[finite].astype(np.float64) - second[finite]).max(initial=0) <= AGREEMENT * scale)


def with_regions(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with an empty region for each left out of `Resize`, which onnxruntime wants before opset 13."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    nodes = [node for node in result.graph.node if node.op_type == "Resize" and node.input[1:2] == [""]]
    if nodes and model.opset_import[0].version < 13:
        for node in nodes:
            node.input[1] = "no region"
        result.graph.initializer.append(numpy_helper.from_array(np.zeros([0], np.float32), "no region"))
    return result


def reference_of(network: Network) -> Reference | str:
    """The reference of a network, or why there is none."""
    single, double = network.array, network.array.astype(np.float64)
    model = with_regions(network.model)
    _, runtime, why = attempt(lambda: Evaluator(model, by_runtime=True), single)
    wide = widened(model)
    exact, values, _ = attempt(lambda: Evaluator(wide, by_runtime=True), double)
    model_reference, by_model, why_model = attempt(lambda: Evaluator(wide, by_runtime=False), double)
    if by_model is not None and by_model.dtype != np.float64:
        model_reference = None  # it has rounded somewhere
    if by_model is None:  # single precision may be written into the operator's definition
        _, by_model, why_model = attempt(lambda: Evaluator(model, by_runtime=False), single)
    if runtime is None:
        if by_model is None:
            return f"{why}; {why_model}"
        return Reference(network, by_model, 0.0, None, model_reference)
    if values is None or not same(runtime, values):
        exact, values = None, None
        if by_model is not None and same(runtime, by_model):
            exact, values = model_reference, by_model
    disputed = by_model if by_model is not None and not same(runtime, by_model) else None
    if values is None:
        return Reference(network, runtime.astype(np.float64), 0.0, disputed, None)
    finite = np.isfinite(values)
    scale = max(float(np.abs(values[finite]).max(initial=0)), 1e-30)
    error = float(np.abs(runtime[finite].astype(np.float64) - values[finite]).max(initial=0)) / scale
    return Reference(network, values, error, disputed, exact)
