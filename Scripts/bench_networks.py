#!/usr/bin/env python3
"""Measures a forward pass of fifty classification networks, by the project and by onnxruntime, on one thread.

The networks are torchvision's and timm's with random weights, exported to ONNX; one more is rewritten with
channels last, as converters from TensorFlow leave it. Both run the same file on one image, in turn, and the
best pass of all counts: what else runs on the machine only adds time.

    python3 Scripts/bench_networks.py [--networks resnet18,mobileone_s1] [--rounds 3] [--other PROGRAM]

Needs the packages of Scripts/prepare-python peers. The files are kept in Data/work/networks; the result is
printed and kept in Data/work/bench_networks.json.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, ROOT, fail

PEERS.require("torch", "torchvision", "timm", "onnx", "onnxruntime", "numpy")

import numpy as np
import onnx
import onnxruntime
import torch

from peers import program
from peers.arguments import load_before, parser_of, say
from peers.channels_last import channels_last
from peers.table import table

VISION = """
    alexnet convnext_tiny densenet121 efficientnet_b0 googlenet inception_v3 mnasnet1_0 mobilenet_v2
    mobilenet_v3_large mobilenet_v3_small regnet_x_400mf regnet_y_400mf resnet18 resnet50 resnext50_32x4d
    shufflenet_v2_x1_0 squeezenet1_1 vgg11 vgg16_bn vit_b_16 wide_resnet50_2
""".split()
TIMM = """
    cait_xxs24_224 coatnet_nano_rw_224 convmixer_768_32 cspdarknet53 deit_tiny_patch16_224 dla34
    edgenext_small efficientformer_l1 fastvit_t8 ghostnet_100 hardcorenas_a hrnet_w18_small inception_v4
    levit_128s mambaout_femto mixer_s32_224 mobilenetv4_conv_small mobileone_s1 mobilevit_s nfnet_l0
    pit_ti_224 poolformer_s12 rdnet_tiny repvgg_a0 res2net50_26w_4s resnetv2_50 rexnet_100 seresnet50
    swin_tiny_patch4_window7_224 tf_efficientnet_b0 xcit_nano_12_p16_224
""".split()
LAST = {"mobilenet_v3_large_last": "mobilenet_v3_large"}  # with channels last
SIZES = {"inception_v3": 299, "inception_v4": 299}


def made(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    if name in TIMM:
        import timm

        return timm.create_model(name, pretrained=False).eval()
    import torchvision

    extra = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    return torchvision.models.get_model(name, weights=None, **extra).eval()


def exported(name: str, folder: Path) -> Path:
    """The network's ONNX file, for one image; made where it is not there yet."""
    path = folder / f"{name}.onnx"
    if path.exists():
        return path
    part = path.with_suffix(".part")
    if name in LAST:
        onnx.save(channels_last(onnx.load(exported(LAST[name], folder))), part)
    else:
        size = SIZES.get(name, 224)
        silent = io.StringIO()
        with warnings.catch_warnings(), contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
            warnings.simplefilter("ignore")
            torch.onnx.export(
                made(name), (torch.zeros(1, 3, size, size),), part, dynamo=False, opset_version=17,
                input_names=["input"], output_names=["logits"],
            )
    os.replace(part, path)
    return path


def project_seconds(binary: Path, path: Path, size: int, repetitions: int) -> float:
    """The best whole pass; NaN, and a line, where the program does not run the network."""
    command = [
        binary, "profile", path, "--layer", "logits", "--size", size, "--repetitions", repetitions, "--threads", 1,
        "--quiet",
    ]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        say(f"{path.stem}: {program.last_line(done.stderr)}")
        return math.nan
    return float(program.last_line(done.stdout).split()[-2]) / 1e3


def session_of(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def runtime_seconds(session: onnxruntime.InferenceSession, image: np.ndarray, repetitions: int) -> float:
    best = math.inf
    for _ in range(repetitions):
        start = time.perf_counter()
        session.run(None, {session.get_inputs()[0].name: image})
        best = min(best, time.perf_counter() - start)
    return best


def least(values: list[float]) -> float:
    return min(values) if not any(map(math.isnan, values)) else math.nan


def compared(name: str, options: argparse.Namespace) -> dict[str, float]:
    """The milliseconds of everybody's best pass."""
    path, size = exported(name, options.folder), SIZES.get(name, 224)
    session = session_of(path)
    image = np.random.default_rng(0).standard_normal((1, 3, size, size)).astype(np.float32)
    seconds: dict[str, list[float]] = {who: [] for who in [*options.programs, "onnxruntime"]}
    for _ in range(options.rounds):
        for who, binary in options.programs.items():
            seconds[who].append(project_seconds(binary, path, size, options.repetitions))
        seconds["onnxruntime"].append(runtime_seconds(session, image, options.repetitions))
    return {who: 1e3 * least(values) for who, values in seconds.items()}


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    every = [*VISION, *TIMM, *LAST]
    parser.add_argument("--networks", help=f"of {', '.join(every)}; all by default")
    parser.add_argument("--rounds", type=int, default=3, help="turns of everybody (3)")
    parser.add_argument("--repetitions", type=int, default=8, help="passes in a turn (8)")
    parser.add_argument("--program", default=program.PROGRAM, help="atlas-network (.build/release/atlas-network)")
    parser.add_argument("--other", help="another build of atlas-network, to be measured beside it")
    parser.add_argument("--output", type=Path, default=ROOT / "Data/work/bench_networks.json", help="file of the numbers")
    options = parser.parse_args()
    options.chosen = options.networks.split(",") if options.networks else every
    if unknown := sorted(set(options.chosen) - set(every)):
        fail(f"there is no network {', '.join(unknown)}; there are {', '.join(every)}")
    for name in ("rounds", "repetitions"):
        if getattr(options, name) < 1:
            fail(f"--{name} must be at least 1")
    options.programs = {"project": program.find(options.program)}
    if options.other:
        options.programs["other"] = program.find(options.other)
    options.folder = ROOT / "Data/work/networks"
    options.folder.mkdir(parents=True, exist_ok=True)
    return options


def main() -> int:
    options = arguments()
    torch.set_num_threads(1)
    numbers: dict[str, float] = {"load_before": load_before()}
    rows, ratios = [], {who: [] for who in options.programs}
    for name in options.chosen:
        try:
            times = compared(name, options)
        except Exception as error:
            say(f"{name}: left out, {type(error).__name__}: {' '.join(str(error).split())[:200]}")
            continue
        row: list[object] = [name, f"{times['onnxruntime']:.2f}"]
        for who in options.programs:
            ratio = times["onnxruntime"] / times[who]
            ratios[who].append(ratio)
            row += [f"{times[who]:.2f}", f"{ratio:.2f}"]
            numbers[f"{name}_{who}_ratio"] = ratio
        numbers |= {f"{name}_{who}_ms": value for who, value in times.items()}
        rows.append(row)
        say("  ".join(map(str, row)))
    print(table(["network", "onnxruntime ms", *(w for who in options.programs for w in (f"{who} ms", "speed"))], rows))
    for who, values in ratios.items():
        known = [value for value in values if not math.isnan(value)]
        if known:
            numbers[f"median_{who}_ratio"] = statistics.median(known)
            print(f"{who}: median {statistics.median(known):.2f} of onnxruntime's speed, least {min(known):.2f}")
    print(f"onnxruntime {onnxruntime.__version__}, one thread, one image, load {numbers['load_before']:.1f} before")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    part = options.output.with_name(options.output.name + ".part")
    kept = {key: None if math.isnan(value) else round(value, 4) for key, value in numbers.items()}
    part.write_text(json.dumps(kept, indent=2) + "\n")
    os.replace(part, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
