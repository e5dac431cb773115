/** What this atlas is, what was left out, and how to use the page. */
import { make, nameOf } from "./dom.js";
import { plural } from "./text.js";

const KEYS = [
  ["Arrow keys", "from cell to cell, when the map has the focus"], ["Enter", "open the cell"],
  ["+ and −", "zoom in and out"],
  ["Shift + arrow keys", "move the map"], ["Home", "show all"], ["Escape", "close what is open"],
  ["Tab", "next control"],
];

/** Elements of the panel. */
export function aboutPanel(manifest, layer) {
  const facts = make("dl", { class: "facts" });
  const fact = (term, ...values) => facts.append(make("dt", { text: term }), make("dd", {}, ...values));
  fact("network", nameOf(manifest.network));
  fact("layer", nameOf(layer.name));
  for (const level of layer.levels) fact(`level ${level.side} × ${level.side}`, plural(level.cells, "cell"));
  fact("classes", manifest.classes.length > 0 ? plural(manifest.classes.length, "logit") : "none");
  fact("photographs", manifest.photographs ? "included" : "not included");
  fact("made by", nameOf(manifest.program));
  fact("run", make("code", { text: manifest.digest }));
  return [
    layer.notes.length > 0 ? make("section", {}, make("h3", { text: "What to know before believing it" }),
      make("ul", { class: "notes" }, ...layer.notes.map((note) => make("li", {}, nameOf(note))))) : "",
    make("section", {}, make("h3", { text: "Reading the map" }),
      make("p", { text: "Each icon is an image made to evoke the mean activation of the samples in its cell. Similar "
        + "icons are neighbors; what is far apart says little. People read real patches better than icons: a cell opens with "
        + "its patches." }),
      make("p", { text: "A cell argues for a class if its samples raise the class's logit, by a linear estimate: the "
        + "activation times the gradient of the logit." }),
      make("p", { text: "Rows and columns are counted from 0, from the upper left corner, as in the atlas's files." })),
    make("section", {}, make("h3", { text: "This run" }), facts),
    make("section", {}, make("h3", { text: "Keys" }),
      make("dl", { class: "facts" }, ...KEYS.flatMap(([key, what]) => [make("dt", {}, make("kbd", { text: key })),
        make("dd", { text: what })]))),
    make("p", { class: "hint",
      text: "The map is drawn with Leaflet (BSD 2-Clause license, page/leaflet-license.txt). This page asks for "
        + "nothing outside its folder." }),
  ].filter((part) => part !== "");
}
