"""Where a torch network comes from: its module, and how its library prepares images for it."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import math
import os
import re
import socket
import sys
import urllib.request
import warnings
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from peers.arguments import say
from torch import nn

IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


class Refused(Exception):
    """What cannot be exported, and what to do; one line."""


@dataclass
class Source:
    """A network with what its card will say."""

    name: str
    module: nn.Module
    size: tuple[int, int] = (224, 224)  # height, width
    resize: int = 256
    keeps_aspect: bool = True
    interpolation: str = "bilinear"
    mean: list[float] = field(default_factory=lambda: list(IMAGENET_MEAN))
    std: list[float] = field(default_factory=lambda: list(IMAGENET_STD))
    channels: int = 3
    labels: list[str] = field(default_factory=list)
    origin: str = ""
    license: str = ""


def find(arguments: Namespace) -> Source:
    """The network that the command line names, in evaluation mode.

    Raises:
        Refused: There is no such library, network, function or file of weights.
    """
    kind, _, name = arguments.network.partition(":")
    if not name:
        raise Refused("give timm:NAME, torchvision:NAME, open_clip:NAME/TAG or MODULE.py:FUNCTION")
    makers = {"timm": from_timm, "torchvision": from_torchvision, "open_clip": from_open_clip}
    trained = not (arguments.untrained or arguments.weights)
    if kind in makers:
        source = makers[kind](name, trained)
    elif kind.endswith(".py"):
        source = from_file(Path(kind), name)
    else:
        raise Refused(f"there is no source {kind}; give timm:, torchvision:, open_clip: or a file MODULE.py:")
    if arguments.weights:
        load_weights(source.module, arguments.weights)
        source.origin += f", weights of {arguments.weights.name}"
    elif arguments.untrained and kind in makers:
        say("weights: random; an atlas of them shows nothing that was learned")
        source.origin += ", random weights"
    elif kind.endswith(".py"):
        say(f"weights: as {name} returns them; --weights reads others")
    adopt(source, arguments)
    source.module.eval()
    return source


def adopt(source: Source, arguments: Namespace) -> None:
    """Takes over what the command line says of the preparation of images."""
    if arguments.size:
        scale = source.resize / source.size[0]
        source.size = (arguments.size, arguments.size)
        source.resize = round(arguments.size * scale)
    source.resize = arguments.resize or source.resize
    source.interpolation = arguments.interpolation or source.interpolation
    source.mean = arguments.mean or source.mean
    source.std = arguments.std or source.std
    source.name = arguments.name or source.name
    if arguments.labels:
        try:
            source.labels = arguments.labels.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"cannot read the labels {arguments.labels}: {one_line(error)}") from None
    for words, values in (("--mean", source.mean), ("--std", source.std)):
        if len(values) != source.channels:
            raise Refused(f"{words} has {len(values)} numbers for {source.channels} channels")


def library(name: str, package: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Refused(f"{sys.executable} has no {package}: {sys.executable} -m pip install {package}") from None


def spare_retries() -> None:
    """Keeps huggingface_hub from trying for a minute where there is no network; it looks into its cache alone.

    It reads the setting when it is imported first.
    """
    if os.environ.get("HF_ENDPOINT") or urllib.request.getproxies():
        return
    try:
        socket.getaddrinfo("huggingface.co", 443)
    except OSError:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")


def from_timm(name: str, trained: bool) -> Source:
    spare_retries()
    timm = library("timm", "timm")
    network, _, tag = name.partition(".")
    is_own = ":" not in name  # not hf-hub:USER/NAME, which is a repository's
    if is_own and network not in (known := timm.list_models()):
        raise Refused(f"timm {timm.__version__} has no such network{nearest(network, known)}")
    if is_own and tag and name not in (tags := timm.list_pretrained(f"{network}.*")):
        raise Refused(f"timm has no such weights; it has {', '.join(tags) or 'none of this network'}")
    try:
        module = timm.create_model(name, pretrained=trained, exportable=True)
    except (RuntimeError, OSError, ValueError) as error:
        raise Refused(unloaded(error)) from None
    config = timm.data.resolve_data_config({}, model=module)
    channels, height, width = config["input_size"]
    mode = config.get("crop_mode", "center")
    if mode not in ("center", "squash"):
        raise Refused(
            f"its images are prepared with crop_mode {mode}, which is not supported; give --size and --resize"
        )
    # As timm.data.transforms_factory.transforms_imagenet_eval has it.
    resize = math.floor(height / config["crop_pct"])
    return Source(
        network.split("/")[-1], module, (height, width), resize, mode == "center",
        interpolation(config["interpolation"]), list(config["mean"]), list(config["std"]), channels,
        imagenet_labels(timm, module),
        origin=f"timm {timm.__version__}, {name}",
        license=(module.pretrained_cfg or {}).get("license") or "" if trained else "",
    )


def imagenet_labels(timm: ModuleType, module: nn.Module) -> list[str]:
    """The classes of ImageNet's 1,000, each with its WordNet number, where a network has as many."""
    if getattr(module, "num_classes", 0) != 1000:
        return []
    info = timm.data.ImageNetInfo()
    return [f"{number} {info.label_name_to_description(number)}" for number in info.label_names()]


def numbered(categories: list[str]) -> list[str]:
    """torchvision's categories of ImageNet with their WordNet numbers, by which folders are called; others as is.

    timm has the numbers, in the same order; without timm the categories stay as they are.
    """
    try:
        numbers = importlib.import_module("timm.data").ImageNetInfo().label_names()
    except (ImportError, AttributeError):
        return categories
    if len(categories) != len(numbers) or categories[:2] != ["tench", "goldfish"]:
        return categories
    return [f"{number} {category}" for number, category in zip(numbers, categories)]


def from_torchvision(name: str, trained: bool) -> Source:
    models = library("torchvision", "torchvision").models
    name, _, tag = name.partition("/")
    try:
        known = models.get_model_weights(name)
    except ValueError:
        raise Refused(f"torchvision has no such network{nearest(name, models.list_models())}") from None
    try:
        weights = known[tag] if tag else known.DEFAULT
    except KeyError:
        raise Refused(f"{name} has no weights {tag}; it has {', '.join(each.name for each in known)}") from None
    try:
        # Without transform_input the values that a card describes are what the network gets.
        options = {"transform_input": False} if name in ("googlenet", "inception_v3") else {}
        extra = {"aux_logits": True} if options else {}
        module = models.get_model(name, weights=weights if trained else None, **(extra if trained else options))
    except OSError as error:
        raise Refused(unloaded(error)) from None
    preset = weights.transforms()
    if not hasattr(preset, "crop_size"):
        raise Refused("it is not a network that classifies images")
    (crop,), (resize,) = preset.crop_size, preset.resize_size
    mean, std = list(preset.mean), list(preset.std)
    if getattr(module, "transform_input", False):
        # The network first goes from these values to 2 x - 1 itself: give it the same picture without that step.
        module.transform_input = False
        mean, std = [0.5] * 3, [0.5] * 3
    return Source(
        name, module, (crop, crop), resize, True, interpolation(preset.interpolation.value), mean, std,
        labels=numbered(list(weights.meta.get("categories", []))),
        origin=f"torchvision, {name}" + (f", {weights.name}" if trained else ""),
    )


class ImageTower(nn.Module):
    """The part of a CLIP network that sees images."""

    def __init__(self, visual: nn.Module) -> None:
        super().__init__()
        self.visual = visual

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        found = self.visual(image)
        return found[0] if isinstance(found, tuple) else found


def from_open_clip(name: str, trained: bool) -> Source:
    spare_retries()
    open_clip = library("open_clip", "open_clip_torch")
    name, _, tag = name.partition("/")
    if name not in (models := open_clip.list_models()):
        raise Refused(f"open_clip has no such network{nearest(name, models)}")
    if trained and not tag:
        tags = ", ".join(tag for model, tag in open_clip.list_pretrained() if model == name)
        raise Refused(f"give open_clip:{name}/TAG; its weights are {tags or 'none'}")
    try:
        network = open_clip.create_model(name, pretrained=tag if trained else None)
    except (RuntimeError, OSError) as error:
        raise Refused(unloaded(error)) from None
    config: dict[str, Any] = getattr(network.visual, "preprocess_cfg", {})
    size = config.get("size", 224)
    height, width = (size, size) if isinstance(size, int) else size
    return Source(
        name, ImageTower(network.visual), (height, width), height,
        config.get("resize_mode", "shortest") != "squash", interpolation(config.get("interpolation", "bicubic")),
        list(config.get("mean", (0.48145466, 0.4578275, 0.40821073))),
        list(config.get("std", (0.26862954, 0.26130258, 0.27577711))),
        origin=f"open_clip, {name}" + (f", {tag}" if trained else ""),
    )


def from_file(path: Path, function: str) -> Source:
    if not path.is_file():
        raise Refused(f"there is no file {path}")
    sys.path.insert(0, str(path.resolve().parent))  # its own imports
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever somebody's file throws
        raise Refused(f"{path} cannot be imported: {type(error).__name__}: {one_line(error)}") from None
    make = getattr(module, function, None)
    if not callable(make):
        names = [name for name in vars(module) if callable(getattr(module, name)) and not name.startswith("_")]
        raise Refused(f"{path} has no function {function}; it has {', '.join(names) or 'none'}")
    try:
        network = make()
    except Exception as error:
        raise Refused(f"{function} fails: {type(error).__name__}: {one_line(error)}") from None
    if not isinstance(network, nn.Module):
        raise Refused(f"{function} returns a {type(network).__name__}, not a torch.nn.Module")
    return Source(path.stem, network, channels=input_channels(network), origin=f"{path.name}, {function}") \
        if input_channels(network) == 3 else Source(
            path.stem, network, channels=1, mean=[0.5], std=[0.5], origin=f"{path.name}, {function}")


def input_channels(network: nn.Module) -> int:
    """The channels of the images that a network takes: what its first convolution has."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            return part.in_channels
    return 3


def load_weights(module: nn.Module, path: Path) -> None:
    """Loads a state dict, or the one that a checkpoint of a trainer holds.

    Raises:
        Refused: The file is none, or is of another network.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of TorchScript archives, which are refused
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise Refused(f"there is no file {path}") from None
    except Exception as error:  # a damaged file, or one that holds code
        raise Refused(f"cannot read the weights {path}: {unread(error)}") from None
    keys = ("state_dict", "model_state_dict", "model", "model_ema", "state_dict_ema", "weights")
    while isinstance(content, dict) and (held := [key for key in keys if isinstance(content.get(key), dict)]):
        others = f"; it holds {', '.join(held[1:])} as well" if held[1:] else ""
        say(f"weights: {held[0]} of {path}{others}")
        content = content[held[0]]
    if not isinstance(content, dict):
        raise Refused(f"{path} holds a {type(content).__name__}, not a state dict")
    # As DataParallel, compiled networks and Lightning put before the names.
    for prefix in ("module.", "_orig_mod.", "model."):
        if content and all(str(name).startswith(prefix) for name in content):
            content = {name[len(prefix):]: value for name, value in content.items()}
    try:
        module.load_state_dict(content)
    except RuntimeError as error:
        raise Refused(f"the weights {path} are of another network: {one_line(error)[:300]}") from None


def interpolation(name: Any) -> str:
    name = str(name).lower()
    if name in ("bilinear", "bicubic"):
        return name
    if name == "random":
        return "bilinear"
    raise Refused(f"its images are resized by {name}, which is not supported; give --interpolation")


def nearest(name: str, names: list[str]) -> str:
    """The names that are most like one that is not among them, for the end of a message."""
    near = difflib.get_close_matches(name, names, n=5, cutoff=0.5)
    return f"; near it are {', '.join(near)}" if near else ""


def unloaded(error: object) -> str:
    """Why a library's weights are not here, and the ways on without a network."""
    return (
        f"its weights cannot be loaded; give a file of them by --weights, or --untrained for random ones "
        f"({one_line(error)[:200]})"
    )


def unread(error: object) -> str:
    """Why a file of weights cannot be read; what torch says of a pickled object takes a page."""
    if pickled := re.search(r"GLOBAL (\S+)", str(error)):
        return (
            f"it holds a pickled module or object ({pickled[1]}), which would run code when loaded; "
            "save the module's state_dict() instead"
        )
    if "TorchScript" in str(error):
        return "it is a TorchScript archive; save the state_dict() of what torch.jit.load makes of it"
    if isinstance(error, OSError):
        return one_line(error)
    return f"it is damaged, or not what torch.save writes ({one_line(error)[:120]})"


def one_line(error: object) -> str:
    return " ".join(str(error).split())[:400]
