"""The icon recipe in torch: Fourier image, colors, one warp, network, direction objective, Adam."""

from __future__ import annotations

import contextlib
import math
from typing import Any

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
    ) -> None:
        """`half`: None for float32, "autocast", or "weights" for a network that is bfloat16 itself."""
        torch.manual_seed(0)
        self.network, self.side, self.batch, self.half = network, side, batch, half
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        y, x = torch.fft.fftfreq(side), torch.fft.rfftfreq(side)
        frequency = (y[:, None] ** 2 + x**2).sqrt()
        self.weight = (side / frequency.clamp(min=1 / side) / 4)[..., None]
        self.spectrum = (0.01 * torch.randn(batch, 3, side, side // 2 + 1, 2)).requires_grad_()
        self.optimizer = torch.optim.Adam([self.spectrum], lr=0.05, fused=True)
        direction = torch.rand(batch, channels)
        self.unit = direction / (direction.norm(dim=1, keepdim=True) + 1e-4)
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

    def objective(self) -> Tensor:
        x = self.image() * self.factor + (self.offset - self.border)
        x = F.grid_sample(x, self.transforms(), mode="bilinear", padding_mode="zeros", align_corners=False)
        x = (x + self.border).contiguous(memory_format=self.format)
        context = torch.autocast("cpu", torch.bfloat16) if self.half == "autocast" else contextlib.nullcontext()
        with context:
            maps = self.network(x.bfloat16() if self.half == "weights" else x)
        a = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2].float()
        reach = (a * self.unit).sum(1)
        cosine = reach / (a.norm(dim=1) + 1e-4)
        return reach * cosine.clamp(min=0.1) ** 4

    def step(self) -> float:
        value = self.objective().sum()
        self.optimizer.zero_grad()
        (-value).backward()
        self.optimizer.step()
        return value.item()
