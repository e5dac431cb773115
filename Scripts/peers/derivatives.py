"""Holds the program's gradients and tangents against torch in float64.

Two kinds of derivative of the same network, each at several places:

- gradients: seeds at one tensor or at several at once, wanted at the input and at inner tensors over the whole depth;
- tangents: from one inner tensor to later ones, and with them the adjoint identity ⟨J u, v⟩ = ⟨u, Jᵀ v⟩ of the
  program's own numbers, which holds whatever the reference says.

A ReLU's unit that is zero but for rounding has one of two gradients, and so have the other kinks: there the
reference takes the side on which the program's own activations lie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peers import program
from peers.files import relative_error
from peers.torch_graph import TorchGraph
from torch import Tensor

TANGENT_COUNT = 2


@dataclass
class Case:
    """A network, the program that runs it, one input, and the reference."""

    binary: Path
    model: Path
    array: np.ndarray
    graph: TorchGraph
    options: Sequence[str] = ()

    @property
    def x(self) -> Tensor:
        return torch.from_numpy(self.array).double()

    def values(self, names: Sequence[str]) -> dict[str, Tensor]:
        with torch.no_grad():
            return dict(zip(names, self.graph(self.x, keep=list(names))))


def random_like(tensor: Tensor, seed: int) -> Tensor:
    numbers = np.random.default_rng(seed).standard_normal(tuple(tensor.shape)).astype(np.float32)
    return torch.from_numpy(numbers)


def gradient_errors(case: Case, seeds: Sequence[str], wanted: Sequence[str]) -> dict[str, float]:
    """The error at each wanted tensor of the gradient of a random linear function of the seeds' tensors."""
    graph = case.graph
    directions = {name: random_like(value, 11 + i) for i, (name, value) in enumerate(case.values(seeds).items())}
    if len(seeds) > 1:
        # Each seed is to contribute as much: that of a large tensor would drown those of the others.
        for name, direction in directions.items():
            directions[name] = direction / graph.gradients(case.x, {name: direction}, [graph.input])[0].norm().float()
    sides = graph.kink_tensors(*seeds)
    answer = program.run(
        case.binary, case.model, case.array, sides, {n: d.numpy() for n, d in directions.items()}, wanted,
        options=case.options,
    )
    known = {name: torch.from_numpy(value) for name, value in answer.tensors.items()}
    expected = graph.gradients(case.x, directions, wanted, known)
    return {name: relative_error(answer.gradients[name], value) for name, value in zip(wanted, expected)}


def change_of_gradient(case: Case, seed: str) -> float:
    """How much the input's gradient changes when the activations at kinks are not asked for."""
    direction = {seed: random_like(case.values([seed])[seed], 11).numpy()}
    found = [
        program.run(case.binary, case.model, case.array, read, direction, [case.graph.input], options=case.options)
        for read in (case.graph.kink_tensors(seed), [seed])
    ]
    return relative_error(found[1].gradients[case.graph.input], found[0].gradients[case.graph.input])


def tangent_errors(case: Case, source: str, targets: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """For each target, the tangents' error and by how much the adjoint identity fails, as fractions."""
    graph, shapes = case.graph, case.values([source, *targets])
    vectors = torch.stack([random_like(shapes[source], 31 + index) for index in range(TANGENT_COUNT)])
    sides = graph.kink_tensors(*targets)
    tangents = program.Tangents(source, vectors.numpy(), targets)
    answer = program.run(case.binary, case.model, case.array, sides, tangents=tangents, options=case.options)
    known = {name: torch.from_numpy(value) for name, value in answer.tensors.items()}
    expected = graph.tangents(case.x, source, vectors, targets, known)
    errors = {name: relative_error(answer.tangents[name], value) for name, value in zip(targets, expected)}
    gaps = {name: adjoint_gap(case, source, vectors[0].numpy(), name, answer.tangents[name][0]) for name in targets}
    return errors, gaps


def adjoint_gap(case: Case, source: str, vector: np.ndarray, target: str, image: np.ndarray) -> float:
    """|⟨J u, v⟩ − ⟨u, Jᵀ v⟩| / ⟨J u, v⟩ for `u` the vector, `J u` its image and v near J u.

    With a v of its own the products would nearly cancel, and with v = J u what is orthogonal to it would not be
    seen: v is J u and as much again at random.
    """
    ju = image.astype(np.float64)
    noise = np.random.default_rng(41).standard_normal(ju.shape)
    v = (ju + noise * np.linalg.norm(ju) / np.linalg.norm(noise)).astype(np.float32)
    # The same tensors are read as for the tangents, so that both run at the same point.
    read = case.graph.kink_tensors(target)
    answer = program.run(case.binary, case.model, case.array, read, {target: v}, [source], options=case.options)
    left = float(np.vdot(ju, v.astype(np.float64)))
    right = float(np.vdot(vector.astype(np.float64), answer.gradients[source].astype(np.float64)))
    return abs(left - right) / max(abs(left), 1e-30)


def worst(errors: Mapping[str, float]) -> tuple[float, str]:
    """The largest error and where it is; one that is not a number counts as infinite."""
    if not errors:
        return 0.0, "-"
    name = max(errors, key=lambda key: errors[key] if errors[key] == errors[key] else float("inf"))
    return errors[name], name
