"""Tests of forecasts by two measurements: python3 -m unittest Scripts/tests/test_estimate.py"""

import argparse
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "Pipelines/estimate"))
from forecast import Forecast, fitted
from pilots import Estimate
from used import Use, used


class Lines(unittest.TestCase):
    def test_two_points_give_constant_and_slope(self):
        self.assertEqual(fitted([(1, 5.0), (3, 9.0)], 10), (3.0, 20.0))

    def test_neither_constant_nor_slope_is_negative(self):
        self.assertEqual(fitted([(1, 1.0), (3, 9.0)], 10), (0.0, 30.0))  # steeper than proportional: proportional
        self.assertEqual(fitted([(1, 5.0), (3, 4.0)], 10), (5.0, 0.0))  # less for more: the most that was seen
        self.assertEqual(fitted([(2, 5.0), (2, 6.0)], 10), (6.0, 0.0))  # nothing to see a slope by


class WallTime(unittest.TestCase):
    def forecast(self, **changes):
        values = {"name": "render-20", "cpu": 810.0, "merge": 10.0, "efficiency": 0.5, "memory": 0.0, "disk": 0.0,
                  "is_sharded": True}
        return Forecast(**{**values, **changes})

    def test_one_piece_has_one_job(self):
        self.assertEqual(self.forecast(is_sharded=False).wall(cores=256, job_cores=8, shards=16), 810 / (8 * 0.5))

    def test_shards_run_in_waves(self):
        one = self.forecast(name="extract")
        # 16 shards of 50 s in jobs of 8 cores, of which half are used: 12.5 s each.
        self.assertEqual(one.wall(cores=128, job_cores=8, shards=16), 12.5 + 10)
        self.assertEqual(one.wall(cores=120, job_cores=8, shards=16), 2 * 12.5 + 10)
        self.assertEqual(one.wall(cores=4, job_cores=8, shards=16), 16 * 25 + 10)
        # What is computed behind all shards has the cores of a job.
        self.assertEqual(self.forecast(name="attribute-20").wall(cores=128, job_cores=8, shards=16), 12.5 + 2.5)


class Usage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)

    def write(self, *entries):
        path = self.out / ".settings/usage.jsonl"
        path.parent.mkdir(exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            for name, cpu, finished in entries:
                file.write(json.dumps({
                    "program": "p", "output": str(self.out / name), "isFinished": finished, "seconds": cpu / 2,
                    "cpuSeconds": cpu, "peakBytes": 1000 * cpu, "threadCount": 2}) + "\n")

    def line(self, path, stage="extract", grid=None):
        return {"stage": stage, "path": path, "grid": grid}

    def test_a_product_in_one_piece(self):
        self.write(("activations.h5.new", 3.0, True), ("components.h5", 9.0, True))
        self.assertEqual(used(self.out, self.line("activations.h5")),
                         Use(cpu=3, wall=1.5, merge=0, peak=3000, runs=1, threads=2))
        self.assertIsNone(used(self.out, self.line("neighbors.h5")))

    def test_interrupted_runs_count_and_earlier_products_do_not(self):
        self.write(("layout.h5", 100.0, True), ("layout.h5", 2.0, False), ("layout.h5", 3.0, True))
        self.assertEqual(used(self.out, self.line("layout.h5")).cpu, 5)

    def test_shards_and_what_puts_them_together(self):
        parts = "activations.h5.new.parts/shard-0000{}-of-00002.h5"
        self.write(("activations.h5.new", 50.0, True), (parts.format(0), 3.0, True), (parts.format(1), 4.0, True),
                   ("activations.h5.new", 1.0, True))
        use = used(self.out, self.line("activations.h5"))
        self.assertEqual((use.cpu, use.merge, use.runs), (8, 1, 3))

    def test_pictures_are_known_by_the_manifest_that_is_written_first(self):
        self.write(("tsne/atlas-20.json", 1.0, True), ("tsne/icons-20.json", 5.0, True))
        self.assertEqual(used(self.out, self.line("tsne/atlas-20.png", "assemble", "20")).cpu, 1)
        self.assertIsNone(used(self.out, self.line("tsne/icons-20.h5", "render", "20")))

    def test_a_line_that_was_cut_off_is_passed_over(self):
        self.write(("layout.h5", 1.0, True))
        with open(self.out / ".settings/usage.jsonl", "a", encoding="utf-8") as file:
            file.write('{"program": "p", "out')
        self.assertEqual(used(self.out, self.line("layout.h5")).cpu, 1)

    def test_jobs_of_a_cluster_have_records(self):
        tasks = self.out / "cluster/tasks"
        tasks.mkdir(parents=True)
        for name, cpu in (("render-20-0", 5.0), ("render-20-1", 6.0), ("render-20-whole", 1.0)):
            record = {"stage": "render-20", "shard": None if "whole" in name else int(name[-1]), "cpu": cpu,
                      "seconds": cpu, "peak": 2, "status": "ended"}
            (tasks / f"{name}.json").write_text(json.dumps(record))
        use = used(self.out, self.line("tsne/icons-20.h5", "render", "20"))
        self.assertEqual((use.cpu, use.runs, use.peak), (12, 3, 2 * 1024 * 1024))
        self.assertIsNone(used(self.out, self.line("tsne/cells-20.h5", "grid", "20")))


class Stages(unittest.TestCase):
    """The forecast of a stage whose times are known: a second a start, ten a unit of work, and half a second a megabyte
    for putting shards together, behind two seconds."""

    def forecast(self, shards, stage="extract"):
        def pilot(work, name):
            costs = {"stages": {name: self.line(work, stage, None)}}
            merge = 2 + 0.5 * work
            use = Use(cpu=2 + 10 * work + merge, wall=10, merge=merge, peak=50 + work, runs=3, threads=2)
            return costs, {name: use}

        one = Estimate(argparse.Namespace(folder=Path("."), grid="20", shards=shards, sharded=["extract", "attribute"]))
        return one.forecast(stage, self.line(100, stage, None), pilot(1, stage), pilot(4, stage))

    def line(self, work, stage, grid):
        # A third of the nominal seconds are spent however little there is to do.
        return {"stage": stage, "grid": grid,
                "cost": {"seconds": 0.3 + work, "fixedSeconds": 0.3, "repeatedSeconds": 0.0, "finishing": work,
                         "disk": work, "memory": 10 * work}}

    def test_in_one_piece(self):
        one = self.forecast(shards=1)
        self.assertAlmostEqual(one.cpu, 1 + 1000)
        self.assertAlmostEqual(one.memory, 54 + 960)

    def test_each_shard_starts_and_their_results_are_put_together(self):
        one = self.forecast(shards=8)
        self.assertAlmostEqual(one.merge, 2 + 50)
        self.assertAlmostEqual(one.cpu, 8 + 1000 + 52)

    def test_what_follows_all_items_is_done_in_one_piece_too(self):
        self.assertAlmostEqual(self.forecast(shards=1, stage="attribute").cpu, 1 + 1000 + 52)


if __name__ == "__main__":
    unittest.main()
