"""The ONNX project's node tests as networks with one float32 input, as the program runs them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.test_case import TestCase

OLDEST, NEWEST = 7, 21  # the opsets that the project reads
FOLDABLE = (np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.float32)
FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)", "tensor(bfloat16)"}
RANDOM = {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}


class NotRun(Exception):
    """Why a case is none for the program."""


@dataclass
class Variant:
    """A case with one of its inputs left and all else constant; how it is to be run and what comes out."""

    label: str
    model: onnx.ModelProto
    array: np.ndarray
    outputs: list[str]
    expected: list[np.ndarray]


def collected() -> list[TestCase]:
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [case for case in collect_testcases(None) if case.model is not None]


def operators_of(cases: Sequence[TestCase]) -> dict[str, str]:
    """Each case's operator by name; a function's case, expanded, is its operator's."""
    found = {c.name: c.model.graph.node[0].op_type for c in cases if len(c.model.graph.node) == 1}

    def operator(case: TestCase) -> str:
        base = case.name.split("_expanded")[0]
        kinds = sorted({node.op_type for node in case.model.graph.node} - {"Constant"})
        return found.get(case.name) or found.get(base) or "+".join(kinds)

    return {case.name: operator(case) for case in cases}


def all_nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from all_nodes(inner)


def signature(schema: onnx.defs.OpSchema) -> tuple[dict[str, Any], list[str], list[str]]:
    """What a schema says beside the types of its tensors."""
    attributes = {
        name: (str(entry.type), entry.required, entry.default_value.SerializeToString())
        for name, entry in schema.attributes.items()
    }
    return attributes, [entry.name for entry in schema.inputs], [entry.name for entry in schema.outputs]


def unchanged(node: onnx.NodeProto, version: int, types: Mapping[str, str]) -> bool:
    """Whether this node means the same under the newest opset that the project reads.

    `types` has the names of the types of the graph's inputs.
    """
    try:
        newer = onnx.defs.get_schema(node.op_type, version, "")
        if newer.since_version <= NEWEST:
            return True
        fmod = any(attribute.name == "fmod" and attribute.i for attribute in node.attribute)
        if node.op_type == "Mod" and types.get(node.input[0]) in FLOATS and not fmod:
            return False  # until 28 floats had to have fmod = 1
        older = onnx.defs.get_schema(node.op_type, NEWEST, "")
    except onnx.defs.SchemaError:
        return False
    (new, new_inputs, new_outputs), (old, old_inputs, old_outputs) = signature(newer), signature(older)
    used = {attribute.name for attribute in node.attribute}
    allowed = {entry.type_param_str: entry.allowed_type_strs for entry in older.type_constraints}
    return (
        all(new.get(name) == entry for name, entry in old.items())
        and not used - set(old)
        and new_inputs[: len(node.input)] == old_inputs[: len(node.input)]
        and new_outputs[: len(node.output)] == old_outputs[: len(node.output)]
        and all(
            types[name] in allowed.get(formal.type_str, [formal.type_str])
            for name, formal in zip(node.input, older.inputs)
            if name in types
        )
    )


def type_name(value: Any) -> str:
    """As schemas write it."""
    return f"tensor({TensorProto.DataType.Name(value.type.tensor_type.elem_type).lower()})"


def in_range(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the model under an opset that the project reads, or NotRun.

    A newer opset is rewritten where the operators have only gained types since.
    """
    versions = {entry.domain: entry.version for entry in model.opset_import}
    if foreign := set(versions) - {"", "ai.onnx"}:
        raise NotRun(f"domain {sorted(foreign)[0]}")
    version = versions.get("", versions.get("ai.onnx", 1))
    if version < OLDEST:
        raise NotRun("older opset")
    types = {value.name: type_name(value) for value in model.graph.input}
    if version > NEWEST and not all(unchanged(node, version, types) for node in all_nodes(model.graph)):
        raise NotRun("newer opset")
    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.opset_import[:]
    result.opset_import.append(helper.make_opsetid("", min(version, NEWEST)))
    result.ir_version = helper.find_min_ir_version_for(list(result.opset_import))
    return result


def array_of(value: Any) -> np.ndarray:
    """What a case holds for an input or output: an array or, for types that numpy has not, a tensor."""
    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)


def with_constants(model: onnx.ModelProto, arrays: Mapping[str, np.ndarray], left: str | None) -> onnx.ModelProto:
    """The model with the values of all inputs but `left` among its weights."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    inputs = list(graph.input)
    del graph.input[:]
    for value in inputs:
        if value.name == left:
            graph.input.append(value)
        else:
            graph.initializer.append(numpy_helper.from_array(arrays[value.name], value.name))
    return result


def folded(model: onnx.ModelProto, arrays: Mapping[str, np.ndarray], output: str, expected: np.ndarray) -> Variant:
    """The model as a constant, as float32, added to an input of zeros."""
    result = with_constants(model, arrays, None)
    graph = result.graph
    del graph.output[:]
    graph.node.append(helper.make_node("Cast", [output], ["folded/float32"], to=TensorProto.FLOAT))
    graph.node.append(helper.make_node("Add", ["folded/float32", "folded/zeros"], ["folded"]))
    graph.input.append(helper.make_tensor_value_info("folded/zeros", TensorProto.FLOAT, expected.shape))
    graph.output.append(helper.make_tensor_value_info("folded", TensorProto.FLOAT, expected.shape))
    zeros = np.zeros(expected.shape, np.float32)
    return Variant(f"{output}, folded", result, zeros, ["folded"], [expected.astype(np.float32)])


def variants(case: TestCase) -> list[Variant]:
    """The runs of a case: each float32 input in turn; where there is none, all of it folded. Or NotRun."""
    graph = case.model.graph
    if RANDOM.intersection(node.op_type for node in all_nodes(graph)):
        raise NotRun("random")
    if any(value.type.WhichOneof("value") != "tensor_type" for value in [*graph.input, *graph.output]):
        raise NotRun("sequence or optional")
    model = in_range(case.model)
    given, wanted = case.data_sets[0]
    arrays = {value.name: array_of(array) for value, array in zip(graph.input, given)}
    results = {value.name: array_of(array) for value, array in zip(graph.output, wanted)}
    numbers = {name: array for name, array in results.items() if array.dtype == np.float32}
    result = []
    for name, array in arrays.items():
        if array.dtype == np.float32 and numbers:
            changed = with_constants(model, arrays, name)
            result.append(Variant(name, changed, array, list(numbers), list(numbers.values())))
    if result:
        return result
    kinds = {array.dtype.type for array in [*arrays.values(), *results.values()]}
    if not kinds <= set(FOLDABLE):
        raise NotRun("other types")
    return [folded(model, arrays, name, array) for name, array in results.items()]


def mismatch(found: np.ndarray, expected: np.ndarray, relative: float, absolute: float) -> str | None:
    """How two arrays differ; nothing where every element is near enough.

    Beside the test's own tolerances stands a millionth of the largest value: where a sum's terms cancel,
    their rounding errors stay.
    """
    if found.shape != expected.shape:
        return f"the shape is {list(found.shape)} instead of {list(expected.shape)}"
    if not expected.size:
        return None
    finite = np.abs(expected[np.isfinite(expected)], dtype=np.float64)
    floor = max(absolute, 1e-6 * float(finite.max()) if finite.size else 0.0)
    near = np.isclose(found, expected, rtol=relative, atol=floor, equal_nan=True)
    if near.all():
        return None
    place = tuple(int(i) for i in np.argwhere(~near)[0])
    values = f"{found[place]:.6g} instead of {expected[place]:.6g}"
    return f"{(~near).sum()} of {near.size} differ, {list(place)} is {values}"
