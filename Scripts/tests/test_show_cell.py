"""Tests of Examples/show_cell.py: python3 -m unittest Scripts/tests/test_show_cell.py

Without h5py, numpy and Pillow they are skipped.
"""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent.parent / "Examples/show_cell.py"
ABLE = all(importlib.util.find_spec(name) for name in ("h5py", "numpy", "PIL"))
if ABLE:
    import h5py
    import numpy as np
    from PIL import Image

ROWS, COLUMNS, COUNTS = [0, 0, 1], [0, 1, 1], [10, 20, 40]
CLASSES = ["fox", "toy terrier", "Border terrier", "car"]
CLASS_COUNTS = [[4, 3, 3, 0], [14, 5, 0, 1], [0, 10, 10, 20]]


@unittest.skipUnless(ABLE, "needs h5py, numpy and Pillow")
class ShowCell(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "photos").mkdir()
        Image.new("RGB", (64, 48), (10, 200, 30)).save(self.folder / "photos/a.png")
        self.write_cells(2)
        self.write_icons([2, 0, 1])

    def write_cells(self, side, **more):
        with h5py.File(self.folder / "cells.h5", "w") as file:
            file.attrs.update(kind=b"cells", images_folder=b"photos")
            grid = file.create_group(str(side))
            for name, values in (("row", ROWS), ("column", COLUMNS), ("count", COUNTS), ("class_counts", CLASS_COUNTS)):
                grid[name] = np.array(values, "int32")
            grid["class_names"] = CLASSES
            grid["exemplar_names"] = [["a.png", ""]] * 3
            grid["exemplar_boxes"] = np.array([[[0, 0, 30, 30], [-1] * 4]] * 3, "int32")
            grid["exemplar_centers"] = np.array([[[15, 15], [np.nan] * 2]] * 3, "float32")
            for name, values in more.items():
                grid[name] = values

    def write_icons(self, cells, side=2):
        with h5py.File(self.folder / "icons.h5", "w") as file:
            file.attrs.update(kind=b"icons", network=b"net", layer=b"mixed", target=b"direction", grid_side=side)
            for name, values in (("row", ROWS), ("column", COLUMNS), ("count", COUNTS)):
                file[name] = np.array(values, "int32")[cells]
            file["cell"] = np.array(cells, "int32")
            file["icons"] = np.zeros((len(cells), 8, 8, 3), "uint8")
            file["fidelity"] = np.linspace(0.5, 0.7, len(cells)).astype("float32")

    def show(self, *words):
        return subprocess.run(
            [sys.executable, SCRIPT, "cells.h5", "icons.h5", *words], cwd=self.folder, capture_output=True, text=True
        )

    def refusal(self, *words):
        """The one line that the script ends with."""
        done = self.show(*words)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
        return done.stderr

    def test_the_fullest_cell_is_shown_by_default(self):
        done = self.show()
        self.assertEqual((done.returncode, done.stdout), (0, "cell.png\n"), done.stderr)
        with Image.open(self.folder / "cell.png") as page:
            self.assertGreater(page.width, 600)

    def test_classes_of_a_name_are_counted_together(self):
        done = self.show("--class", "TERRIER")
        # 6 of 10 samples; 5 of 20; 20 of 40.
        line = "row 0, column 0: 60 % TERRIER (toy terrier, Border terrier) · 10 samples · fidelity 0.60\n"
        self.assertEqual(done.stdout, line + "cell.png\n")

    def test_only_cells_with_icons_are_chosen(self):
        self.write_icons([1, 2])
        self.assertTrue(self.show("--class", "terrier").stdout.startswith("row 1, column 1: 50 %"))
        self.assertIn("no icon of the cell in row 0, column 0", self.refusal("--cell", "0", "0"))

    def test_images_and_baseline_stand_beside_the_fidelity(self):
        self.write_cells(2, image_count=np.array([1, 5, 9], "int32"), baseline=np.array([0.25, 0.5, 0.75], "float32"))
        facts = "10 samples of 1 image · fidelity 0.60 (the layer's mean: 0.25)"
        self.assertIn(facts, self.show("--class", "terrier").stdout)

    def test_a_misspelt_class_names_the_nearest(self):
        self.assertIn("no class is called terier; near it are terrier", self.refusal("--class", "terier"))

    def test_files_that_do_not_belong_together_are_refused(self):
        self.write_icons([0, 1, 2], side=3)
        self.assertIn("icons.h5 is of grid 3, cells.h5 of 2", self.refusal())
        self.write_icons([0, 1, 2])
        with h5py.File(self.folder / "icons.h5", "r+") as file:
            file["count"][0] = 11
        self.assertIn("made of other cells", self.refusal())
        (self.folder / "icons.h5").write_bytes((self.folder / "cells.h5").read_bytes())
        self.assertIn("icons.h5 holds cells, not icons", self.refusal())
        (self.folder / "icons.h5").write_text("no HDF5")
        self.assertIn("icons.h5 is not an HDF5 file", self.refusal())

    def test_images_that_moved_are_found_by_their_folder(self):
        (self.folder / "photos").rename(self.folder / "elsewhere")
        self.assertIn("photos/a.png: there is no such file; where the images are now", self.refusal())
        self.assertEqual(self.show("--images", "elsewhere").returncode, 0)
        (self.folder / "elsewhere/a.png").write_text("no image")
        self.assertIn("elsewhere/a.png: it cannot be read", self.refusal("--images", "elsewhere"))


if __name__ == "__main__":
    unittest.main()
