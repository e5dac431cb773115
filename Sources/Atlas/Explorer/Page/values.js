/** Values of cells: measures by key, effects of one class or two, ranges, and which cells are hidden. */
import { loadEffects } from "./store.js";

/** A mean is weak when it is less than this many standard errors from 0. */
export const WEAK = 2;

/**
 * What can color or hide the cells of a layer: `{key, label, unit, description, whole}`, `whole` for counts. Keys are
 * "count", "images", "column:NAME" and "number:NAME"; `cells` may be null while they load: numbers are then left out.
 */
export function measures(layer, cells) {
  return [
    ...layer.columns.map((column) => ({ key: `column:${column.name}`, ...column })),
    ...(cells?.numbers ?? []).map((entry) => ({
      key: `number:${entry.name}`, label: entry.name, unit: "",
      description: "Mean over the cell's samples of a column of your table.",
    })),
    { key: "count", label: "samples", unit: "samples", description: "Samples in the cell.", whole: true },
    { key: "images", label: "photographs", unit: "photographs",
      description: "Different photographs that they come from.", whole: true },
  ];
}

/** The values of a measure, one for each cell; null if the layer has no such measure. */
export function measured(cells, key) {
  if (key === "count") return cells.count;
  if (key === "images") return cells.images;
  if (key.startsWith("column:")) return cells.columns.get(key.slice(7)) ?? null;
  if (key.startsWith("number:")) return cells.numbers.find((entry) => entry.name === key.slice(7))?.mean ?? null;
  return null;
}

/** Least and largest finite value; `[0, 1]` if there is none. */
export function rangeOf(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high && Number.isFinite(low) && Number.isFinite(high) ? [low, high] : [0, 1];
}

/**
 * Effects of class `a`, or of A − B with weights that the mix sets, on a level's cells: `{value, error, most}` in
 * logits; null if the layer has none. The error of a difference is the sum of both, which it cannot exceed whatever
 * their correlation. `most` is the 98 % quantile of the absolute values, where colors are full.
 */
export async function effectsOf(layer, side, a, b, mix) {
  if (!layer.effects || a < 0) return null;
  const first = (await loadEffects(layer, a)).get(side);
  if (!first) return null;
  if (b < 0) return { value: first.mean, error: first.error, most: fullAt(first.mean) };
  const second = (await loadEffects(layer, b)).get(side);
  if (!second) return null;
  const [weightA, weightB] = weightsOf(mix);
  const value = first.mean.map((mean, i) => weightA * mean - weightB * second.mean[i]);
  const error = first.error.map((one, i) => weighted(weightA, one) + weighted(weightB, second.error[i]));
  return { value, error, most: fullAt(value) };
}

/** What to say where a pane has no effects on the chosen class. */
export function whyNoEffects({ layer, cells, painted, asked }) {
  if (!layer.effects) return "This layer has no effects on classes.";
  return !cells || painted < asked ? "Effects are being read." : "Effects on this class are not known here.";
}

/** Weights of A and B: both 1 in the middle, only A at −1, only B at 1. */
export function weightsOf(mix) {
  return [Math.min(1, 1 - mix), Math.min(1, 1 + mix)];
}

const weighted = (weight, error) => (weight === 0 ? 0 : weight * error);

function fullAt(values) {
  const sizes = Float32Array.from(values, Math.abs).sort();
  return sizes[Math.floor(0.98 * (sizes.length - 1))] || sizes[sizes.length - 1] || 1;
}

/** Whether an effect cannot be told from none. */
export function isWeak(value, error) {
  return !(Math.abs(value) >= WEAK * error);
}

/** 1 for each cell whose measure lies below the least value, or is not known; null if nothing is hidden. */
export function hiddenCells(cells, filter, least) {
  const values = filter && Number.isFinite(least) ? measured(cells, filter) : null;
  return values ? Uint8Array.from(values, (value) => (value >= least ? 0 : 1)) : null;
}

/** The name of the class of which most samples of cell `i` are, with its share; null if not known. */
export function mainTruth(cells, truth, i) {
  if (!cells.truth || !(cells.truth.class[i * cells.truth.perCell] < truth.length)) return null;
  const k = i * cells.truth.perCell;
  return { name: truth[cells.truth.class[k]], share: cells.truth.count[k] / cells.count[i] };
}
