"""The container's recipe: Apptainer is not in Debian, so its definition is looked at here."""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "Pipelines/container"
SECTIONS = {"%files", "%post", "%environment", "%test", "%help", "%labels", "%runscript"}


class ContainerTests(unittest.TestCase):
    """Both files build the same image."""

    def setUp(self) -> None:
        self.definition = (FOLDER / "atlas.def").read_text(encoding="utf-8")
        self.containerfile = (FOLDER / "Containerfile").read_text(encoding="utf-8")

    def test_definition_has_stages_with_headers_and_known_sections(self) -> None:
        stages = self.definition.split("Bootstrap: docker\n")[1:]
        self.assertEqual(len(stages), 2)
        for stage in stages:
            self.assertRegex(stage, r"^From: \S+\nStage: (build|final)\n")
        for section in re.findall(r"^%\S+", self.definition, re.MULTILINE):
            self.assertIn(section, SECTIONS)

    def test_lines_are_of_the_shell(self) -> None:
        texts = [(FOLDER / name).read_text(encoding="utf-8") for name in ("install-libraries", "collect")]
        for section in ("%post", "%environment", "%test"):
            texts += re.findall(rf"^{section}\n((?:    .*\n|\n)+)", self.definition, re.MULTILINE)
        texts += [line.removeprefix("RUN ") for line in self.containerfile.splitlines() if line.startswith("RUN ")]
        self.assertGreaterEqual(len(texts), 8)
        for text in texts:
            outcome = subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True, check=False)
            self.assertEqual(outcome.returncode, 0, f"{text}\n{outcome.stderr}")

    def test_both_take_the_same_images_and_steps(self) -> None:
        bases = re.findall(r"^From: (\S+)", self.definition, re.MULTILINE)
        others = re.findall(r"^FROM docker.io/library/(\S+)", self.containerfile, re.MULTILINE)
        self.assertEqual(bases, others)
        for text in (self.definition, self.containerfile):
            for words in ("make build", "Pipelines/container/collect /opt/atlas", "sh /tmp/install-libraries",
                          "HDF5_USE_FILE_LOCKING=FALSE", "LD_LIBRARY_PATH=/opt/atlas/lib"):
                self.assertIn(words, text)

    def test_instructions_of_the_containerfile_are_known(self) -> None:
        for line in self.containerfile.splitlines():
            if line and not line.startswith(("#", " ")):
                self.assertIn(line.split()[0], {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "CMD"})


if __name__ == "__main__":
    unittest.main()
