/** What is shown, as one object; its form as the link; and who wants to know when it changes. */

/**
 * - `panes`: one or two of `{layer: id, level: side or 0 for automatic, at: {x, y, zoom} or null for all}`; x and y are
 *   the middle of what is shown, as parts of the map from the left and the top
 * - `a`, `b`: indices of classes or −1; `mix`: −1 only A … 1 only B
 * - `color`: "effect", a measure's key, or ""; `filter`: a measure's key, whose cells below `least` are hidden
 * - `cell`: `{pane, side, row, column}` or null; `panel`: "cell", "class", "about" or ""
 * - `view`: "map" or "table"; `sized`: icons sized by density; `points`: new photographs shown
 */
export function initialState(manifest) {
  return {
    panes: [{ layer: manifest.layers[0]?.id ?? "", level: 0, at: null }], a: -1, b: -1, mix: 0, color: "", filter: "",
    least: NaN, cell: null, panel: "", view: "map", sized: false, points: true,
  };
}

/** The state with those that listen to it. */
export class StateStore {
  constructor(state) {
    this.state = state;
    this.listeners = [];
  }

  /** Calls `action(changed, state)` after changes; `changed` is the set of changed keys. */
  listen(action) {
    this.listeners.push(action);
  }

  set(change) {
    const changed = new Set(Object.keys(change).filter((key) => !Object.is(change[key], this.state[key])));
    if (changed.size === 0) return;
    Object.assign(this.state, change);
    for (const listener of this.listeners) listener(changed, this.state);
  }

  /** Shows all of another layer in pane `index`; a cell that was open there closes. */
  setLayer(index, layer) {
    const { panes, cell, panel } = this.state;
    const open = cell?.pane === index;
    this.set({
      panes: panes.map((pane, i) => (i === index ? { layer, level: 0, at: null } : pane)),
      cell: open ? null : cell, panel: open ? "" : panel,
    });
  }

  /** Changes pane `index`. */
  setPane(index, change) {
    this.set({ panes: this.state.panes.map((pane, i) => (i === index ? { ...pane, ...change } : pane)) });
  }
}

/** Signs of a class's name that a link holds beside its index. */
const NAME_SIGNS = 40;

const wellFormed = (text) => String(text).replace(/[\ud800-\udfff]/gu, "\ufffd");
const escaped = (text) => encodeURIComponent(wellFormed(text)).replaceAll("%2C", ",").replaceAll("%3A", ":");
const linkName = (name) => wellFormed(Array.from(name).slice(0, NAME_SIGNS).join(""));
const rounded = (value, places) => String(Number(value.toFixed(places)));

/** A place as exactly as a link keeps it. */
export function roundedPlace(x, y, zoom) {
  return { x: Number(x.toFixed(5)), y: Number(y.toFixed(5)), zoom: Number(zoom.toFixed(3)) };
}

/** The state as the part of the link behind "#". */
export function writeLink(state, manifest) {
  const parts = [["run", manifest.digest]];
  const classText = (index) => `${index}:${linkName(manifest.classes[index])}`;
  state.panes.forEach((pane, i) => {
    const end = i === 0 ? "" : String(i + 1);
    parts.push([`layer${end}`, pane.layer]);
    if (pane.level) parts.push([`level${end}`, String(pane.level)]);
    if (pane.at) parts.push([`at${end}`, `${pane.at.x},${pane.at.y},${pane.at.zoom}`]);
  });
  if (state.a >= 0) parts.push(["a", classText(state.a)]);
  if (state.b >= 0) parts.push(["b", classText(state.b)], ["mix", rounded(state.mix, 2)]);
  if (state.color) parts.push(["color", state.color]);
  if (state.filter) parts.push(["hide", state.filter], ["below", String(state.least)]);
  if (state.sized) parts.push(["sized", "1"]);
  if (!state.points) parts.push(["points", "0"]);
  if (state.view === "table") parts.push(["view", "table"]);
  if (state.cell) parts.push(["cell", [state.cell.pane, state.cell.side, state.cell.row, state.cell.column].join(",")]);
  if (state.panel && state.panel !== "cell") parts.push(["panel", state.panel]);
  return parts.map(([key, value]) => `${key}=${escaped(value)}`).join("&");
}

/**
 * The state that a link describes, as far as this atlas has it, and `missing`: sentences about what it has not.
 * A link without parts gives the initial state.
 */
export function readLink(text, manifest) {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  const state = initialState(manifest);
  const missing = [];
  const run = parts.get("run");
  const other = run !== null && run !== manifest.digest;
  if (other) {
    missing.push(`This link was made with another run of the atlas (${run.slice(0, 32)}; this one is `
      + `${manifest.digest}). What it names may look different here or be absent.`);
  }
  const ends = ["", "2"].filter((end) => parts.has(`layer${end}`));
  const panes = ends.map((end) => readPane(parts, end, manifest, missing)).filter((pane) => pane !== null);
  if (panes.length > 0) state.panes = panes;
  state.a = readClass(parts.get("a"), manifest, missing);
  state.b = state.a < 0 ? -1 : readClass(parts.get("b"), manifest, missing);
  if (state.b >= 0) state.mix = limited(Number(parts.get("mix")), -1, 1);
  state.color = parts.get("color") ?? "";
  if (state.color === "effect" && state.a < 0) state.color = "";
  const least = Number(parts.get("below") ?? NaN);
  if (parts.get("hide") && Number.isFinite(least)) Object.assign(state, { filter: parts.get("hide"), least });
  state.sized = parts.get("sized") === "1";
  state.points = parts.get("points") !== "0";
  if (parts.get("view") === "table") state.view = "table";
  const [pane, side, row, column] = (parts.get("cell") ?? "").split(",").map(Number);
  if (Number.isInteger(column)) {
    const layer = manifest.layers.find((known) => known.id === state.panes[pane]?.layer);
    if (layer?.levels.some((level) => level.side === side)) state.cell = { pane, side, row, column };
    else missing.push(`The cell that the link opens is in a level of ${side} × ${side}, which this atlas has not.`);
  }
  const panel = parts.get("panel") ?? "";
  state.panel = state.cell ? "cell" : ["class", "about"].includes(panel) ? panel : "";
  if (state.panel === "class" && state.a < 0) state.panel = "";
  return { state, missing, other };
}

const limited = (value, low, high) => (Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : 0);

function readPane(parts, end, manifest, missing) {
  const id = parts.get(`layer${end}`);
  const layer = manifest.layers.find((known) => known.id === id);
  if (!layer) {
    missing.push(`This atlas has no layer “${id.slice(0, 40)}”.`);
    return null;
  }
  const side = Number(parts.get(`level${end}`) ?? 0);
  const known = layer.levels.some((level) => level.side === side);
  if (side && !known) missing.push(`Layer “${id}” has no level of ${side} × ${side}.`);
  const at = (parts.get(`at${end}`) ?? "").split(",").map(Number);
  const placed = at.length === 3 && at.every(Number.isFinite);
  return {
    layer: id, level: known ? side : 0,
    at: placed ? { x: limited(at[0], -1, 2), y: limited(at[1], -1, 2), zoom: limited(at[2], -10, 30) } : null,
  };
}

/** The index of the class that a link names; −1 for none. The name decides where index and name disagree. */
function readClass(text, manifest, missing) {
  if (!text) return -1;
  const colon = text.indexOf(":");
  const index = Number(colon < 0 ? text : text.slice(0, colon));
  const name = text.slice(colon + 1);
  const { classes } = manifest;
  if (Number.isInteger(index) && index >= 0 && index < classes.length
    && (colon < 0 || linkName(classes[index]) === name)) return index;
  const found = classes.findIndex((known) => linkName(known) === name);
  if (found < 0) missing.push(`This atlas has no class “${name}”.`);
  return found;
}
