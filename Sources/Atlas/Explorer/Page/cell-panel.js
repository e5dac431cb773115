/** What stands behind a cell: real patches first, then its icon, classes, shares, measures and neighbors. */
import { make, nameOf } from "./dom.js";
import { countsOf, labelOf, placeOf } from "./describe.js";
import { iconOf, patchPicture } from "./pictures.js";
import { showPhotograph } from "./photograph.js";
import { NONE, ranked } from "./store.js";
import { isolated, number, percent, plural, plusMinus, signed, whole } from "./text.js";
import { isWeak } from "./values.js";

/** Side of a patch on the page, in pixels. */
const PATCH = 76;

/** The elements of the panel for cell `i`; `context` is `{manifest, go(i), effects, classes: [a, b]}`. */
export function cellPanel(cells, i, context) {
  return [
    make("p", { class: "lead",
      text: `${capital(placeOf(cells, i))} of ${cells.side} × ${cells.side}. ${countsOf(cells, i)}.` }),
    cells.flags[i] & 2 ? make("p",
      { class: "warning", text: "Its samples come from one or two photographs only: it says little about the layer." })
      : "",
    patches(cells, i, context),
    iconSection(cells, i, context),
    chosenClasses(cells, i, context),
    rankings(cells, i, context),
    truths(cells, i, context),
    measuresOf(cells, i),
    nearest(cells, i, context),
    newPoints(cells, i),
  ].filter((part) => part !== "" && part !== null);
}

function section(title, ...parts) {
  return make("section", {}, make("h3", { text: title }), ...parts);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function patches(cells, i, { manifest }) {
  if (!cells.level.patches) return null;
  let found = [];
  try {
    found = cells.patchesOf(i);
  } catch (error) {
    return section("Real patches", make("p", { class: "warning",
      text: `The patches of this level cannot be read: ${error.message}` }));
  }
  if (found.length === 0) return null;
  return section("Real patches",
    make("p", { class: "hint", text: "Parts of photographs whose activations are most like the cell's mean." }),
    make("ul", { class: "patches" }, ...found.map((patch, k) => {
      const known = patch.truth !== NONE && patch.truth < manifest.truth.length;
      const name = known ? manifest.truth[patch.truth] : patch.name;
      return make("li", {}, make("button", {
        type: "button", class: "patch", "aria-label": `Patch ${k + 1}: ${isolated(name, 80)}`,
        title: `${isolated(name, 80)}`,
        on: { click: () => showPhotograph(cells, patch, manifest) },
      }, patchPicture(cells, patch, PATCH)));
    })));
}

function iconSection(cells, i, { manifest }) {
  const fidelity = cells.columns.get("fidelity")?.[i];
  const baseline = cells.columns.get("baseline")?.[i];
  const doubts = cells.doubts?.[i] ?? null;
  const facts = [];
  if (cells.flags[i] & 1) facts.push(make("p", { class: "warning", text: "The icon is blank." }));
  if (Number.isFinite(fidelity)) {
    facts.push(make("p", {}, make("strong", { text: number(fidelity, 2) }), " fidelity",
      Number.isFinite(baseline) ? ` (baseline ${number(baseline, 2)})` : ""));
    if (Number.isFinite(baseline)) facts.push(fidelityBar(fidelity, baseline));
  }
  if (doubts?.length) facts.push(make("p", { class: "warning" }, "Not to be trusted: ", nameOf(doubts.join(", ")),
    "."));
  else if (doubts) facts.push(make("p", { class: "hint", text: "No doubts about this icon." }));
  return section("Icon", make("div", { class: "icon-row" }, iconOf(cells, i, labelOf(cells, manifest, i)),
    make("div", {}, ...facts)));
}

/** Fidelity as a bar from 0 to 1 with a tick at the baseline. */
function fidelityBar(fidelity, baseline) {
  const bar = make("div", { class: "meter", "aria-hidden": "true" }, make("span", { class: "fill" }),
    make("span", { class: "tick" }));
  bar.firstChild.style.width = `${100 * Math.min(1, Math.max(0, fidelity))}%`;
  bar.lastChild.style.left = `${100 * Math.min(1, Math.max(0, baseline))}%`;
  return bar;
}

/** Rows of classes with a bar around 0 and whiskers of a standard error; rows are `{class, mean, error, agreement}`. */
function effectTable(rows, names, caption) {
  const most = Math.max(...rows.map((row) => Math.abs(row.mean) + (Number.isFinite(row.error) ? row.error : 0)), 1e-9);
  return make("table", { class: "effects" }, make("caption", { class: "hidden-text", text: caption }),
    make("thead", { class: "hidden-text" }, make("tr", {}, ...["class", "effect", "mean ± standard error in logits",
      "agreement"].map(
      (text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows.map((row) => make("tr", { class: isWeak(row.mean, row.error) ? "weak" : "" },
      make("th", { scope: "row" }, nameOf(names[row.class])),
      make("td", {}, effectBar(row, most)),
      make("td", { class: "number", text: plusMinus(row.mean, row.error) }),
      make("td", { class: "number", text: percent(row.agreement) })))));
}

function effectBar({ mean, error }, most) {
  const bar = make("div", { class: `effect-bar ${mean < 0 ? "away" : "toward"}`, "aria-hidden": "true" },
    make("span", { class: "fill" }), make("span", { class: "whisker" }));
  bar.firstChild.style.width = `${(100 * Math.abs(mean)) / most}%`;
  const known = Number.isFinite(error) ? error : 0;
  const low = Math.max(0, Math.abs(mean) - known);
  bar.lastChild.style.left = `${(100 * low) / most}%`;
  bar.lastChild.style.width = `${(100 * (Math.abs(mean) + known - low)) / most}%`;
  bar.lastChild.hidden = known === 0;
  return bar;
}

/** The effects on the classes that are chosen above. */
function chosenClasses(cells, i, { manifest, effects, classes: [a, b] }) {
  if (a < 0 || !effects) return null;
  const text = b < 0 ? ["Effect on ", nameOf(manifest.classes[a])]
    : ["Difference ", nameOf(manifest.classes[a]), " − ", nameOf(manifest.classes[b]), ", as the slider mixes them"];
  const weak = isWeak(effects.value[i], effects.error[i]);
  return make("p", { class: "chosen" }, ...text, ": ",
    make("strong", { text: plusMinus(effects.value[i], effects.error[i]) }),
    ` logits${weak ? ", which cannot be told from none" : ""}.`);
}

function rankings(cells, i, { manifest }) {
  if (!cells.for) return null;
  const argues = ranked(cells.for, i);
  const against = ranked(cells.against, i);
  const from = `From ${plural(cells.effectSamples[i], "sample")} of ${plural(cells.effectImages[i], "photograph")}. `
    + "Mean effect ± standard error in logits; then the share of samples that agree in sign. Pale: within two "
    + "standard errors of 0.";
  return section("Argues for and against",
    argues.length > 0 ? make("h4", { text: "For" }) : "",
    argues.length > 0 ? effectTable(argues, manifest.classes, "Classes that the cell argues for") : "",
    against.length > 0 ? make("h4", { text: "Against" }) : "",
    against.length > 0 ? effectTable(against, manifest.classes, "Classes that the cell argues against") : "",
    make("p", { class: "hint", text: from }));
}

function truths(cells, i, { manifest }) {
  if (!cells.truth) return null;
  const rows = [];
  for (let k = i * cells.truth.perCell; k < (i + 1) * cells.truth.perCell; k += 1) {
    if (cells.truth.class[k] === NONE || !(cells.truth.class[k] < manifest.truth.length)) continue;
    const share = cells.truth.count[k] / cells.count[i];
    const bar = make("div", { class: "share-bar", "aria-hidden": "true" }, make("span", { class: "fill" }));
    bar.firstChild.style.width = `${100 * Math.min(1, share)}%`;
    rows.push(make("tr", {}, make("th", { scope: "row" }, nameOf(manifest.truth[cells.truth.class[k]])),
      make("td", {}, bar),
      make("td", { class: "number", text: percent(share) }),
      make("td", { class: "number", text: whole(cells.truth.count[k]) })));
  }
  if (rows.length === 0) return null;
  return section("Classes of the photographs", make("table", { class: "effects" },
    make("caption", { class: "hidden-text", text: "Classes that most samples' photographs are of" }),
    make("thead", { class: "hidden-text" }, make("tr", {}, ...["class", "bar", "share of samples",
      "samples"].map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows)));
}

function measuresOf(cells, i) {
  const facts = make("dl", { class: "facts" });
  const add = (term, value, title) => facts.append(make("dt", { title }, nameOf(term)), make("dd", { text: value }));
  for (const column of cells.layer.columns) {
    add(column.label, `${number(cells.columns.get(column.name)[i])}${column.unit ? ` ${column.unit}` : ""}`,
      column.description);
  }
  for (const entry of cells.numbers) {
    if (!Number.isFinite(entry.mean[i])) continue;
    const [mean, error] = [number(entry.mean[i]), number(entry.error[i])];
    add(entry.name, `${mean} ± ${error}, of ${plural(entry.count[i], "sample")}`, null);
  }
  return facts.childElementCount > 0 ? section("Measures", facts) : null;
}

function nearest(cells, i, { manifest, go }) {
  const list = make("ul", { class: "neighbors" });
  for (let k = i * cells.nearestCount; k < (i + 1) * cells.nearestCount; k += 1) {
    const j = cells.nearest[k];
    if (j === NONE || j >= cells.size) continue;
    const text = `cosine ${signed(cells.similarity[k], 2).replace("+", "")}`;
    list.append(make("li", {}, make("button", {
      type: "button", class: "neighbor", "aria-label": `${labelOf(cells, manifest, j)}; ${text}`,
      on: { click: () => go(j) },
    }, iconOf(cells, j, ""), make("span", { text: number(cells.similarity[k], 2) }))));
  }
  return list.childElementCount > 0
    ? section("Nearest cells",
      make("p", { class: "hint",
      text: "By the cosine of their mean activations; a layout shows only some of them as neighbors." }), list) : null;
}

/** New photographs that lie in the cell. */
function newPoints(cells, i) {
  const list = make("ul", { class: "names" });
  for (const { x, y, names } of cells.layer.points) {
    for (let k = 0; k < x.length; k += 1) {
      if (Math.floor(y[k] * cells.side) === cells.row[i] && Math.floor(x[k] * cells.side) === cells.column[i]) {
        list.append(make("li", {}, nameOf(names[k])));
      }
    }
  }
  return list.childElementCount > 0 ? section("New photographs here", list) : null;
}
