/** Pictures outside the map: icons cut out of tiles, and real patches cut out of sprites. */
import { bit, decode } from "./binary.js";
import { make } from "./dom.js";

/** Side of a tile in pixels. */
export const TILE = 256;

/** Which tiles a level has, by zoom. */
const known = new WeakMap();

/** Whether the level has tile (x, y) of a zoom. */
export function hasTile(level, zoom, x, y) {
  if (!known.has(level)) {
    known.set(level, new Map(level.tiles.map((entry) => [entry.zoom, { ...entry, bits: decode(entry.present) }])));
  }
  const entry = known.get(level).get(zoom);
  return entry !== undefined && x >= 0 && y >= 0 && x < entry.columns && y < entry.rows
    && bit(entry.bits, y * entry.columns + x);
}

export function tilePath(layer, level, density, zoom, x, y) {
  return `tiles/${layer.id}/${level.side}/${density}/${zoom}/${x}/${y}.webp`;
}

/** An image that is loaded, or null if it cannot be. */
function loaded(path) {
  return new Promise((resolve) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => resolve(null));
    image.src = path;
  });
}

/** The icon of a cell at its native size, a canvas that fills when its tiles are there; decoration without a label. */
export function iconOf(cells, i, label) {
  const { layer, level } = cells;
  const zoom = level.nativeZoom;
  const side = (layer.worldSide * 2 ** zoom) / level.side;
  const canvas = make("canvas", { class: "cell-icon", ...(label ? { role: "img", "aria-label": label }
    : { "aria-hidden": "true" }) });
  canvas.width = Math.round(side);
  canvas.height = canvas.width;
  const left = cells.column[i] * side;
  const top = cells.row[i] * side;
  const context = canvas.getContext("2d");
  for (let y = Math.floor(top / TILE); y * TILE < top + side - 0.01; y += 1) {
    for (let x = Math.floor(left / TILE); x * TILE < left + side - 0.01; x += 1) {
      if (!hasTile(level, zoom, x, y)) continue;
      loaded(tilePath(layer, level, "even", zoom, x, y)).then((image) => {
        if (image) context.drawImage(image, x * TILE - left, y * TILE - top);
      });
    }
  }
  return canvas;
}

/** Shows patch `patch` of a cell in an element of CSS class "patch", `side` pixels wide. */
export function patchPicture(cells, patch, side) {
  const { layer, level } = cells;
  const element = make("span", { class: "patch-picture" });
  const scale = side / level.patches.side;
  const sprite = String(patch.sprite).padStart(3, "0");
  element.style.width = `${side}px`;
  element.style.height = `${side}px`;
  element.style.backgroundImage = `url("patches/${layer.id}/${level.side}/evidence-${sprite}.jpg")`;
  element.style.backgroundSize = `${level.patches.perCell * side}px auto`;
  element.style.backgroundPosition = `${-patch.place * side}px ${-patch.y * scale}px`;
  return element;
}

export function photographPath(patch) {
  return `photographs/${String(patch.photograph).padStart(6, "0")}.jpg`;
}
