"""From a torch network to the files of an atlas: ONNX, card, labels, and what was checked."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tempfile
import warnings
from argparse import Namespace
from pathlib import Path

import numpy as np
import onnx
import torch
from export.sources import Refused, Source, find, one_line
from peers import program
from peers.arguments import say
from peers.environment import ROOT
from PIL import Image
from torch import nn
from torchvision.transforms import functional as F
from torchvision.transforms import InterpolationMode


def export(arguments: Namespace) -> list[str]:
    """Exports, checks, and puts the files in place.

    Returns: What to tell the user: where the files are, how the check went, the next command.
    Raises:
        Refused: Something does not work; no file is then in place.
    """
    torch.manual_seed(0)
    source = find(arguments)
    folder = arguments.output or ROOT / "Data/models" / source.name
    say(f"{source.origin}: {source.size[0]} x {source.size[1]} pixels, resized to {source.resize}, "
        f"{source.interpolation}")
    with tempfile.TemporaryDirectory(prefix="atlas-export-") as work:
        model = Path(work) / f"{source.name}.onnx"
        image = prepared(source, arguments.picture)
        module_outputs(source.module, image)  # what torch cannot run is not exported
        exporter = convert(source, model, image, arguments.exporter)
        outputs = [value.name for value in onnx.load(model, load_external_data=False).graph.output]
        card = card_of(source, outputs)
        report = check(source, model, card, image, arguments)
        write_card(card, source, Path(work))
        folder.mkdir(parents=True, exist_ok=True)
        # The network last: where it is, its card is.
        for path in sorted(Path(work).iterdir(), key=lambda path: path == model):
            shutil.move(path, folder / path.name)
    path = folder / model.name
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    words = shlex.quote(f"MODEL={shown}")
    layer = shlex.quote(f"LAYER={report.pop()}")
    return [
        *report, f"{shown}, by torch's exporter {exporter}, with its card", "",
        "next:", f"  make layers {words}",
        f"  make atlas {words} DATASET=photos {layer} RECIPE=quick",
    ]


def prepared(source: Source, picture: Path) -> torch.Tensor:
    """A picture as torchvision prepares it for the network, 1 x channels x height x width."""
    try:
        image = Image.open(picture).convert("L" if source.channels == 1 else "RGB")
    except OSError as error:
        raise Refused(f"cannot read {picture}: {error}") from None
    mode = InterpolationMode(source.interpolation)
    size = source.resize if source.keeps_aspect else list(source.size)
    image = F.center_crop(F.resize(image, size, mode, antialias=True), list(source.size))
    return F.normalize(F.to_tensor(image), source.mean, source.std).unsqueeze(0)


def convert(source: Source, model: Path, image: torch.Tensor, exporter: str) -> str:
    """Writes the ONNX file by the exporter asked for, or by the first that works; returns its name."""
    problems = []
    for name in ("script", "dynamo") if exporter == "auto" else (exporter,):
        options = {"dynamo": True} if name == "dynamo" else {"dynamo": False, "opset_version": 17}
        try:
            with warnings.catch_warnings(), torch.no_grad():
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    source.module, (image,), str(model), input_names=["input"], output_names=["logits"],
                    **options,
                )
            onnx.checker.check_model(str(model))
            return name
        except Exception as error:  # exporters raise whatever they meet
            problems.append(f"{name}: {one_line(error)}")
    raise Refused(f"torch cannot export it ({'; '.join(problems)[:600]})")


def card_of(source: Source, outputs: list[str]) -> dict:
    height, width = source.size
    resize = {"keep_aspect": source.keeps_aspect, "filter": source.interpolation}
    resize["to"] = [source.resize, source.resize] if source.keeps_aspect else [height, width]
    card = {
        "name": source.name,
        "input": {
            "name": "input", "size": [height, width], "resize": resize, "crop": "center",
            "channels": "RGB" if source.channels == 3 else "gray", "range": [0, 1],
            "mean": source.mean, "std": source.std,
        },
        "source": source.origin,
    }
    if source.license:
        card["license"] = source.license
    if source.labels:
        card |= {"labels": "labels.txt", "logits": outputs[0]}
    return card


def write_card(card: dict, source: Source, folder: Path) -> None:
    if source.labels:
        (folder / "labels.txt").write_text("\n".join(source.labels) + "\n", encoding="utf-8")
    (folder / f"{source.name}.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


# The check --------------------------------------------------------------------------------------------


def check(source: Source, model: Path, card: dict, image: torch.Tensor, arguments: Namespace) -> list[str]:
    """Holds the program's tensors against the outputs of torch's modules on a picture, its negative and noise.

    Three images, since an exporter may fix a choice that depends on the image it was given. Modules whose output
    is found among the tensors become aliases in the card: by value, so that no name is taken on trust.

    Returns: What was found, and last a layer to begin with.
    """
    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(0))
    images = {"the picture": image, "its negative": -image, "noise": noise}
    expected = {name: module_outputs(source.module, given) for name, given in images.items()}
    values, logits = expected["the picture"]
    tensors = list_tensors(arguments.program, model)
    wanted = {tuple(value.shape) for value in values.values()}
    read = [name for name, shape in tensors if tuple(shape) in wanted or name == card.get("logits")]
    outputs = [value.name for value in onnx.load(model, load_external_data=False).graph.output]
    read += [name for name in outputs[:1] if name not in read]
    errors, equals = [], {path: list(read) for path in values}
    for name, given in images.items():
        try:
            found = program.run(arguments.program, model, given.numpy(), read).tensors
        except (program.Unsupported, program.Failed) as problem:
            raise Refused(f"the program cannot run it: {problem}") from None
        others, output = expected[name]
        errors.append(difference(found[outputs[0]], output))
        if not errors[-1] <= arguments.tolerance:
            fixed = "; torch's exporter fixes what Python decides by an image's values" if len(errors) > 1 else ""
            raise Refused(
                f"the program's output for {name} differs from torch's by {errors[-1]:.1e} of the largest value{fixed}"
            )
        for path, left in equals.items():
            value = others.get(path)
            equals[path] = [
                each for each in left if value is not None and difference(found[each], value) < arguments.tolerance
            ]
    aliases = {path: tensor_of(path, names) for path, names in equals.items() if names}
    card["layers"] = {path: name for path, name in aliases.items() if path != name}
    layer = layer_to_begin_with(source.module, [path for path in aliases if has_positions(values[path])])
    layer = layer or next(iter(aliases), outputs[0])
    report = [
        f"checked on {arguments.picture.name}, its negative and noise: output within {max(errors):.1e} of torch's, "
        f"{len(aliases)} of {len(values)} module outputs found among the tensors and named in the card",
    ]
    if difference(logits, expected["noise"][1]) < arguments.tolerance:
        report.append("warning: its output hardly depends on the image; is it trained?")
    return [*report, layer]


def has_positions(value: np.ndarray) -> bool:
    """Whether it is a map, or tokens, of some size."""
    return min(value.shape[2:]) > 3 if value.ndim == 4 else value.ndim == 3 and value.shape[1] > 9


def layer_to_begin_with(module: nn.Module, paths: list[str]) -> str | None:
    """The one of some modules' paths that lies next to two thirds of the way through the network.

    Blocks that follow each other are preferred to the branches of one, and all to what pools, normalizes or drops.
    """
    blocks = [path for path in paths if not is_helper(module, path)]
    trunk = [path for path in blocks if in_trunk(module, path)]
    rows = [path for path in blocks if isinstance(parent(module, path), CONTAINERS)]
    # With few parts of its own, as a wrapper of a transformer has, the rows within these are its blocks.
    groups = [trunk, rows, blocks] if len(trunk) > 3 else [rows, trunk, blocks]
    chosen = next((group for group in groups if group), None)
    if chosen is None:
        return None
    depth = depths(module)
    deepest = max(depth[path] for path in chosen)
    # The last of equals: an activation rather than the convolution before it.
    return min(reversed(chosen), key=lambda path: abs(depth[path] - 2 / 3 * deepest))


CONTAINERS = (nn.Sequential, nn.ModuleList)
HELPERS = re.compile("pool|norm|act|drop|flatten", re.IGNORECASE)


def is_helper(module: nn.Module, path: str) -> bool:
    part = module.get_submodule(path)
    kind = "" if any(True for _ in part.children()) else type(part).__name__  # not Conv2dNormActivation
    return bool(HELPERS.search(path.rpartition(".")[2]) or HELPERS.search(kind)) or isinstance(part, nn.Identity)


def parent(module: nn.Module, path: str) -> nn.Module:
    return module.get_submodule(path.rpartition(".")[0])


def in_trunk(module: nn.Module, path: str) -> bool:
    """Whether a module is a part of the network itself, or stands in rows of modules alone."""
    return "." not in path or (
        isinstance(parent(module, path), CONTAINERS) and in_trunk(module, path.rpartition(".")[0])
    )


def depths(module: nn.Module) -> dict[str, int]:
    """How many modules with weights there are up to the end of each module."""
    found: dict[str, int] = {}
    count = 0
    for path, part in module.named_modules():
        count += any(True for _ in part.parameters(recurse=False))
        while path:
            found[path] = count
            path = path.rpartition(".")[0]
    return found


def tensor_of(path: str, equal: list[str]) -> str:
    """Which of equal tensors is a module's output.

    The last of those that the exporter named by the module, as in `/layer3/layer3.1/…`; blocks that begin as
    the identity have equal outputs. Without such names the first: what follows it does nothing in evaluation.
    """
    scope = "/".join([*(path.rsplit(".", depth)[0] for depth in range(path.count("."), 0, -1)), path])
    own = [name for name in equal if name.startswith(f"/{scope}/")]
    return own[-1] if own else equal[0]


def module_outputs(module: nn.Module, image: torch.Tensor) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What blocks of the network make of an image, by module path, and its output.

    Blocks are modules that have parts, and the parts of the network itself or of its rows: layer3, layer3.1, conv1,
    features.12.

    Raises:
        Refused: It does not take the image, or returns no tensor.
    """
    values: dict[str, np.ndarray] = {}
    hooks = []
    for path, part in module.named_modules():
        if path and (any(True for _ in part.children()) or in_trunk(module, path)):
            hooks.append(part.register_forward_hook(
                lambda _part, _inputs, output, path=path: keep(values, path, output)))
    try:
        with torch.no_grad():
            output = module(image)
    except Exception as error:  # whatever a module of one's own throws
        raise Refused(f"it does not take images of {list(image.shape)}: {one_line(error)}; give --size") from None
    for hook in hooks:
        hook.remove()
    # Several outputs are taken in their order, those of a dictionary too.
    while isinstance(output, (tuple, list, dict)) and output:
        output = next(iter(output.values() if isinstance(output, dict) else output))
    if not isinstance(output, torch.Tensor):
        raise Refused(f"it returns a {type(output).__name__}, not a tensor; give a module that returns one")
    return values, output.numpy()


def keep(values: dict[str, np.ndarray], path: str, output: object) -> None:
    # What is used in several places has no one output; a copy, since ReLUs may work in place.
    if path in values:
        values.pop(path)
    elif isinstance(output, torch.Tensor) and output.ndim in (2, 3, 4) and output.is_floating_point():
        values[path] = output.detach().clone().numpy()


def list_tensors(binary: Path, model: Path) -> list[tuple[str, list[int]]]:
    done = subprocess.run([binary, "summary", model, "--json"], capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"the program cannot read it: {program.last_line(done.stderr)}")
    return [(entry["name"], entry["shape"]) for entry in json.loads(done.stdout)]


def difference(found: np.ndarray, value: np.ndarray) -> float:
    """The largest difference, relative to the largest value."""
    if found.size != value.size or found.shape != value.shape:
        return float("inf")
    return float(np.abs(found - value).max() / max(float(np.abs(value).max()), 1e-30))
