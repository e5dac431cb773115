/** Brushing: which cells of one layer hold samples of the photographs of a cell of another. */
import { loadImages, loadSamples, NONE } from "./store.js";

/** Whether two layers can be brushed; else a sentence that says why not. */
export function brushable(one, other) {
  if (!one.samples || !other.samples) return "Cells cannot be brushed: one of the layers comes without its samples.";
  if (one.images !== other.images) return "Cells cannot be brushed: the layers are of different photographs.";
  return "";
}

/**
 * Samples of the photographs of cell `index` in each cell of `target`: `{counts: Uint32Array, photographs, cells}`.
 * `source` and `target` are cells of a level. Photographs are told by their names.
 */
export async function brush(source, index, target) {
  const [images, samples, otherImages, otherSamples] = await Promise.all([
    loadImages(source.layer), loadSamples(source.layer, source.level),
    loadImages(target.layer), loadSamples(target.layer, target.level),
  ]);
  const chosen = new Set();
  for (let j = 0; j < images.names.length; j += 1) {
    for (let s = images.start[j]; s < images.start[j + 1]; s += 1) {
      if (samples[s] === index) {
        chosen.add(images.names[j]);
        break;
      }
    }
  }
  const counts = new Uint32Array(target.size);
  for (let j = 0; j < otherImages.names.length; j += 1) {
    if (!chosen.has(otherImages.names[j])) continue;
    for (let s = otherImages.start[j]; s < otherImages.start[j + 1]; s += 1) {
      if (otherSamples[s] !== NONE) counts[otherSamples[s]] += 1;
    }
  }
  return { counts, photographs: chosen.size, cells: counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) };
}
