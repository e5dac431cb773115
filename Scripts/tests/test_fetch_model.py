"""Tests of fetch-model against a server on this machine: python3 -m unittest Scripts/tests/test_fetch_model.py"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

SCRIPT = Path(__file__).resolve().parent.parent / "fetch-model"
sys.dont_write_bytecode = True  # no __pycache__ among the sources
loader = importlib.machinery.SourceFileLoader("fetch_model", str(SCRIPT))
fetch_model = importlib.util.module_from_spec(importlib.util.spec_from_loader("fetch_model", loader))
loader.exec_module(fetch_model)

BODY = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(20_000))  # 640 kB without a pattern
NAMES = b"\x15inception_4c/output_1\x12loss3/classifier_1"  # as networks' files hold them
BODY = BODY[:-len(NAMES)] + NAMES
LABELS = b"one\ntwo\n"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def git_blob(data):
    return "git-blob-sha1:" + hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Answers with the site's next act; without one it is a good server."""

    def do_GET(self):
        site = self.server
        site.requests.append(self)
        if self.path == "/labels":
            return self.answer(200, LABELS)
        act = site.acts.pop(0) if site.acts else Handler.good
        try:
            act(self)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def answer(self, code, data, length=None, **headers):
        self.send_response(code)
        headers = {"Content_Length": len(data) if length is None else length, "ETag": self.server.tag, **headers}
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def good(self, honest=True, until=None):
        """Ranges and If-Range as they should be; not `honest`: the range whatever If-Range says."""
        body, wanted = self.server.body, self.headers.get("Range")
        if wanted and (not honest or self.headers.get("If-Range") in (None, self.server.tag)):
            first = int(wanted[len("bytes="):-1])
            if first >= len(body):
                return self.answer(416, b"", Content_Range=f"bytes */{len(body)}")
            span = f"bytes {first}-{len(body) - 1}/{len(body)}"
            return self.answer(206, body[first:until], len(body) - first, Content_Range=span)
        self.answer(200, body[:until], len(body))

    def log_message(self, *_):
        pass


def cut(until):
    return lambda handler: handler.good(until=until)


def status(code, **headers):
    return lambda handler: handler.answer(code, b"", **headers)


def whole(handler):
    handler.answer(200, handler.server.body)


def hang(handler):
    handler.server.released.wait(1)


def stall(until):
    def act(handler):
        handler.good(until=until)
        handler.wfile.flush()
        handler.server.released.wait(5)
    return act


class Case(unittest.TestCase):
    def setUp(self):
        self.site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.site.daemon_threads = True
        self.site.acts, self.site.requests, self.site.released = [], [], threading.Event()
        self.site.body, self.site.tag = BODY, '"first"'
        thread = threading.Thread(target=self.site.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(self.site.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.site.shutdown)
        self.addCleanup(self.site.released.set)
        self.address = f"http://127.0.0.1:{self.site.server_port}"

        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name, "models", "googlenet")
        self.target = self.folder / "googlenet.onnx"
        self.partial = self.folder / "googlenet.onnx.partial"
        network = json.loads(json.dumps(fetch_model.NETWORKS["googlenet"]))
        network["model"].update(url=self.address + "/model", size=len(BODY), digest=sha256(BODY))
        network["labels"].update(url=self.address + "/labels", size=len(LABELS), digest=sha256(LABELS))
        self.model = network["model"]
        self.networks = {"googlenet": network, "inception5h": fetch_model.NETWORKS["inception5h"]}
        for patch in (
            mock.patch.object(fetch_model, "NETWORKS", self.networks),
            mock.patch.object(fetch_model, "PAUSES", [0.01, 0.02]),
            mock.patch.object(fetch_model, "TIMEOUT", 0.3),
            mock.patch.dict(os.environ, {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def fetch(self, *arguments, name="googlenet"):
        """The exit status and what was said."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = fetch_model.main([name, "--output", str(self.folder), *arguments])
            except SystemExit as error:
                code = error.code
        self.said = err.getvalue()
        self.assertNotIn("Traceback", self.said)
        return code

    def files(self):
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else None

    def ranges(self):
        return [request.headers.get("Range") for request in self.site.requests if request.path != "/labels"]

    def assert_complete(self):
        self.assertEqual(self.files(), ["googlenet.json", "googlenet.onnx", "labels.txt"], self.said)
        self.assertEqual(self.target.read_bytes(), BODY)


class Fetching(Case):
    def test_file_labels_and_card(self):
        self.assertEqual(self.fetch(), 0)
        self.assert_complete()
        self.assertEqual((self.folder / "labels.txt").read_bytes(), LABELS)
        card = json.loads((self.folder / "googlenet.json").read_text())
        self.assertEqual(card["network"], "googlenet.onnx")
        self.assertEqual(card["source"], self.address + "/model")
        self.assertEqual((card["layers"], card["logits"]), ({"mixed4c": "inception_4c/output_1"}, "loss3/classifier_1"))
        self.assertNotIn("probabilities", card)  # whose tensor is not in the file
        self.assertIn("conv2d0, conv2d1, conv2d2, mixed3a", self.said)

    def test_what_is_there_stays(self):
        self.fetch()
        (self.folder / "googlenet.json").write_text("{}")
        self.site.requests.clear()
        self.assertEqual(self.fetch(), 0)
        self.assertIn("there already, and right", self.said)
        self.assertEqual((self.site.requests, (self.folder / "googlenet.json").read_text()), ([], "{}"))

    def test_file_put_there_by_hand(self):
        self.folder.mkdir(parents=True)
        self.target.write_bytes(BODY)
        self.assertEqual(self.fetch(), 0)
        self.assert_complete()
        self.assertEqual(self.ranges(), [])

    def test_wrong_file_put_there_by_hand(self):
        self.folder.mkdir(parents=True)
        self.target.write_bytes(BODY[::-1])
        self.assertEqual(self.fetch(), 1)
        self.assertIn("remove it", self.said)
        self.assertEqual(self.target.read_bytes(), BODY[::-1])

    def test_digest_of_ones_own(self):
        self.site.body = BODY[:1000]
        for digest in (sha256(BODY[:1000]), git_blob(BODY[:1000]), "sha1:" + hashlib.sha1(BODY[:1000]).hexdigest()):
            self.assertEqual(self.fetch("--digest", digest, "--url", self.address + "/other"), 0, self.said)
            self.assertEqual(self.target.read_bytes(), BODY[:1000])
            self.target.unlink()

    def test_no_digest_no_fetch(self):
        self.model["digest"] = None
        self.assertEqual(self.fetch(), 1)
        self.assertIn("--digest", self.said)
        self.assertEqual((self.files(), self.site.requests), (None, []))

    def test_arguments(self):
        for digest in ("md5:00", "sha256:00", "sha256:" + "g" * 64, "sha1", ":"):
            self.assertEqual(self.fetch("--digest", digest), 2)
        for url in ("file:///etc/passwd", "ftp://host/file", "model.onnx", "http://", "http://[1"):
            self.assertEqual(self.fetch("--url", url), 2)
        self.assertEqual(self.fetch(name="nothing"), 2)

    def test_list(self):
        out = subprocess.run([SCRIPT, "--list"], capture_output=True, text=True, check=True).stdout
        for name in fetch_model.NETWORKS:
            self.assertIn(name + ":", out)
        self.assertIn("b71afb3c1ec3172ecd406a5d8b7bbfd90c1f7756", out)

    def test_progress(self):
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            progress = fetch_model.Progress("model", 1_000_000, 5_000_000)
            progress.start = progress.shown = time.monotonic() - 10
            progress.show(3_000_000)
            progress.show(3_000_001)
        self.assertEqual(err.getvalue(), "model: 3.0 MB, 0.20 MB/s, 10 s left of 5.0 MB\n")


class Resuming(Case):
    def test_cut_twice(self):
        self.site.acts = [cut(100_000), cut(300_001)]
        self.assertEqual(self.fetch(), 0, self.said)
        self.assert_complete()
        self.assertEqual(self.ranges(), [None, "bytes=100000-", "bytes=300001-"])

    def test_next_run_goes_on(self):
        self.site.acts = [cut(100_000), status(503), status(503)]
        self.assertEqual(self.fetch(), 1)
        self.assertEqual(self.files(), ["googlenet.onnx.partial", "googlenet.onnx.partial.json"])
        self.assertEqual(self.partial.read_bytes(), BODY[:100_000])
        self.assertEqual(self.fetch(), 0)
        self.assert_complete()
        self.assertEqual(self.ranges()[-1], "bytes=100000-")
        self.assertEqual(self.site.requests[-2].headers["If-Range"], '"first"')

    def test_server_without_ranges(self):
        self.site.acts = [cut(100_000), whole]
        self.assertEqual(self.fetch(), 0)
        self.assert_complete()

    def test_file_that_has_changed(self):
        for honest in (True, False):  # a new whole file, or the rest of a file with another tag
            with self.subTest(honest=honest):
                self.site.body, self.site.tag = BODY[::-1], '"old"'
                self.site.acts = [cut(100_000), status(503), status(503)]
                self.assertEqual(self.fetch(), 1)
                self.site.body, self.site.tag = BODY, '"new"'
                self.site.acts = [lambda handler, honest=honest: handler.good(honest)]
                self.assertEqual(self.fetch(), 0, self.said)
                self.assert_complete()
                self.target.unlink()

    def test_other_address_starts_over(self):
        self.site.acts = [cut(100_000), status(503), status(503)]
        self.assertEqual(self.fetch(), 1)
        self.assertEqual(self.fetch("--url", self.address + "/mirror"), 0)
        self.assert_complete()
        self.assertIsNone(self.ranges()[-1])

    def test_wrong_part(self):
        def wrong(handler):
            handler.answer(206, BODY[7:], Content_Range=f"bytes 7-{len(BODY) - 1}/{len(BODY)}")
        self.site.acts = [cut(100_000), wrong]
        self.assertEqual(self.fetch(), 0, self.said)
        self.assert_complete()

    def test_complete_partial(self):
        self.folder.mkdir(parents=True)
        self.partial.write_bytes(BODY)
        self.assertEqual(self.fetch(), 0)
        self.assert_complete()
        self.assertEqual(self.ranges(), [])

    def test_file_that_has_become_shorter(self):
        self.model.update(size=None, limit=1 << 20)
        self.site.acts = [cut(len(BODY) - 1), status(416)]
        self.assertEqual(self.fetch(), 0, self.said)
        self.assert_complete()

    def test_two_at_once(self):
        self.folder.mkdir(parents=True)
        with open(self.partial, "ab") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            self.assertEqual(self.fetch(), 1)
        self.assertIn("being fetched already", self.said)

    def test_interrupt(self):
        body = archive({"tensorflow_inception_graph.pb": BODY, "imagenet_comp_graph_label_strings.txt": LABELS})
        self.site.body, self.site.acts = body, [stall(100_000)]
        command = [sys.executable, SCRIPT, "inception5h", "--output", self.folder, "--url", self.address + "/zip",
                   "--digest", git_blob(BODY)]
        partial = self.folder / "inception5h.zip.partial"
        # A shell that starts the tests in the background has them, and what they start, ignore interrupts.
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while not (partial.exists() and partial.stat().st_size) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=5)[1]
        self.assertEqual(process.returncode, 130, said)
        self.assertEqual(said.splitlines()[1:], ["fetch-model: stopped; the same command goes on from here"])
        self.assertTrue(body.startswith(partial.read_bytes()))
        result = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("bytes=", self.ranges()[-1])
        self.assertEqual((self.folder / "inception5h.pb").read_bytes(), BODY)


class Refusing(Case):
    def test_wrong_bytes(self):
        self.site.body = BODY[::-1]
        self.assertEqual(self.fetch(), 1)
        self.assertIn(sha256(BODY), self.said)
        self.assertIn(sha256(BODY[::-1]), self.said)
        self.assertIsNone(self.files())

    def test_wrong_sizes(self):
        def endless(handler):
            handler.answer(200, b"", None, Content_Length=None)
            for _ in range(100):
                handler.wfile.write(BODY)
        promises_more = lambda handler: handler.answer(200, BODY, len(BODY) + 1)
        promises_less = lambda handler: handler.answer(200, BODY, len(BODY) - 1)
        absurd = lambda handler: handler.answer(200, b"", 1 << 50)
        for size, lie, reason in (
            (len(BODY), promises_more, "640,001 bytes there, but 640,000 are expected"),
            (len(BODY), promises_less, "639,999 bytes there"),
            (len(BODY), endless, "does not end after 640,000 bytes"),
            (None, absurd, "at most 640,100 are expected"),
            (None, endless, "does not end after 640,100 bytes"),
            (None, promises_less, "its digest is"),
        ):
            with self.subTest(reason=reason):
                self.model.update(size=size, limit=len(BODY) + 100)
                self.site.acts = [lie]
                self.assertEqual(self.fetch(), 1, self.said)
                self.assertIn(reason, self.said)
                self.assertIsNone(self.files())

    def test_page_of_a_hotel_spares_the_partial(self):
        self.site.acts = [cut(100_000), lambda handler: handler.answer(200, b"<html>please log in", ETag=None)]
        self.assertEqual(self.fetch(), 1)
        self.assertEqual(self.fetch(), 0)
        self.assert_complete()
        self.assertEqual(self.ranges()[-1], "bytes=100000-")

    def test_answers(self):
        self.site.acts = [status(500), status(429)]
        self.assertEqual(self.fetch(), 0, self.said)
        for code, attempts in ((404, 1), (403, 1), (500, 3)):
            self.target.unlink(missing_ok=True)
            self.site.requests.clear()
            self.site.acts = [status(code)] * attempts
            self.assertEqual(self.fetch(), 1)
            last = self.said.splitlines()[-1]
            for fact in ("127.0.0.1", str(code), str(self.target), sha256(BODY), f"{len(BODY):,} bytes"):
                self.assertIn(fact, last)
            self.assertEqual(len(self.site.requests), attempts)

    def test_silence(self):
        self.site.acts = [cut(1000), hang]
        self.assertEqual(self.fetch(), 0, self.said)
        self.assertIn("timed out", self.said)
        self.assert_complete()

    def test_no_server(self):
        with mock.patch.dict(self.model, url="http://127.0.0.1:1/model"):
            self.assertEqual(self.fetch(), 1)
        self.assertEqual(len(self.said.splitlines()), 2)
        for fact in ("127.0.0.1", "Connection refused", str(self.target), sha256(BODY)):
            self.assertIn(fact, self.said)
        self.assertIsNone(self.files())

    def test_redirections(self):
        self.site.acts = [status(302, Location="/elsewhere")]
        self.assertEqual(self.fetch(), 0)
        self.target.unlink()
        for place in ("file:///etc/passwd", "ftp://127.0.0.1/model"):
            self.site.acts = [status(302, Location=place)]
            self.assertEqual(self.fetch(), 1)
            self.assertFalse(self.target.exists())

    def test_full_disk(self):
        with mock.patch("os.fsync", side_effect=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))):
            self.assertEqual(self.fetch(), 1)
        self.assertIn("No space left on device; make room", self.said)
        self.assertEqual(self.partial.read_bytes(), BODY)

    def test_folder_that_cannot_be(self):
        self.folder.parent.parent.joinpath("models").write_text("a file")
        self.assertEqual(self.fetch(), 1)
        self.assertEqual(len(self.said.splitlines()), 1)
        denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.folder))
        with mock.patch.object(Path, "exists", side_effect=denied):
            self.assertEqual(self.fetch(), 1)
        self.assertEqual(self.said, f"fetch-model: {self.folder}: Permission denied\n")


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


class Archives(Case):
    GOOD = {"tensorflow_inception_graph.pb": BODY, "imagenet_comp_graph_label_strings.txt": b"dummy\nkit fox"}

    def fetch_archive(self, data, *arguments):
        self.site.body = data
        network = json.loads(json.dumps(fetch_model.NETWORKS["inception5h"]))
        network["archive"].update(url=self.address + "/zip", digest=sha256(data), limit=1 << 20)
        network["model"].update(digest=git_blob(BODY), limit=1 << 20)
        with mock.patch.dict(self.networks, inception5h=network):
            return self.fetch(*arguments, name="inception5h")

    def test_archive(self):
        self.assertEqual(self.fetch_archive(archive(self.GOOD)), 0, self.said)
        self.assertEqual(self.files(), ["inception5h.json", "inception5h.pb", "labels.txt"])
        self.assertEqual((self.folder / "inception5h.pb").read_bytes(), BODY)
        labels = (self.folder / "labels.txt").read_text().splitlines()
        self.assertEqual((labels[:3], len(labels)), (["dummy", "kit fox", "unused 2"], 1008))
        self.assertEqual(self.fetch_archive(b""), 0)
        self.assertIn("there already", self.said)

    def test_archive_put_there_by_hand(self):
        data = archive(self.GOOD)
        self.folder.mkdir(parents=True)
        (self.folder / "inception5h.zip").write_bytes(data)
        self.assertEqual(self.fetch_archive(data), 0)
        self.assertEqual(self.site.requests, [])
        self.assertIn("inception5h.zip", self.files())

    def test_paths_that_lead_out(self):
        evil = {"../evil": b"x", "/evil": b"x", "../../models/googlenet/inception5h.pb": b"x"}
        self.assertEqual(self.fetch_archive(archive({**evil, **self.GOOD})), 0)
        self.assertEqual(self.files(), ["inception5h.json", "inception5h.pb", "labels.txt"])
        self.assertEqual([path.name for path in self.folder.parent.iterdir()], ["googlenet"])
        self.assertEqual((self.folder / "inception5h.pb").read_bytes(), BODY)
        self.assertFalse(Path("/evil").exists())

    def test_bad_archives(self):
        good = archive(self.GOOD)
        broken = bytearray(good)
        broken[5000] ^= 255
        for data, reason in (
            (b"no archive at all", "not a sound archive"),
            (bytes(broken), "not a sound archive"),
            (archive({"other": b""}), "holds no tensorflow_inception_graph.pb"),
            (archive({**self.GOOD, "tensorflow_inception_graph.pb": b"other"}), "its digest is git-blob-sha1:"),
            (archive({**self.GOOD, "tensorflow_inception_graph.pb": bytes(3 << 20)}), "more than 1,048,576 bytes"),
            (archive({"tensorflow_inception_graph.pb": BODY}), "holds no imagenet"),
        ):
            with self.subTest(reason=reason):
                self.assertEqual(self.fetch_archive(data), 1)
                self.assertIn(reason, self.said)
                self.assertIn(self.files(), (None, ["inception5h.pb"]))


if __name__ == "__main__":
    unittest.main()
