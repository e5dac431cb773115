/** A cell in words: for the tooltip, for screen readers, and as the label of its icon. */
import { make, nameOf } from "./dom.js";
import { ranked } from "./store.js";
import { isolated, number, percent, plural, plusMinus } from "./text.js";
import { mainTruth } from "./values.js";

/** "row 3, column 7", counted from 0 as in the files. */
export function placeOf(cells, i) {
  return `row ${cells.row[i]}, column ${cells.column[i]}`;
}

/** The class that a cell argues for most: `{name, mean, error}`; null without effects. */
export function mainClass(cells, classes, i) {
  const [first] = ranked(cells.for, i);
  return first ? { ...first, name: classes[first.class] } : null;
}

/** What counts stand behind a cell. */
export function countsOf(cells, i) {
  return `${plural(cells.count[i], "sample")} from ${plural(cells.images[i], "photograph")}`;
}

/** A short label: where the cell is and what it argues for. */
export function labelOf(cells, manifest, i) {
  const main = mainClass(cells, manifest.classes, i);
  return `Cell at ${placeOf(cells, i)}${main ? `: argues for ${isolated(main.name, 40)}` : ""}`;
}

/** All of it in one sentence, for screen readers. */
export function sentenceOf(cells, manifest, i) {
  const parts = [`Row ${cells.row[i]}, column ${cells.column[i]}`];
  const main = mainClass(cells, manifest.classes, i);
  if (main) parts.push(`argues most for ${isolated(main.name)}, ${plusMinus(main.mean, main.error)}`);
  const truth = mainTruth(cells, manifest.truth, i);
  if (truth) parts.push(`${percent(truth.share)} of samples are of ${isolated(truth.name)}`);
  parts.push(countsOf(cells, i));
  const fidelity = cells.columns.get("fidelity")?.[i];
  if (Number.isFinite(fidelity)) parts.push(`fidelity ${number(fidelity, 2)}`);
  return `${parts.join("; ")}.`;
}

/** The same as elements for the tooltip; `extra` are pairs of a term and its value to add. */
export function tooltipOf(cells, manifest, i, extra) {
  const main = mainClass(cells, manifest.classes, i);
  const truth = mainTruth(cells, manifest.truth, i);
  const fidelity = cells.columns.get("fidelity")?.[i];
  const lines = [];
  if (main) {
    lines.push(make("p", { class: "tip-title" }, "for ", nameOf(main.name)));
    lines.push(make("p", {}, `${plusMinus(main.mean, main.error)} logits`));
  }
  if (truth) lines.push(make("p", {}, `${percent(truth.share)} `, nameOf(truth.name)));
  lines.push(make("p", {}, countsOf(cells, i)));
  if (Number.isFinite(fidelity)) lines.push(make("p", {}, `fidelity ${number(fidelity, 2)}`));
  for (const [term, value] of extra) lines.push(make("p", { class: "tip-extra" }, nameOf(term), ` ${value}`));
  return lines;
}
