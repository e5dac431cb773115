"""Tests of what export-network decides: python3 -m unittest Scripts/tests/test_export.py

Without torch, torchvision, onnx and Pillow they are skipped.
"""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from argparse import Namespace
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # no __pycache__ among the sources
SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))
ABLE = all(importlib.util.find_spec(name) for name in ("torch", "torchvision", "onnx", "PIL", "h5py"))
if ABLE:
    import torch
    from export import conversion, sources
    from torch import nn


class Program(unittest.TestCase):
    def test_a_missing_program_is_told_before_anything_else(self):
        done = subprocess.run(
            [sys.executable, SCRIPTS / "export-network", "timm:none", "--program", "/none"],
            capture_output=True, text=True,
        )
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            done.stderr, "export-network: there is no program /none to check with: make build, or give --program\n"
        )


@unittest.skipUnless(ABLE, "needs torch, torchvision, onnx, h5py and Pillow")
class Layers(unittest.TestCase):
    def proposed(self, module, side=64):
        values, _ = conversion.module_outputs(module.eval(), torch.zeros(1, 3, side, side))
        paths = [path for path, value in values.items() if conversion.has_positions(value)]
        return conversion.layer_to_begin_with(module, paths)

    def test_activations_of_a_plain_row_come_before_convolutions_and_pools(self):
        row = [
            part for number in range(6)
            for part in (nn.Conv2d(3 if number == 0 else 8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        ]
        self.assertEqual(self.proposed(nn.Sequential(*row, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8192, 2))), "11")

    def test_blocks_of_tokens_come_before_their_embedding(self):
        class Transformer(nn.Module):
            def __init__(self):
                super().__init__()
                self.patch_embed = nn.Sequential(nn.Conv2d(3, 16, 8, 8), nn.Flatten(2))
                self.pos_drop = nn.Dropout()
                self.blocks = nn.Sequential(*(nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 16)) for _ in range(12)))
                self.norm = nn.LayerNorm(16)

            def forward(self, image):
                return self.norm(self.blocks(self.pos_drop(self.patch_embed(image).transpose(1, 2)))).mean(1)

        self.assertEqual(self.proposed(Transformer()), "blocks.7")

    def test_a_wrapper_of_rows_gives_one_of_their_blocks(self):
        class Tower(nn.Module):
            def __init__(self):
                super().__init__()
                self.visual = nn.Module()
                self.visual.stem = nn.Conv2d(3, 8, 3)
                self.visual.resblocks = nn.ModuleList(nn.Sequential(nn.Conv2d(8, 8, 3), nn.ReLU()) for _ in range(6))

            def forward(self, image):
                image = self.visual.stem(image)
                for block in self.visual.resblocks:
                    image = block(image)
                return image.mean((2, 3))

        self.assertEqual(self.proposed(Tower()), "visual.resblocks.3")


@unittest.skipUnless(ABLE, "needs torch, torchvision, onnx, h5py and Pillow")
class Weights(unittest.TestCase):
    def refusal(self, content):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "best.pth"
            path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
            with self.assertRaises(sources.Refused) as refused:
                sources.load_weights(nn.Conv2d(3, 8, 3), path)
        return str(refused.exception)

    def test_a_pickled_module_is_not_run(self):
        said = self.refusal(nn.Conv2d(3, 8, 3))
        self.assertIn("holds a pickled module or object (torch.nn.modules.conv.Conv2d)", said)
        self.assertTrue(said.endswith("save the module's state_dict() instead"))

    def test_a_damaged_file_is_called_so(self):
        self.assertIn("it is damaged, or not what torch.save writes", self.refusal(b"hello"))

    def test_the_origin_says_random_weights(self):
        arguments = Namespace(
            network="torchvision:squeezenet1_1", weights=None, untrained=True, size=None, resize=None,
            interpolation=None, mean=None, std=None, name=None, labels=None,
        )
        with mock.patch.object(sources, "say") as said:
            source = sources.find(arguments)
        self.assertEqual(source.origin, "torchvision, squeezenet1_1, random weights")
        self.assertIn("random", said.call_args.args[0])
        if importlib.util.find_spec("timm"):
            self.assertEqual([source.labels[0], source.labels[-1]], ["n01440764 tench", "n15075141 toilet tissue"])


if __name__ == "__main__":
    unittest.main()
