"""The icon recipe in torch: Fourier image, colors, one warp, network, direction objective, Adam."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from peers import speed  # before torch: it sets what torch reads

import torch
import torch.nn.functional as F
from torch import Tensor

# lucid's square root of the correlation of colors, divided by the norm of its largest column.
COLORS = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]]) / 0.461952
JITTERS, LAST_JITTER = (4, 4, 8, 8, 8), 2
SCALES = [0.995**i for i in range(-5, 80)] + 2 * [0.998**i for i in range(20, 40)]
ANGLES = [*range(-20, 20), *range(-10, 10), *range(-5, 5), 0, 0, 0, 0, 0]


class IconLoop:
    """A batch of icons that are optimised at once."""

    def __init__(
        self,
        network: torch.nn.Module,
        side: int,
        batch: int,
        card: dict[str, Any],
        channels: int = 512,
        channels_last: bool = False,
        half: str | None = None,
        directions: Tensor | None = None,
    ) -> None:
        """`half`: None for float32, "autocast", or "weights" for a network that is bfloat16 itself.

        `directions`: batch x channels, what the icons are optimized for; by default random ones.
        """
        torch.manual_seed(0)
        self.network, self.side, self.batch, self.half = network, side, batch, half
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        y, x = torch.fft.fftfreq(side), torch.fft.rfftfreq(side)
        frequency = (y[:, None] ** 2 + x**2).sqrt()
        self.weight = (side / frequency.clamp(min=1 / side) / 4)[..., None]
        self.spectrum = (0.01 * torch.randn(batch, 3, side, side // 2 + 1, 2)).requires_grad_()
        self.optimizer = torch.optim.Adam([self.spectrum], lr=0.05, fused=True)
        directions = torch.rand(batch, channels) if directions is None else directions
        self.unit = directions / (directions.norm(dim=1, keepdim=True) + 1e-4)
        facts = card["input"]
        order = [2, 1, 0] if facts["channels"] == "BGR" else [0, 1, 2]
        deviation = torch.tensor(facts.get("std", [1, 1, 1]), dtype=torch.float32)
        self.colors = COLORS[order]
        self.factor = (255 / deviation)[:, None, None]
        self.offset = (-torch.tensor(facts["mean"], dtype=torch.float32) / deviation)[:, None, None]
        self.border = 0.5 * self.factor + self.offset

    def transforms(self) -> Tensor:
        """Random enlarging, turning and shifting, as grid_sample takes them."""
        scale = torch.tensor(SCALES)[torch.randint(len(SCALES), (self.batch,))]
        angle = torch.tensor(ANGLES)[torch.randint(len(ANGLES), (self.batch,))] * (math.pi / 180)
        cosine, sine = angle.cos() / scale, angle.sin() / scale
        shift = sum(torch.randint(j + 1, (self.batch, 2)) - j / 2 for j in JITTERS) * (2 / self.side)
        later = (torch.randint(LAST_JITTER + 1, (self.batch, 2)) - LAST_JITTER / 2) * (2 / self.side)
        turn = torch.stack([cosine, -sine, sine, cosine], 1).view(-1, 2, 2)
        theta = torch.cat([turn, (shift[:, :, None] + turn @ later[:, :, None])], 2)
        return F.affine_grid(theta, (self.batch, 3, self.side, self.side), align_corners=False)

    def image(self) -> Tensor:
        planes = torch.fft.irfft2(torch.view_as_complex(self.spectrum * self.weight), s=(self.side, self.side))
        return torch.sigmoid(torch.einsum("ij,bjhw->bihw", self.colors, planes))

    def evoked(self, x: Tensor) -> Tensor:
        """What images, as the network takes them, evoke at the center of the layer; batch x channels."""
        x = x.contiguous(memory_format=self.format)
        context = torch.autocast("cpu", torch.bfloat16) if self.half == "autocast" else contextlib.nullcontext()
        with context:
            maps = self.network(x.bfloat16() if self.half == "weights" else x)
        return maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2].float()

    def objective(self) -> Tensor:
        x = self.image() * self.factor + (self.offset - self.border)
        x = F.grid_sample(x, self.transforms(), mode="bilinear", padding_mode="zeros", align_corners=False)
        a = self.evoked(x + self.border)
        reach = (a * self.unit).sum(1)
        cosine = reach / (a.norm(dim=1) + 1e-4)
        return reach * cosine.clamp(min=0.1) ** 4

    @torch.no_grad()
    def fidelities(self, means: Tensor) -> Tensor:
        """The cosine between what each icon evokes, as it is shown, and its cell's mean activation."""
        return F.cosine_similarity(self.evoked(self.image() * self.factor + self.offset), means)

    def step(self) -> float:
        value = self.objective().sum()
        self.optimizer.zero_grad()
        (-value).backward()
        self.optimizer.step()
        return value.item()


# A torch network's LRN, whether channels lie last, the way to bfloat16, and whether it is compiled.
Setting = tuple[str, bool, "str | None", bool]


def step_rate(maker: Callable[[], IconLoop], steps: int = 4) -> float:
    """Steps per second, of all icons of a batch together."""
    icons = maker()
    icons.step()
    icons.step()
    return icons.batch * steps / speed.seconds(lambda: [icons.step() for _ in range(steps)], 2)


def fastest_loop(
    model: Path,
    tensor: str,
    card: dict[str, Any],
    side: int,
    kinds: Sequence[str | None],
    batches: Sequence[int],
    say: Callable[[str], None],
    compile: bool = False,
) -> tuple[str, Callable[..., IconLoop]]:
    """The fastest of layouts and ways to bfloat16, then of batches; what makes it takes a batch and directions."""

    def network(lrn: str, last: bool, kind: str | None, compiled: bool) -> torch.nn.Module:
        result = speed.trunk(model, tensor, lrn, last)
        result = result.bfloat16() if kind == "weights" else result
        return torch.compile(result) if compiled else result

    def maker(key: Setting, batch: int) -> Callable[..., IconLoop]:
        def make(batch: int = batch, directions: Tensor | None = None) -> IconLoop:
            return IconLoop(
                network(*key), side, batch, card, channels_last=key[1], half=key[2], directions=directions
            )

        return make

    def name(key: Setting, batch: int) -> str:
        lrn, last, kind, compiled = key
        return speed.label(lrn, last, batch) + (f", bf16 {kind}" if kind else "") + (", compiled" if compiled else "")

    keys = [(*layout, kind, False) for layout in speed.layouts() for kind in kinds]
    best, _, _ = speed.fastest({name(key, 16): maker(key, 16) for key in keys}, step_rate, say)
    key = next(key for key in keys if name(key, 16) == best)
    keys = [key] + ([(*key[:3], True)] if compile else [])
    candidates = {name(key, batch): maker(key, batch) for key in keys for batch in batches}
    best, make, _ = speed.fastest(candidates, step_rate, say)
    return best, make
