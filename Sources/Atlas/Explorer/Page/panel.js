/** The panel at the side, on phones a sheet below: the open cell, the chosen classes, or what this atlas is. */
import { aboutPanel } from "./about-panel.js";
import { cellPanel } from "./cell-panel.js";
import { classPanel } from "./class-panel.js";
import { mainClass } from "./describe.js";
import { byId, button, make, nameOf } from "./dom.js";
import { loadCells } from "./store.js";

/** Milliseconds that the list of a class waits while a slider moves. */
const QUIET = 120;

export class Panel {
  /** `context` is `{manifest, store, panes(), report(error), opened()}`; `opened` is told when the cell is there. */
  constructor(context) {
    Object.assign(this, context, { open: null, opener: null, shown: "", waits: false });
    this.element = byId("panel");
    this.resolve();
  }

  /** The key of what the panel is about: while it stays, so do scrolling and focus. */
  get key() {
    const { panel, cell, panes } = this.store.state;
    return JSON.stringify([panel, cell, cell && panes[cell.pane]?.layer]);
  }

  /** Finds the cell that the state names, whatever level the map shows: `open` is `{pane, cells, i}` or null. */
  async resolve() {
    this.open = null;
    const { cell, panes } = this.store.state;
    this.show();
    if (!cell) return;
    const { key } = this;
    const layer = this.manifest.layers.find((known) => known.id === panes[cell.pane]?.layer);
    const level = layer?.levels.find((known) => known.side === cell.side);
    let body = make("p", { text: `This layer has no level of ${cell.side} × ${cell.side}.` });
    try {
      const cells = level ? await loadCells(layer, level) : null;
      if (key !== this.key) return;
      const i = cells ? cells.find(cell.row, cell.column) : -1;
      if (i >= 0) this.open = { pane: cell.pane, cells, i };
      else if (cells) body = make("p",
        { text: `There is no cell at row ${cell.row}, column ${cell.column} of this level.` });
    } catch (error) {
      body = make("p", { text: "The cell cannot be read." });
      this.report(error);
    }
    if (this.open) this.show();
    else this.element.querySelector(".panel-body").replaceChildren(body);
    this.opened();
  }

  /** Shows again what depends on effects, when they have changed on a map. */
  refresh(pane) {
    const { panel, a } = this.store.state;
    const concerned = panel === "class" ? pane.index === 0 : panel === "cell" && a >= 0
      && this.open?.pane === pane.index;
    if (!concerned) return;
    clearTimeout(this.timer);
    // What waits for effects shows them at once; a slider that moves need not be followed at each step.
    if (this.waits) this.show();
    else this.timer = setTimeout(() => this.show(), QUIET);
  }

  show() {
    clearTimeout(this.timer);
    const { element, key } = this;
    const { panel, a } = this.store.state;
    element.hidden = panel === "";
    const same = this.shown === key;
    this.shown = key;
    this.waits = a >= 0 && !this.panes()[this.open?.pane ?? 0]?.effects;
    if (panel === "") {
      element.replaceChildren();
      return;
    }
    const title = make("h2", { id: "panel-title", tabindex: "-1" });
    const body = make("div", { class: "panel-body", tabindex: "0", role: "group", "aria-labelledby": "panel-title" });
    body.append(...this.content(panel, title));
    const back = panel === "cell" && a >= 0
      ? button("Back to the class", () => this.store.set({ panel: "class", cell: null }),
        { icon: "back", class: "quiet" }) : "";
    const close = button("Close", () => this.close(), { icon: "close", class: "quiet close" });
    const scrolled = element.querySelector(".panel-body")?.scrollTop ?? 0;
    const focused = same && element.contains(document.activeElement);
    element.replaceChildren(make("div", { class: "panel-head" }, back, title, close), body);
    if (same) body.scrollTop = scrolled;
    if (focused) title.focus({ preventScroll: true });
  }

  /** The elements of the body; fills the title. */
  content(panel, title) {
    const { manifest, store } = this;
    const { a, b } = store.state;
    const first = this.panes()[0];
    if (panel === "about") {
      title.textContent = "About this atlas";
      return aboutPanel(manifest, manifest.layers.find((layer) => layer.id === store.state.panes[0].layer));
    }
    if (panel === "class") {
      title.append(nameOf(manifest.classes[a]), ...(b >= 0 ? [" and ", nameOf(manifest.classes[b])] : []));
      return first ? classPanel({ manifest, store, pane: first, go: (i) => this.go(0, first.cells, i) }) : [];
    }
    title.textContent = "Cell";
    if (!this.open) return [make("p", { text: "The cell is being read." })];
    const { cells, i } = this.open;
    const main = mainClass(cells, manifest.classes, i);
    if (main) title.replaceChildren("Argues for ", nameOf(main.name));
    const pane = this.panes()[this.open.pane];
    const effects = pane?.cells === cells ? pane.effects : null;
    return cellPanel(cells, i, { manifest, effects, classes: [a, b], go: (j) => this.go(this.open.pane, cells, j) });
  }

  /** Opens cell `i` of a map. */
  go(pane, cells, i) {
    this.store.set({ cell: { pane, side: cells.side, row: cells.row[i], column: cells.column[i] }, panel: "cell" });
  }

  /** Moves the focus into the panel, and remembers where it was. */
  enter() {
    const now = document.activeElement;
    if (!this.element.contains(now) && now !== document.body) this.opener = now;
    byId("panel-title")?.focus({ preventScroll: true });
  }

  /** Closes the panel; focus returns to where it was. */
  close() {
    this.store.set({ cell: null, panel: "" });
    const opener = this.opener?.isConnected ? this.opener : this.panes()[0].frame;
    opener.focus({ preventScroll: true });
    this.opener = null;
  }
}
