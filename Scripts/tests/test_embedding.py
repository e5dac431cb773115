"""Tests of bench_embedding.py's parts: python3 -m unittest Scripts/tests/test_embedding.py

Those of the quality measures and of synthetic samples want NumPy and h5py, and are skipped without.
"""

import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from embedding import programs
from embedding.results import MEASURES, Results, floors, growth, size_of, title
from peers.environment import pinned


def has(*names):
    return all(importlib.util.find_spec(name) for name in names)


class ProgramTests(unittest.TestCase):
    def test_times_and_peaks_are_a_childs_own(self):
        few = programs.measured([sys.executable, "-c", "pass"])
        many = programs.measured([sys.executable, "-c", "import time; x = b'1' * (200 << 20); time.sleep(0.2)"])
        self.assertGreater(many.peak_mib, few.peak_mib + 150)
        self.assertGreater(many.seconds, 0.2)
        self.assertLess(few.peak_mib, 150)
        both = few + many
        self.assertEqual((both.seconds, both.peak_mib), (few.seconds + many.seconds, many.peak_mib))

    def test_what_does_not_end_well_is_told(self):
        with self.assertRaisesRegex(programs.Failed, "code 3"):
            programs.measured([sys.executable, "-c", "raise SystemExit(3)"])
        with self.assertRaisesRegex(programs.Failed, "cannot run /no/such"):
            programs.measured(["/no/such"])

    def test_steps_hand_their_files_on(self):
        work = Path("w")
        for commands in (programs.umap_commands("a.h5", work), programs.tsne_commands("a.h5", work)):
            made = {"a.h5"}
            for command in commands.values():
                files = [str(part) for part in command if str(part).endswith(".h5")]
                self.assertEqual(str(command[-2]), "--output")
                self.assertLessEqual(set(files[:-1]), made)
                made.add(files[-1])
        self.assertEqual(
            programs.lacking(Path("/no/such"), programs.tsne_commands("a.h5", work)),
            ["atlas-reduce", "atlas-neighbors", "atlas-embed"],
        )


class ResultTests(unittest.TestCase):
    def test_requirements_are_pinned(self):
        text = (Path(programs.__file__).parent / "requirements.txt").read_text()
        self.assertIn("umap-learn", pinned(text))
        for name, line in pinned(text).items():
            self.assertRegex(line, rf"^{name}==\d+(\.\d+)+$")

    def test_sizes(self):
        self.assertEqual([size_of(name) for name in ("umap_300000", "umap_million", "umap", "umap_learn", "7")],
                         [300_000, 1_000_000, None, None, None])
        self.assertEqual(title("umap_10000"), "UMAP, 10,000 synthetic samples")

    def test_growth_is_told_in_order_of_size(self):
        numbers = {"umap_million_s": 90.0, "umap_s": 5, "umap_10000_s": 1.0, "umap_100000_s": 8.0,
                   "umap_100000_layout_s": 3}
        lines = growth(numbers)
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[0], "from 10,000 to 100,000 samples: 10.0 x the samples, 8.0 x the time")

    def test_floors_of_what_was_measured(self):
        numbers = {"umap_s": 20.0, "umap_learn_s": 81.0, "tsne_kl": 3.9, "opentsne_kl": 3.8}
        lines = floors(numbers)
        self.assertEqual([line.split(":")[0] for line in lines], ["holds", "FAILS"])
        self.assertEqual(floors({}), [])

    def test_lines_and_file(self):
        results = Results()
        results.add("umap", {"s": 1.23456789, **dict.fromkeys(MEASURES, 0.5)})
        results.add("umap", {"layout_s": 1})
        self.assertEqual(results.lines()[0][:4], ["UMAP, project", "1.2", "-", "0.5000"])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "new" / "x.json"
            results.write(path)
            self.assertIn('"umap_s": 1.234568', path.read_text())
            self.assertEqual(len(list(path.parent.iterdir())), 1)


@unittest.skipUnless(has("numpy"), "needs numpy")
class QualityTests(unittest.TestCase):
    def rows(self, count=300, seed=0):
        import numpy as np

        return np.random.default_rng(seed).normal(size=(count, 2))

    def test_a_layout_that_is_its_rows_keeps_all(self):
        from embedding.quality import quality

        rows = self.rows()
        for value in quality(3 * rows + 1, rows, "euclidean", size=100).values():
            self.assertAlmostEqual(value, 1, 9)

    def test_another_layout_keeps_what_chance_keeps(self):
        from embedding.quality import quality

        found = quality(self.rows(seed=1), self.rows(), "euclidean", size=300)
        for name, expected in dict(
            trust15=0.5, continuity15=0.5, preserved15=15 / 299, spearman=0, triplets=0.5
        ).items():
            self.assertAlmostEqual(found[name], expected, delta=0.05, msg=name)

    def test_trustworthiness_is_scikit_learns(self):
        if not has("sklearn"):
            self.skipTest("needs scikit-learn")
        from sklearn.manifold import trustworthiness

        from embedding.quality import quality

        rows, layout = self.rows(), self.rows()[:, ::-1] ** 3
        for metric in ("cosine", "euclidean"):
            found = quality(layout, rows, metric, size=300)
            self.assertAlmostEqual(
                found["trust15"], trustworthiness(rows, layout, n_neighbors=15, metric=metric), 9)
            # Continuity is trustworthiness with the sides exchanged.
            if metric == "euclidean":
                self.assertAlmostEqual(found["continuity15"], trustworthiness(layout, rows, n_neighbors=15), 9)

    def test_ranks_and_ties(self):
        from embedding.quality import mean_ranks, nearest, ranks_of, spearman

        import numpy as np

        self.assertEqual(mean_ranks(np.array([5, 1, 5, 9])).tolist(), [2.5, 1, 2.5, 4])
        self.assertAlmostEqual(spearman(np.array([1, 2, 1]), np.array([3, 3, 0])), 0.5)
        line = np.array([4.0, 2.0, 2.0, np.inf, 1.0, 2.0])
        self.assertEqual(nearest(line, 3).tolist(), [4, 1, 2])
        self.assertEqual(ranks_of([0, 5, 4], line).tolist(), [5, 2, 1])

    def test_cells_of_equal_rows_are_alike(self):
        from embedding.quality import cell_cosine

        import numpy as np

        layout = np.repeat([[0.0, 0.0], [1.0, 1.0]], 50, axis=0)
        rows = np.repeat([[1.0, 0.0], [0.0, 1.0]], 50, axis=0)
        self.assertAlmostEqual(cell_cosine(layout, rows, 20), 1, 6)
        self.assertAlmostEqual(cell_cosine(np.zeros((100, 2)), rows, 20), 0.5**0.5, 6)


@unittest.skipUnless(has("numpy", "h5py"), "needs numpy and h5py")
class RowTests(unittest.TestCase):
    def test_fewer_samples_are_the_first_of_more(self):
        import numpy as np

        from embedding.rows import BLOCK, read, write_synthetic

        with tempfile.TemporaryDirectory() as folder:
            few, many = Path(folder) / "few.h5", Path(folder) / "many.h5"
            write_synthetic(few, BLOCK + 7)
            write_synthetic(many, 2 * BLOCK)
            self.assertEqual(read(few).shape, (BLOCK + 7, 64))
            self.assertTrue(np.array_equal(read(few), read(many, BLOCK + 7)))
            self.assertEqual(len(list(Path(folder).iterdir())), 2)

    def test_synthetic_samples_are_in_clusters(self):
        import numpy as np

        from embedding.rows import SyntheticSamples

        rows, cluster = SyntheticSamples().block(0)
        own = np.linalg.norm(rows - SyntheticSamples().centers[cluster], axis=1)
        self.assertLess(np.median(own), 0.5 * np.linalg.norm(rows - rows.mean(0), axis=1).mean())
        self.assertGreater(len(np.unique(cluster)), 150)


if __name__ == "__main__":
    unittest.main()
