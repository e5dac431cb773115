#!/usr/bin/env python3
"""Shows a cell of an atlas: its icon, its exemplars with their receptive fields, and its classes.

    python3 Examples/show_cell.py Data/atlas/synthetic-world/mixed4c/seed2-40/tsne/cells-20.h5 \\
        Data/atlas/synthetic-world/mixed4c/seed2-40/tsne/icons-20.h5 --cell 7 12 --output cell.png

    python3 Examples/show_cell.py … --class terrier    # the cell where these classes have the largest share

An icon alone misleads: it shows what a layer sees in a cell, and the exemplars show in what. Each is
one of the photographs whose activation is most like the cell's mean; bright is what that activation
depends on, its receptive field, and the dot is the position's own place. Where a layer sees the whole
image, as behind attention, all is bright, and the dot alone says which position it is.

A fidelity means little by itself: beside it stands that of the layer's mean, one and the same icon for
all cells. Samples of few images speak of these images alone.

Everything comes from two files of the atlas and the photographs; Documentation/files.md says what is
in them. Needs h5py, numpy and Pillow.
"""

import argparse
import difflib
import sys
from pathlib import Path
from typing import NoReturn

try:
    import h5py
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont
except ImportError as error:
    sys.exit(
        f"show_cell.py: {error}: {sys.executable} -m pip install h5py numpy pillow"
        " (for Debian's own Python: apt install python3-h5py python3-pil)"
    )

INK, GRAY, PALE, ACCENT = (32, 33, 36), (110, 114, 120), (232, 234, 237), (255, 112, 67)
MARGIN, ICON, TILE, GAP, LINE = 36, 352, 208, 12, 30


def fail(message: str) -> NoReturn:
    """Ends with one line."""
    sys.exit(f"show_cell.py: {' '.join(message.split())}")


def opened(path: str, kind: str) -> h5py.File:
    """A file of an atlas, if it is of this kind."""
    if not Path(path).is_file():
        fail(f"there is no file {path}")
    try:
        file = h5py.File(path)
    except OSError:
        fail(f"{path} is not an HDF5 file, or a damaged one; {kind}.h5 is wanted")
    found = text(file.attrs.get("kind", b"something else"))
    if found != kind:
        fail(f"{path} holds {found}, not {kind}; the cells come first, then the icons")
    return file


def text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


class Cell:
    """A cell of a grid, as `cells.h5` and `icons.h5` describe it: that of a place, of a class, or the fullest."""

    def __init__(
        self, cells_path: str, icons_path: str, place: list[int] | None = None, class_name: str | None = None
    ) -> None:
        with opened(cells_path, "cells") as cells, opened(icons_path, "icons") as icons:
            self.side = int(icons.attrs["grid_side"])
            self.network, self.layer = text(icons.attrs["network"]), text(icons.attrs["layer"])
            if text(icons.attrs["target"]) != "direction":
                fail(f"{icons_path} has no icons of cells: its target is {text(icons.attrs['target'])}")
            if str(self.side) not in cells:
                fail(f"{icons_path} is of grid {self.side}, {cells_path} of {', '.join(cells)}; give two of one grid")
            grid = cells[str(self.side)]
            # A file of icons may hold a part of the cells, in any order.
            drawn = icons["cell"][:]
            for name in ("row", "column", "count"):
                if drawn.max() >= len(grid[name]) or (grid[name][:][drawn] != icons[name][:]).any():
                    fail(f"{icons_path} was made of other cells than {cells_path} has")
            words = class_words(grid)
            self.answer = ""
            if class_name is not None:
                index, self.answer = richest(grid, drawn, class_name)
            elif place is not None:
                index = placed(grid, drawn, place, cells_path, icons_path)
            else:
                index = int(drawn[grid["count"][:][drawn].argmax()])
            self.row, self.column = int(grid["row"][index]), int(grid["column"][index])
            self.count = int(grid["count"][index])
            # Files of earlier versions lack these two.
            self.images = int(grid["image_count"][index]) if "image_count" in grid else None
            self.baseline = float(grid["baseline"][index]) if "baseline" in grid else float("nan")

            icon = int(np.flatnonzero(drawn == index)[0])
            self.icon, self.fidelity = Image.fromarray(icons["icons"][icon]), float(icons["fidelity"][icon])

            if "exemplar_boxes" not in grid:
                fail(f"{cells_path} does not say which images its samples come from; make it anew")
            # A relative folder starts at the file's own.
            self.folder = Path(cells_path).parent / text(cells.attrs["images_folder"])
            self.exemplars = [
                (name, box, center)
                for name, box, center in zip(
                    grid["exemplar_names"].asstr()[index],
                    grid["exemplar_boxes"][index],
                    grid["exemplar_centers"][index],
                )
                if name  # empty strings fill up where a cell has few samples
            ]

            self.classes = []
            if words:
                in_cell = grid["class_counts"][index]
                order = np.argsort(-in_cell, kind="stable")
                self.classes = [(words[each], int(in_cell[each])) for each in order if in_cell[each] > 0]

    @property
    def facts(self) -> str:
        """How much the cell rests on, and how well its icon shows it."""
        line = counted(self.count, "sample")
        if self.images is not None:
            line += f" of {counted(self.images, 'image')}"
        if np.isfinite(self.fidelity):
            line += f" · fidelity {self.fidelity:.2f}"
            if np.isfinite(self.baseline):
                line += f" (the layer's mean: {self.baseline:.2f})"
        return line


def placed(grid: h5py.Group, drawn: np.ndarray, place: list[int], cells_path: str, icons_path: str) -> int:
    """The cell in a row and column."""
    found = np.flatnonzero((grid["row"][:] == place[0]) & (grid["column"][:] == place[1]))
    if len(found) == 0:
        fail(f"{cells_path} has no cell in row {place[0]}, column {place[1]}")
    if found[0] not in drawn:
        fail(f"{icons_path} has no icon of the cell in row {place[0]}, column {place[1]}")
    return int(found[0])


def richest(grid: h5py.Group, drawn: np.ndarray, name: str) -> tuple[int, str]:
    """The cell with an icon in which classes of a name have the largest share, and that share in words."""
    words = class_words(grid)
    like = classes_like(name, list(grid["class_names"].asstr()[:]) if words else [], words)
    counts = grid["count"][:]
    shares = grid["class_counts"][:][:, like].sum(axis=1) / counts
    # Of equal shares that of the fullest cell.
    index = int(max(drawn, key=lambda cell: (shares[cell], counts[cell])))
    classes = listed([words[each] for each in like])
    if len(like) > 1:
        classes = f"{name} ({classes})"
    if shares[index] == 0:
        fail(f"no cell with an icon has samples of {classes}")
    return index, f"{percent(shares[index])} {classes}"


def class_words(grid: h5py.Group) -> list[str]:
    """What the network calls the classes, or their own names; nothing where images have no classes."""
    if "class_counts" not in grid:
        return []
    names = grid["class_names"].asstr()[:]
    labels = grid["class_labels"].asstr()[:] if "class_labels" in grid else names
    return [label or name for name, label in zip(names, labels)]


def classes_like(sought: str, names: list[str], labels: list[str]) -> list[int]:
    """The classes with these letters in their name or label; without one, the nearest are named."""
    key = sought.strip().lower()
    found = [each for each, both in enumerate(zip(names, labels)) if key and key in "\n".join(both).lower()]
    if not found:
        # Synonyms and single words are found as well as whole names.
        parts = {part for name in [*names, *labels] for part in [*name.split(", "), *name.replace(",", " ").split()]}
        spelled = {part.lower(): part for part in sorted(parts)}
        near = [spelled[part] for part in difflib.get_close_matches(key, spelled, n=5)]
        known = f"near it are {', '.join(near)}" if near else f"there are {listed(labels)}"
        fail(f"no class is called {sought}; {known}" if names else "the images of this atlas have no classes")
    return found


def listed(names: list[str]) -> str:
    """The first names, each without its synonyms, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(name.split(",")[0] for name in names[:5]) + more


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def percent(fraction: float) -> str:
    return "< 1 %" if 0 < fraction < 0.005 else f"{100 * fraction:.0f} %"


def font(size: int, bold: bool = False) -> ImageFont.ImageFont:
    """DejaVu, which most systems have, or what Pillow brings."""
    try:
        return ImageFont.truetype("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf", size)
    except OSError:
        try:
            return ImageFont.load_default(size)
        except TypeError:  # before Pillow 10.1
            return ImageFont.load_default()


def shortened(text: str, width: float, face: ImageFont.ImageFont) -> str:
    """The text, with an ellipsis where it is wider than so many pixels."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def rounded(image: Image.Image, radius: int = 10) -> Image.Image:
    """The image on white, with round corners."""
    scale = 4
    mask = Image.new("L", (image.width * scale, image.height * scale), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), radius * scale, fill=255)
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=mask.resize(image.size, Image.LANCZOS))
    return white


def photograph_at(path: Path) -> Image.Image:
    """A photograph in the colors that the network saw."""
    try:
        with Image.open(path) as file:
            if file.mode.startswith("I;16"):  # gray of 16 bits, which Pillow would cut off at 255
                return Image.fromarray((np.asarray(file) >> 8).astype(np.uint8)).convert("RGB")
            return file.convert("RGB")
    except Exception as error:  # Pillow's are many
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else f"it cannot be read: {error}"
        fail(f"{path}: {reason}; where the images are now is given by --images FOLDER")


def exemplar(path: Path, box: np.ndarray, center: np.ndarray) -> Image.Image:
    """A photograph as a square tile around the position's place, pale where the field does not reach."""
    photograph = photograph_at(path)
    if box[2] > photograph.width or box[3] > photograph.height:
        fail(f"{path} is smaller than it was for the atlas; give its folder by --images FOLDER")
    side = min(photograph.size)
    # As much of the photograph as a square shows, with the field as near to its middle as can be.
    left, top = (
        int(min(max(0, middle - side / 2), length - side)) for middle, length in zip(center, photograph.size)
    )
    tile = photograph.resize((TILE, TILE), Image.LANCZOS, (left, top, left + side, top + side))
    scale = TILE / side
    edges = [(value - start) * scale for value, start in zip(box, (left, top, left, top))]
    x0, y0 = (round(max(0, edge)) for edge in edges[:2])
    x1, y1 = (round(min(TILE, edge)) for edge in edges[2:])
    pale = Image.blend(tile, Image.new("RGB", tile.size, "white"), 0.62)
    pale.paste(tile.crop((x0, y0, x1, y1)), (x0, y0))
    draw = ImageDraw.Draw(pale)
    if (x0, y0, x1, y1) != (0, 0, TILE, TILE):
        draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=ACCENT, width=2)
    x, y = ((value - start) * scale for value, start in zip(center, (left, top)))
    draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=ACCENT, outline="white", width=2)
    return rounded(pale)


def picture(cell: Cell, folder: Path, columns: int = 4) -> Image.Image:
    """The cell on one page: icon and classes on the left, exemplars, of photographs in a folder, on the right."""
    classes, others = cell.classes[:6], cell.classes[6:]
    rows = max(1, -(-len(cell.exemplars) // columns))
    columns = max(1, min(columns, len(cell.exemplars)))
    top = MARGIN + 84
    right = MARGIN + ICON + MARGIN
    width = right + columns * (TILE + GAP) - GAP + MARGIN
    height = top + max(ICON + 40 + (len(classes) + bool(others)) * LINE, rows * (TILE + GAP) - GAP) + MARGIN
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)

    title = f"{cell.network} · {cell.layer} · row {cell.row}, column {cell.column} of {cell.side} × {cell.side}"
    draw.text((MARGIN, MARGIN - 4), shortened(title, width - 2 * MARGIN, font(24, True)), INK, font(24, True))
    draw.text((MARGIN, MARGIN + 34), shortened(cell.facts, width - 2 * MARGIN, font(17)), GRAY, font(17))

    page.paste(rounded(cell.icon.resize((ICON, ICON), Image.LANCZOS)), (MARGIN, top))
    y = top + ICON + 28
    for name, count in classes:
        draw.text((MARGIN, y), shortened(name, 168, font(15)), INK, font(15))
        bar = (MARGIN + 180, y + 3, MARGIN + ICON - 48, y + 15)
        draw.rounded_rectangle(bar, 4, fill=PALE)
        length = max(3, count / cell.count * (bar[2] - bar[0]))
        draw.rounded_rectangle((bar[0], bar[1], bar[0] + length, bar[3]), min(4, length / 2), fill=ACCENT)
        at_right(draw, percent(count / cell.count), y)
        y += LINE
    if others:
        draw.text((MARGIN, y), f"and {len(others)} more {'class' if len(others) == 1 else 'classes'}", GRAY, font(15))
        at_right(draw, percent(sum(count for _, count in others) / cell.count), y)

    for number, (name, box, center) in enumerate(cell.exemplars):
        x = right + number % columns * (TILE + GAP)
        page.paste(exemplar(folder / name, box, center), (x, top + number // columns * (TILE + GAP)))
    return page


def at_right(draw: ImageDraw.ImageDraw, words: str, y: float) -> None:
    """Words that end below the icon's right edge."""
    draw.text((MARGIN + ICON - font(15).getlength(words), y), words, GRAY, font(15))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cells", help="the result of atlas-grid")
    parser.add_argument("icons", help="the result of atlas-render")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--cell", nargs=2, type=int, metavar=("ROW", "COLUMN"), help="row 0 is at the top; default: the fullest"
    )
    chosen.add_argument(
        "--class", dest="class_name", metavar="NAME",
        help="the cell in which the classes with these letters in their names have the largest share",
    )
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="where the images are now, if they have moved")
    parser.add_argument("--output", default="cell.png", help="the image (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        cell = Cell(arguments.cells, arguments.icons, arguments.cell, arguments.class_name)
    except (KeyError, IndexError, OSError, ValueError) as error:
        fail(f"{arguments.cells} and {arguments.icons} lack something or are damaged: {error}; make them anew")
    page = picture(cell, arguments.images or cell.folder)
    try:
        page.save(arguments.output)
    except (OSError, ValueError) as error:
        fail(f"cannot write {arguments.output}: {error}")
    if cell.answer:
        print(f"row {cell.row}, column {cell.column}: {cell.answer} · {cell.facts}")
    print(arguments.output)


if __name__ == "__main__":
    main()
