"""From image files to rows of activations in an HDF5 file, as one would write it in Python."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from peers.environment import processors
from PIL import Image

Card = dict[str, Any]  # a model card
Forward = Callable[[np.ndarray], np.ndarray]


def decoded(path: Path, card: Card) -> np.ndarray:
    """The network's input of one image, 3 x h x w, as the model card says."""
    facts = card["input"]
    with Image.open(path) as picture:
        picture = picture.convert("RGB")
    width, height = facts["resize"]["to"][::-1]
    picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    rows, columns = facts["size"]
    left, top = (width - columns) // 2, (height - rows) // 2
    values = np.asarray(picture.crop((left, top, left + columns, top + rows)), np.float32)
    if facts["channels"] == "BGR":
        values = values[:, :, ::-1]
    values = (values - np.float32(facts["mean"])) / np.float32(facts.get("std", [1, 1, 1]))
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def batches(paths: Sequence[Path], card: Card, batch: int) -> Iterator[np.ndarray]:
    """Decodes on all processors, two batches ahead of the network."""
    with ThreadPoolExecutor(processors()) as pool:
        waiting, rest = collections.deque(), iter(paths)

        def ask(count: int) -> None:
            for _, path in zip(range(count), rest):
                waiting.append(pool.submit(decoded, path, card))

        ask(2 * batch)
        while waiting:
            inputs = [waiting.popleft().result() for _ in range(min(batch, len(waiting)))]
            ask(batch)
            yield np.stack(inputs)


def extract(paths: Sequence[Path], card: Card, forward: Forward, batch: int, positions: int, output: Path) -> float:
    """Samples positions of each image, border rows and columns left out, and writes them as rows.

    `forward` takes and gives arrays. Returns images per second, from the first file to the closed result.
    """
    random = np.random.default_rng(0)
    start, rows = time.perf_counter(), None
    with h5py.File(output, "w") as file:
        done = 0
        for inputs in batches(paths, card, batch):
            maps = forward(inputs)
            count, channels, height, width = maps.shape
            inner = (height - 2) * (width - 2)
            if rows is None:
                rows = file.create_dataset("activations", (len(paths) * positions, channels), np.float32)
            chosen = np.argsort(random.random((count, inner)), 1)[:, :positions]
            y, x = chosen // (width - 2) + 1, chosen % (width - 2) + 1
            picked = maps[np.arange(count)[:, None], :, y, x]
            rows[done : done + count * positions] = picked.reshape(-1, channels)
            done += count * positions
    return len(paths) / (time.perf_counter() - start)


def torch_forward(network: torch.nn.Module, channels_last: bool) -> Forward:
    def forward(inputs: np.ndarray) -> np.ndarray:
        x = torch.from_numpy(inputs)
        if channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            return network(x).numpy()

    return forward


def onnxruntime_forward(model: Path, tensor: str, folder: Path) -> Forward:
    """A session of the network cut at a tensor, with a free batch."""
    import onnx
    import onnxruntime

    whole = onnx.load(model)
    name = whole.graph.input[0].name
    for value in [*whole.graph.input, *whole.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    del whole.graph.value_info[:]
    onnx.save(whole, folder / "whole.onnx")
    onnx.utils.extract_model(str(folder / "whole.onnx"), str(folder / "cut.onnx"), [name], [tensor])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = processors()
    session = onnxruntime.InferenceSession(folder / "cut.onnx", options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run([tensor], {name: inputs})[0]
