"""Classification networks with random weights that behave, and their ONNX files."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn

VISION = {
    "alexnet": "alexnet", "googlenet": "googlenet", "inception_v3": "inception_v3",
    "vgg11": "vgg11", "vgg16_bn": "vgg16_bn",
    "resnet18": "resnet18", "resnet50": "resnet50", "resnext50": "resnext50_32x4d",
    "wide_resnet50": "wide_resnet50_2",
    "squeezenet1_0": "squeezenet1_0", "squeezenet1_1": "squeezenet1_1", "densenet121": "densenet121",
    "mobilenet_v2": "mobilenet_v2", "mobilenet_v3_small": "mobilenet_v3_small",
    "mobilenet_v3_large": "mobilenet_v3_large",
    "efficientnet_b0": "efficientnet_b0", "efficientnet_v2_s": "efficientnet_v2_s",
    "shufflenet_v2": "shufflenet_v2_x1_0", "regnet_x": "regnet_x_400mf", "regnet_y": "regnet_y_400mf",
    "mnasnet": "mnasnet1_0", "convnext_tiny": "convnext_tiny", "vit_b_16": "vit_b_16",
}
TIMM = {
    "timm_resnet26d": "resnet26d", "timm_tf_efficientnet_b0": "tf_efficientnet_b0",
    "timm_vit_tiny": "vit_tiny_patch16_224", "timm_resnetv2_50": "resnetv2_50", "timm_mixer_s32": "mixer_s32_224",
    "timm_repvgg_a0": "repvgg_a0", "timm_mobilenetv4": "mobilenetv4_conv_small",
    "timm_mobileone_s0": "mobileone_s0", "timm_efficientformer_l1": "efficientformer_l1",
    "timm_levit_128s": "levit_128s", "timm_inception_v4": "inception_v4", "timm_dla34": "dla34",
    "timm_res2net50": "res2net50_26w_4s", "timm_seresnet50": "seresnet50", "timm_cspdarknet53": "cspdarknet53",
    "timm_botnet26t": "botnet26t_256",
}
SIZE, SIZES = 224, {"inception_v3": 299, "timm_inception_v4": 299, "timm_botnet26t": 256}


def make(name: str) -> nn.Module:
    """The network as its makers set it up, with random weights."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in TIMM:
            import timm

            return timm.create_model(TIMM[name], pretrained=False)
        extra = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
        network = torchvision.models.get_model(VISION[name], weights=None, **extra)
    if name in ("googlenet", "inception_v3"):  # whose trained forms drop these
        network.aux_logits = False
        for part in ("aux1", "aux2", "AuxLogits"):
            if hasattr(network, part):
                setattr(network, part, None)
    return network


def smooth_images(size: int, count: int = 2, seed: int = 0) -> np.ndarray:
    """Smooth blobs, edges and a little noise about ImageNet's normalized range, count x 3 x size x size."""
    random = np.random.default_rng(seed)
    image = np.zeros((count, 3, size, size))
    for cells in (2, 4, 8, 16, 32, 64):
        coarse = random.standard_normal((count, 3, cells + 1, cells + 1)) * cells**-0.6
        image += nn.functional.interpolate(
            torch.tensor(coarse), (size, size), mode="bilinear", align_corners=True
        ).numpy()
    y, x = np.mgrid[:size, :size] / size
    for index in range(count):
        angle, place = random.uniform(0, np.pi), random.uniform(0.3, 0.7)
        beyond = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) > place - 0.5
        image[index] += beyond * random.uniform(-1, 1, (3, 1, 1))
    image += 0.05 * random.standard_normal(image.shape)
    return (image / image.std()).astype(np.float32)


def take_statistics(norm: nn.modules.batchnorm._BatchNorm, inputs: tuple[torch.Tensor, ...]) -> None:
    """Gives a batch norm the statistics of its input, disturbed; silent channels are not blown up."""
    others = [0, *range(2, inputs[0].dim())]
    variance, mean = torch.var_mean(inputs[0], others, correction=0)
    variance = variance.clamp(min=0.01 * float(variance.mean()))
    norm.running_mean.copy_(mean + 0.2 * variance.sqrt() * torch.randn_like(mean))
    norm.running_var.copy_(variance * torch.empty_like(variance).uniform_(0.8, 1.5))


def make_gradient_dense(norm: nn.Module, inputs: object, output: torch.Tensor) -> None:
    """Works around torch's batch norm, whose gradient at inference is wrong for one that is spread in memory.

    Behind a convolution, with the gradient of a mean over tokens (`norm(conv(x)).flatten(2).mean(2)` and the like),
    torch 2.15 on a processor gives gradients that central differences in float64 contradict: those of LeViT and
    EfficientFormer are off by several times the largest. With the same numbers in dense memory they are right.
    """
    if output.requires_grad:
        output.register_hook(torch.Tensor.contiguous)


@torch.no_grad()
def behave(network: nn.Module, size: int) -> nn.Module:
    """Random weights under which activations neither vanish nor explode, and no layer is an identity.

    Layers without a norm after them keep the variance; norms get random factors and shifts; batch norm's
    statistics are those of images, disturbed, as another data set's would be.
    """
    torch.manual_seed(1)
    norms = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.normal_(module.bias, std=0.1)
        elif isinstance(module, norms) and module.weight is not None:
            nn.init.uniform_(module.weight, 0.6, 1.4)
            nn.init.normal_(module.bias, std=0.2)
    for label, parameter in network.named_parameters():
        leaf = label.rsplit(".", 1)[-1]
        if leaf in ("layer_scale", "gamma"):
            nn.init.uniform_(parameter, 0.2, 0.5)
        elif leaf in ("pos_embedding", "pos_embed", "class_token", "cls_token", "attention_biases"):
            nn.init.normal_(parameter, std=0.5)
    network.eval()
    # Norm after norm: each sees what the disturbed ones before it give.
    batch_norms = [module for module in network.modules() if isinstance(module, norms[0])]
    hooks = [norm.register_forward_pre_hook(take_statistics) for norm in batch_norms]
    # With the images of the comparison among them: deep in a network, others may lie far outside.
    network(torch.from_numpy(np.concatenate([smooth_images(size), smooth_images(size, 6, seed=7)])))
    for hook in hooks:
        hook.remove()
    for norm in batch_norms:
        norm.register_forward_hook(make_gradient_dense)
    return network


def export(
    network: nn.Module, path: Path, size: int, exporter: str, opset: int | None = None, keep_norms: bool = False
) -> None:
    """Writes the ONNX file, batch free, with torch's exporter by TorchScript or by dynamo."""
    x = torch.from_numpy(smooth_images(size))
    common = {"input_names": ["input"], "output_names": ["logits"], "opset_version": opset}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    silent = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
        warnings.simplefilter("ignore")
        if exporter == "dynamo":
            batch = ({0: torch.export.Dim("batch")},)
            torch.onnx.export(network, (x,), path, dynamo=True, dynamic_shapes=batch, verbose=False, **common)
        else:
            # In this mode batch norms stay nodes of their own; otherwise they are folded into convolutions.
            mode = torch.onnx.TrainingMode.PRESERVE if keep_norms else torch.onnx.TrainingMode.EVAL
            axes = {"input": {0: "batch"}, "logits": {0: "batch"}}
            torch.onnx.export(
                network, (x,), path, dynamo=False, dynamic_axes=axes, training=mode,
                do_constant_folding=not keep_norms, **common,
            )
