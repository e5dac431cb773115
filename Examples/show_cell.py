#!/usr/bin/env python3
"""Shows a cell of an atlas: its icon, its exemplars with their receptive fields, and its classes.

    python3 Examples/show_cell.py Data/atlas/synthetic-world/mixed4c/seed2-40/tsne/cells-20.h5 \\
        Data/atlas/synthetic-world/mixed4c/seed2-40/tsne/icons-20.h5 --cell 7 12 --output cell.png

An icon alone misleads: it shows what a layer sees in a cell, and the exemplars show in what. Each is
one of the photographs whose activation is most like the cell's mean; bright is what that activation
depends on, its receptive field, and the dot is the field's center.

Everything comes from two files of the atlas and the photographs; Documentation/files.md says what is
in them. Needs h5py, numpy and Pillow.
"""

import argparse
from pathlib import Path

import h5py
import numpy as np
from PIL import Image, ImageDraw, ImageFont

INK, GRAY, PALE, ACCENT = (32, 33, 36), (110, 114, 120), (232, 234, 237), (255, 112, 67)
MARGIN, ICON, TILE, GAP, LINE = 36, 352, 208, 12, 30


class Cell:
    """A cell of a grid, as `cells.h5` and `icons.h5` describe it."""

    def __init__(self, cells_path: str, icons_path: str, position: list[int] | None = None) -> None:
        with h5py.File(cells_path) as cells, h5py.File(icons_path) as icons:
            self.side = int(icons.attrs["grid_side"])
            grid = cells[str(self.side)]
            rows, columns, counts = grid["row"][:], grid["column"][:], grid["count"][:]
            if position is None:
                self.index = int(counts.argmax())
            else:
                found = np.flatnonzero((rows == position[0]) & (columns == position[1]))
                if len(found) == 0:
                    raise SystemExit(f"{cells_path} has no cell in row {position[0]}, column {position[1]}")
                self.index = int(found[0])
            self.row, self.column = int(rows[self.index]), int(columns[self.index])
            self.count = int(counts[self.index])

            # A file of icons may hold a part of the cells, in any order.
            place = np.flatnonzero(icons["cell"][:] == self.index)
            if len(place) == 0:
                raise SystemExit(f"{icons_path} has no icon of cell {self.index}")
            self.icon = Image.fromarray(icons["icons"][place[0]])
            self.fidelity = float(icons["fidelity"][place[0]])
            self.network, self.layer = icons.attrs["network"].decode(), icons.attrs["layer"].decode()

            if "exemplar_boxes" not in grid:
                raise SystemExit(f"{cells_path} does not say which images its samples come from; make it anew")
            # A relative folder starts at the file's own.
            folder = Path(cells_path).parent / cells.attrs["images_folder"].decode()
            self.exemplars = [
                (folder / name, box, center)
                for name, box, center in zip(
                    grid["exemplar_names"].asstr()[self.index],
                    grid["exemplar_boxes"][self.index],
                    grid["exemplar_centers"][self.index],
                )
                if name  # empty strings fill up where a cell has few samples
            ]

            self.classes = []
            if "class_counts" in grid:
                words = grid["class_names"].asstr()[:]
                if "class_labels" in grid:
                    words = [label or word for word, label in zip(words, grid["class_labels"].asstr()[:])]
                in_cell = grid["class_counts"][self.index]
                order = np.argsort(-in_cell, kind="stable")
                self.classes = [(words[index], int(in_cell[index])) for index in order if in_cell[index] > 0]


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


def exemplar(path: Path, box: np.ndarray, center: np.ndarray) -> Image.Image:
    """A photograph as a square tile around the field's center, pale where the field does not reach."""
    with Image.open(path) as file:
        photograph = file.convert("RGB")
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


def picture(cell: Cell, columns: int = 4) -> Image.Image:
    """The cell on one page: icon and classes on the left, exemplars on the right."""
    classes = cell.classes[:6]
    rows = max(1, -(-len(cell.exemplars) // columns))
    columns = max(1, min(columns, len(cell.exemplars)))
    top = MARGIN + 84
    right = MARGIN + ICON + MARGIN
    width = right + columns * (TILE + GAP) - GAP + MARGIN
    height = top + max(ICON + 40 + len(classes) * LINE, rows * (TILE + GAP) - GAP) + MARGIN
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)

    title = f"{cell.network} · {cell.layer} · row {cell.row}, column {cell.column} of {cell.side} × {cell.side}"
    draw.text((MARGIN, MARGIN - 4), shortened(title, width - 2 * MARGIN, font(24, True)), INK, font(24, True))
    facts = f"{cell.count} samples"
    if np.isfinite(cell.fidelity):
        facts += f" · fidelity {cell.fidelity:.2f}"
    draw.text((MARGIN, MARGIN + 34), facts, GRAY, font(17))

    page.paste(rounded(cell.icon.resize((ICON, ICON), Image.LANCZOS)), (MARGIN, top))
    y = top + ICON + 28
    for name, count in classes:
        fraction = count / cell.count
        draw.text((MARGIN, y), shortened(name, 168, font(15)), INK, font(15))
        bar = (MARGIN + 180, y + 3, MARGIN + ICON - 48, y + 15)
        draw.rounded_rectangle(bar, 4, fill=PALE)
        length = max(8, count / classes[0][1] * (bar[2] - bar[0]))
        draw.rounded_rectangle((bar[0], bar[1], bar[0] + length, bar[3]), 4, fill=ACCENT)
        percent = f"{100 * fraction:.0f} %"
        draw.text((MARGIN + ICON - font(15).getlength(percent), y), percent, GRAY, font(15))
        y += LINE

    for number, (path, box, center) in enumerate(cell.exemplars):
        x = right + number % columns * (TILE + GAP)
        page.paste(exemplar(path, box, center), (x, top + number // columns * (TILE + GAP)))
    return page


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cells", help="the result of atlas-grid")
    parser.add_argument("icons", help="the result of atlas-render")
    parser.add_argument(
        "--cell", nargs=2, type=int, metavar=("ROW", "COLUMN"), help="row 0 is at the top; default: the fullest"
    )
    parser.add_argument("--output", default="cell.png", help="the image (default: %(default)s)")
    arguments = parser.parse_args()
    picture(Cell(arguments.cells, arguments.icons, arguments.cell)).save(arguments.output)
    print(arguments.output)


if __name__ == "__main__":
    main()
