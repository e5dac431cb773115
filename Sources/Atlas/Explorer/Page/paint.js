/** What is painted over the icons: for each cell a veil of the ground's color and a color with a weight. */
import { measureColor } from "./color.js";
import { isWeak, measured, rangeOf } from "./values.js";

/** The veil over a cell that says nothing. */
const VEIL = 0.82;
/** How much of its strength a weak effect keeps. */
const WEAK_PART = 0.25;

/**
 * Colors of the cells of one level. `veil` and `weight` are Float32Array of 0 … 1, `color` has red, green and blue of
 * each cell, `hidden` is 1 where a cell is hidden, or null.
 */
export class Paint {
  constructor(cells, ground, hidden) {
    this.cells = cells;
    this.ground = ground;
    this.hidden = hidden;
    this.empty = true;
    this.veil = new Float32Array(cells.size);
    this.weight = new Float32Array(cells.size);
    this.color = new Uint8ClampedArray(cells.size * 3);
    this.rasters = new Map();
  }

  set(i, veil, weight, color) {
    this.empty = false;
    this.veil[i] = veil;
    this.weight[i] = weight;
    this.color.set(color, 3 * i);
  }

  /**
   * All cells as a picture of one pixel a cell, to be enlarged without smoothing: one drawing however many cells.
   * `part` of the color covers the icons; where cells are large a frame shows the rest.
   */
  raster(part) {
    if (this.empty && !this.hidden) return null;
    if (!this.rasters.has(part)) this.rasters.set(part, this.draw(part));
    return this.rasters.get(part);
  }

  draw(part) {
    const { cells, ground, hidden } = this;
    const canvas = document.createElement("canvas");
    canvas.width = cells.side;
    canvas.height = cells.side;
    const context = canvas.getContext("2d");
    const image = context.createImageData(cells.side, cells.side);
    for (let i = 0; i < cells.size; i += 1) {
      const k = 4 * (cells.row[i] * cells.side + cells.column[i]);
      const gone = hidden?.[i] === 1;
      const veil = gone ? 1 : this.veil[i];
      const over = gone ? 0 : this.weight[i] * part;
      const alpha = over + veil * (1 - over);
      if (alpha === 0) continue;
      for (let c = 0; c < 3; c += 1) {
        image.data[k + c] = (this.color[3 * i + c] * over + ground[c] * veil * (1 - over)) / alpha;
      }
      image.data[k + 3] = 255 * alpha;
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }
}

/** Paint for effects `{value, error}`, full at `most`: what argues for in one hue, what argues against in the other. */
export function paintEffects(paint, effects, most, colors) {
  for (let i = 0; i < paint.cells.size; i += 1) {
    const value = effects.value[i];
    const full = Math.min(1, Math.abs(value) / most);
    const weak = isWeak(value, effects.error[i]);
    const strength = weak ? full * WEAK_PART : full;
    paint.set(i, VEIL * (1 - strength), weak ? 0 : strength, value > 0 ? colors.toward : colors.away);
  }
}

/** Paint for a measure, between two values; cells where it is not known are veiled. */
export function paintMeasure(paint, key, [low, high]) {
  const values = measured(paint.cells, key);
  if (!values) return;
  for (let i = 0; i < paint.cells.size; i += 1) {
    if (Number.isFinite(values[i])) paint.set(i, 0, 1, measureColor((values[i] - low) / (high - low || 1)));
    else paint.set(i, VEIL, 0, paint.ground);
  }
}

/** Paint for brushed cells, stronger the more samples they hold of the photographs. */
export function paintBrush(paint, counts, colors) {
  const most = Math.max(1, rangeOf(counts)[1]);
  for (let i = 0; i < paint.cells.size; i += 1) {
    const strength = counts[i] > 0 ? 0.1 + 0.9 * (counts[i] / most) : 0;
    paint.set(i, VEIL * (1 - strength), strength, colors.accent);
  }
}
