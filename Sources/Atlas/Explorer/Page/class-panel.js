/** The panel of one class or two: where the layer argues for and against, as lists of cells. */
import { button, make, nameOf } from "./dom.js";
import { labelOf, placeOf } from "./describe.js";
import { iconOf } from "./pictures.js";
import { plural, plusMinus } from "./text.js";
import { isWeak, whyNoEffects } from "./values.js";

/** Cells in each list. */
const LISTED = 12;

/** Elements of the panel; `context` is `{manifest, store, go(i), pane}`. */
export function classPanel(context) {
  const { manifest, store, pane } = context;
  const { a, b, mix } = store.state;
  const { cells, effects, hidden } = pane;
  const parts = [links(context)];
  if (!effects || !cells) {
    parts.push(make("p", { text: whyNoEffects(pane) }));
    return parts;
  }
  const seen = [...effects.value.keys()].filter((i) => hidden?.[i] !== 1);
  const strong = seen.filter((i) => !isWeak(effects.value[i], effects.error[i]));
  const up = strong.filter((i) => effects.value[i] > 0).sort((i, j) => effects.value[j] - effects.value[i]);
  const down = strong.filter((i) => effects.value[i] < 0).sort((i, j) => effects.value[i] - effects.value[j]);
  const [upTitle, downTitle] = titles(manifest.classes, a, b, mix);
  parts.push(make("p", { class: "hint",
    text: `Of ${plural(seen.length, "shown cell")}, ${up.length} argue one way and ${down.length} the other by two `
      + "standard errors or more." }));
  parts.push(list(upTitle, up, context), list(downTitle, down, context));
  return parts;
}

function titles(classes, a, b, mix) {
  if (b >= 0 && mix >= 1) return [["Most against ", nameOf(classes[b])], ["Most for ", nameOf(classes[b])]];
  if (b < 0 || mix <= -1) return [["Most for ", nameOf(classes[a])], ["Most against ", nameOf(classes[a])]];
  return [["More for ", nameOf(classes[a])], ["More for ", nameOf(classes[b])]];
}

function list(title, order, { manifest, pane, go }) {
  const { cells, effects } = pane;
  return make("section", {}, make("h3", {}, ...title),
    order.length === 0 ? make("p", { class: "hint", text: "No cell by two standard errors." }) : "",
    make("ol", { class: "cells" }, ...order.slice(0, LISTED).map((i) => make("li", {}, make("button", {
      type: "button", class: "cell-row",
      "aria-label": `${labelOf(cells, manifest, i)}; effect ${plusMinus(effects.value[i], effects.error[i])} logits`,
      on: { click: () => go(i) },
    }, iconOf(cells, i, ""), make("span", { class: "number", text: plusMinus(effects.value[i], effects.error[i]) }),
    make("span", { class: "hint", text: placeOf(cells, i) }))))));
}

/** Buttons to the class atlases and comparisons of the chosen classes. */
function links({ manifest, store, pane }) {
  const { a, b } = store.state;
  const found = manifest.layers.filter((layer) => layer !== pane.layer && layer.kind !== "layer"
    && (layer.of.includes(a) || (b >= 0 && layer.of.includes(b))));
  if (found.length === 0) return "";
  return make("p", { class: "links" }, ...found.map((layer) => {
    const link = button("", () => store.setLayer(0, layer.id), { class: "link" });
    link.append(layer.kind === "class" ? "Open the atlas of this class: " : "Open the comparison: ",
      nameOf(layer.title));
    return link;
  }));
}
