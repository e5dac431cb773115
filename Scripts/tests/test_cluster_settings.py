"""Tests of what jobs ask for: python3 -m unittest Scripts/tests/test_cluster_settings.py"""

import sys
import tempfile
import unittest
from pathlib import Path

SLURM = Path(__file__).resolve().parent.parent.parent / "Pipelines/slurm"
sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(SLURM))
from batch import Refused, settings


class Reading(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "my.conf")

    def read(self, text):
        self.path.write_text(text)
        return settings.read(self.path)

    def refusal(self, text):
        with self.assertRaises(Refused) as caught:
            self.read(text)
        return str(caught.exception).replace(str(self.path), "my.conf")

    def test_the_file_that_comes_with_it_holds_all_settings_and_their_defaults(self):
        found = settings.read(SLURM / "settings.conf")
        self.assertEqual(found.values, settings.DEFAULTS)
        self.assertEqual(found.request("extract", "shards"), settings.Settings({}, {}).request("extract", "shards"))

    def test_values_for_stages(self):
        found = self.read("time = 60\nextract.time = 02:00:00 # long\nextract.whole.time=1-0\nmemory = 2G\n")
        self.assertEqual([found.request(*of).minutes for of in (
            ("extract", "shards"), ("extract", "whole"), ("reduce", "whole"))], [120, 1440, 60])
        self.assertEqual(found.request("extract", "whole").megabytes, 2048)

    def test_options_of_sbatch(self):
        found = self.read("partition = long\nreduce.qos = high\nSBATCH_EXTRA = --exclude='n 1' --mail-type=FAIL\n")
        self.assertEqual(found.request("extract", "shards").options,
                         ("--partition=long", "--exclude=n 1", "--mail-type=FAIL"))
        self.assertEqual(found.request("reduce", "whole").options[:2], ("--partition=long", "--qos=high"))

    def test_times(self):
        for text, minutes in (("90", 90), ("5:30", 6), ("02:00:00", 120), ("0:0:1", 1), ("1-12", 2160),
                              ("1-0:30", 1470), ("2-01:01:01", 2942)):
            self.assertEqual(settings.minutes(text), minutes, text)
        for text in ("", "0", "1h", "1:2:3:4", "-5", "1-", "00:00:00"):
            with self.assertRaises(ValueError, msg=text):
                settings.minutes(text)

    def test_memory(self):
        for text, megabytes in (("500", 500), ("500M", 500), ("8G", 8192), ("8gb", 8192), ("1T", 1 << 20),
                                ("2048K", 2)):
            self.assertEqual(settings.megabytes(text), megabytes, text)
        for text in ("", "0", "8 G", "1.5G", "G", "-1"):
            with self.assertRaises(ValueError, msg=text):
                settings.megabytes(text)

    def test_refusals_name_file_line_and_remedy(self):
        for text, told in (
            ("\ntim = 3", "my.conf:2: there is no setting tim; the nearest is time"),
            ("time 3", "my.conf:1: 'time 3' is not name = value; write # before a comment"),
            ("time = soon", "my.conf:1: time = soon: give a time as 90, 02:00:00 or 1-12"),
            ("memory = much", "my.conf:1: memory = much: give memory as 8G or 500M"),
            ("cpus = 0", "my.conf:1: cpus = 0: give a whole number from 1 on"),
            ("throttle = -1", "my.conf:1: throttle = -1: give a whole number from 1 on"),
            ("time = 1\ncpus=2\ntime = 2", "my.conf:3: time was given in my.conf:1 already; remove one"),
            ("a.b.time = 1", "my.conf:1: a.b.time: write time, STAGE.time or STAGE.whole.time"),
            ("extract.setup = x", "my.conf:1: extract.setup: write setup"),
            ("SBATCH_EXTRA = --array=1", "my.conf:1: SBATCH_EXTRA = --array=1: --array=1 is not for SBATCH_EXTRA; "
                                         "it would break the run, or has a setting of its own"),
            ("SBATCH_EXTRA = 'a", "my.conf:1: SBATCH_EXTRA = 'a: No closing quotation"),
        ):
            self.assertEqual(self.refusal(text), told)

    def test_stages_that_are_not(self):
        with self.assertRaises(Refused) as caught:
            self.read("extrct.time = 1").check_stages(["extract", "reduce"])
        self.assertIn("my.conf:1: extrct.time is of no stage of the run; its stages are extract, reduce",
                      str(caught.exception))

    def test_no_file(self):
        with self.assertRaises(Refused) as caught:
            settings.read(self.path)
        self.assertIn("No such file or directory", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
