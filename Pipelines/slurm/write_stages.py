#!/usr/bin/env python3
"""Writes the stages of a run for Pipelines/slurm/cluster.py; make calls it.

    write_stages.py stages.json --title T --folder OUT --due due --program .build/release/atlas-extract ... \\
      --stage NAME PRODUCT AFTER SHARDS RESULT COMMAND WHOLE ...

A stage makes a product after others, by a line of shell; where it has shards, after a command that takes --shard and
--missing. The file `due` lists the products that must be made; a stage without one is due when any is.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from shlex import quote


def is_due(product: str, due: str) -> str:
    """A command that succeeds if a product must be made."""
    return f"grep --quiet --line-regexp --fixed-strings {quote(product)} {quote(due)}"


def stage(words: list[str], products: dict[str, str], due: str) -> dict:
    """A stage as cluster.py reads it; `products` are those of all stages."""
    name, product, after, shards, result, command, whole = words
    count = int(shards)
    entry: dict = {
        "name": name, "after": after.split(), "shards": count, "whole": whole,
        "done": f"! {is_due(product, due)}" if product else f"test ! -s {quote(due)}",
    }
    if count:
        # Before there is what a stage is made from, which of its shards fit cannot be told.
        early = " || ".join(is_due(products[one], due) for one in after.split()) or "false"
        entry |= {
            "shard": f'{command} --shard "$SHARD/{count}"',
            "missing": f"if {early}; then seq 0 {count - 1}; else {command} --quiet --missing {count}; fi",
        }
        if result:
            entry["shardFiles"] = f"{result}.parts/shard-*-of-{count:05d}.h5"
    return entry


def main() -> None:
    """Writes the file at once, or leaves the former one."""
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--title", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--due", required=True)
    parser.add_argument("--program", action="append", default=[])
    parser.add_argument("--stage", nargs=7, action="append", required=True)
    options = parser.parse_args()
    products = {words[0]: words[1] for words in options.stage}
    content = {
        "title": options.title, "folder": options.folder, "programs": options.program,
        "stages": [stage(words, products, options.due) for words in options.stage],
    }
    partial = options.output.with_name(f".{options.output.name}.{os.getpid()}")
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, options.output)


main()
