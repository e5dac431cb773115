/** Puts the page together: state, link, maps, panel, table. */
import { aboutPanel } from "./about-panel.js";
import { Bar } from "./bar.js";
import { brush, brushable } from "./brush.js";
import { cellPanel } from "./cell-panel.js";
import { classPanel } from "./class-panel.js";
import { chosenTheme, setTheme } from "./color.js";
import { Display } from "./display.js";
import { byId, button, make, nameOf } from "./dom.js";
import { Pane } from "./pane.js";
import { mainClass } from "./describe.js";
import { readLink, StateStore, writeLink } from "./state.js";
import { receive } from "./store.js";
import { CellTable } from "./table.js";
import { plural } from "./text.js";

/** Milliseconds after which the link follows a movement of the map. */
const LINK_DELAY = 250;

class Explorer {
  constructor(manifest) {
    this.manifest = manifest;
    const { state, missing } = readLink(location.hash, manifest);
    this.store = new StateStore(state);
    missing.forEach((text) => this.notice(text));
    this.panes = [];
    this.opener = null;
    this.bar = new Bar({ manifest, store: this.store, themed: () => this.themed() });
    this.showPanel();
    this.display = new Display({ manifest, store: this.store, panes: () => this.panes });
    this.table = new CellTable({ manifest, store: this.store, pane: () => this.panes[0] });
    this.syncPanes();
    this.store.listen((changed) => this.changed(changed));
    window.addEventListener("popstate", () => this.followLink());
    document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.escape());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(chosenTheme(), () => this.themed()));
    this.showView();
    this.writeLinkSoon();
  }

  // State

  changed(changed) {
    const any = (...keys) => keys.some((key) => changed.has(key));
    if (any("panes")) this.syncPanes();
    if (any("sized")) this.panes.forEach((pane) => pane.cells && pane.setTiles());
    if (any("a", "b", "mix", "color", "filter", "least")) this.panes.forEach((pane) => pane.repaint());
    if (any("points", "cell")) this.panes.forEach((pane) => pane.overlay.redraw());
    if (any("view")) this.showView();
    if (any("panel", "cell", "a", "b")) this.showPanel();
    if (any("cell")) this.chose();
    if (any("cell", "panes")) this.updateBrush();
    this.bar.update();
    if (any("sized", "points", "b", "mix")) this.display.update();
    if (any("cell", "panel", "view", "a", "b") && !this.following) this.writeLink(true);
    else this.writeLinkSoon();
  }

  /** Makes the maps those of the state. */
  syncPanes() {
    const { state } = this.store;
    const count = this.panes.length;
    const places = state.panes.map((pane) => pane.at);
    while (this.panes.length > state.panes.length) this.panes.pop().remove();
    byId("maps").dataset.panes = String(state.panes.length);
    state.panes.forEach((wanted, i) => {
      let pane = this.panes[i];
      if (!pane) {
        pane = new Pane(i, { manifest: this.manifest, store: this.store, report: (error) => this.notice(error.message), shown: (now) => this.shown(now) });
        this.panes[i] = pane;
        pane.layerId = wanted.layer;
      } else if (pane.layerId !== wanted.layer) {
        pane.layerId = wanted.layer;
        pane.setLayer();
        pane.place(wanted.at);
      }
      pane.fillLevels();
      pane.chooseLevel();
    });
    if (count !== this.panes.length) this.restore(places);
  }

  /** Shows places after maps have changed their sizes: a change of size moves the middle. */
  restore(places) {
    this.panes.forEach((pane, i) => {
      pane.map.invalidateSize({ pan: false });
      pane.place(places[i]);
    });
  }

  /** Called when a map has new cells or paint. */
  shown(pane) {
    if (pane.index === 0) {
      this.display.update();
      this.table.update();
    }
    const { panel, cell } = this.store.state;
    if (panel === "class" ? pane.index === 0 : panel === "cell" && cell?.pane === pane.index && this.shownCell !== this.cellKey()) this.showPanel();
    else if (panel === "cell" && pane.index === cell?.pane && this.store.state.a >= 0) this.showPanel();
    if (this.brushedFor !== this.brushKey()) this.updateBrush();
  }

  themed() {
    this.panes.forEach((pane) => {
      pane.colors = null;
      pane.repaint();
    });
    this.bar.update();
  }

  showView() {
    const table = this.store.state.view === "table";
    byId("maps").classList.toggle("covered", table);
    byId("maps").inert = table;
    this.table.update();
  }

  // Link

  writeLink(push) {
    clearTimeout(this.linkTimer);
    const link = `#${writeLink(this.store.state, this.manifest)}`;
    if (link === location.hash) return;
    if (push) history.pushState(null, "", link);
    else history.replaceState(null, "", link);
  }

  writeLinkSoon() {
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(() => this.writeLink(false), LINK_DELAY);
  }

  followLink() {
    clearTimeout(this.linkTimer);
    const { state, missing } = readLink(location.hash, this.manifest);
    byId("notices").replaceChildren();
    missing.forEach((text) => this.notice(text));
    const places = state.panes.map((pane) => pane.at);
    this.following = true;
    this.store.set(state);
    this.restore(places);
    this.following = false;
  }

  // Panel

  cellKey() {
    return JSON.stringify(this.store.state.cell);
  }

  /** The pane and index of the open cell if the pane shows its level; null otherwise. */
  openCell() {
    const { cell } = this.store.state;
    const pane = cell ? this.panes[cell.pane] : null;
    if (!pane?.cells || pane.cells.side !== cell.side || pane.cells.layer !== pane.layer) return null;
    const i = pane.cells.find(cell.row, cell.column);
    return i < 0 ? null : { pane, i };
  }

  showPanel() {
    const { panel, cell, a, b } = this.store.state;
    const element = byId("panel");
    element.hidden = panel === "";
    if (panel === "") {
      element.replaceChildren();
      this.shownCell = null;
      return;
    }
    const { classes } = this.manifest;
    const title = make("h2", { id: "panel-title", tabindex: "-1" });
    let body = [make("p", { text: "The cell is being read." })];
    if (panel === "about") {
      title.textContent = "About this atlas";
      body = aboutPanel(this.manifest, this.panes[0]?.layer ?? this.manifest.layers[0]);
    } else if (panel === "class") {
      title.append(nameOf(classes[a]), ...(b >= 0 ? [" and ", nameOf(classes[b])] : []));
      if (this.panes[0]) body = classPanel({ manifest: this.manifest, store: this.store, pane: this.panes[0], go: (i) => this.go(this.panes[0], i) });
    } else {
      title.textContent = "Cell";
      body = this.cellBody(title, cell) ?? body;
    }
    const back = panel === "cell" && a >= 0
      ? button("Back to the class", () => this.store.set({ panel: "class", cell: null }), { icon: "back", class: "quiet" }) : "";
    const close = button("Close", () => this.close(), { icon: "close", class: "quiet close" });
    const scrolled = element.querySelector(".panel-body")?.scrollTop ?? 0;
    const same = this.panelKey === `${panel} ${this.cellKey()}`;
    const focused = same && element.contains(document.activeElement);
    element.replaceChildren(make("div", { class: "panel-head" }, back, title, close), make("div", { class: "panel-body", tabindex: "0", role: "group", "aria-labelledby": "panel-title" }, ...body));
    if (same) element.querySelector(".panel-body").scrollTop = scrolled;
    if (focused) title.focus({ preventScroll: true });
    this.panelKey = `${panel} ${this.cellKey()}`;
  }

  cellBody(title, cell) {
    const open = this.openCell();
    if (!open) {
      const pane = this.panes[cell.pane];
      if (!pane?.cells) return null;
      if (pane.cells.side === cell.side) return [make("p", { text: `There is no cell at row ${cell.row}, column ${cell.column} of this level.` })];
      return this.kept && this.shownCell === this.cellKey() ? this.kept : null;
    }
    const { pane, i } = open;
    const main = mainClass(pane.cells, this.manifest.classes, i);
    if (main) title.replaceChildren("Argues for ", nameOf(main.name));
    else title.textContent = `Cell ${pane.cells.row[i]}, ${pane.cells.column[i]}`;
    const { a, b } = this.store.state;
    this.shownCell = this.cellKey();
    return cellPanel(pane.cells, i, { manifest: this.manifest, effects: pane.effects, classes: [a, b], go: (j) => this.go(pane, j) });
  }

  /** Opens cell `i` of a pane and brings it into sight. */
  go(pane, i) {
    const square = pane.square(i);
    this.store.set({ cell: { pane: pane.index, ...square }, panel: "cell" });
    pane.show(square);
  }

  /** After a cell was opened or closed: focus, and the cell in sight. */
  chose() {
    const { cell } = this.store.state;
    if (!cell) return;
    const inside = byId("panel").contains(document.activeElement);
    if (!inside && document.activeElement !== document.body) this.opener = document.activeElement;
    if (!this.following) byId("panel-title")?.focus({ preventScroll: true });
    const pane = this.panes[cell.pane];
    if (pane && !this.following) requestAnimationFrame(() => pane.map && this.store.state.cell === cell && pane.show(cell));
  }

  close() {
    this.store.set({ cell: null, panel: "" });
    const opener = this.opener?.isConnected ? this.opener : this.panes[0].frame;
    opener.focus({ preventScroll: true });
    this.opener = null;
  }

  escape() {
    this.panes.forEach((pane) => pane.hideTip());
    if (document.querySelector("dialog[open]")) return;
    if (this.store.state.panel) this.close();
  }

  // Brushing

  brushKey() {
    return this.panes.length < 2 ? "" : `${this.cellKey()} ${this.panes.map((pane) => `${pane.layerId} ${pane.cells?.side}`).join(" ")}`;
  }

  /** Brushes the photographs of the open cell in the other map. */
  async updateBrush() {
    const key = this.brushKey();
    this.brushedFor = key;
    const open = this.panes.length > 1 ? this.openCell() : null;
    const other = open ? this.panes[1 - open.pane.index] : null;
    if (!open || !other?.cells || other.cells.layer !== other.layer) {
      this.panes.forEach((pane) => pane.setBrush(null));
      this.display.say(this.panes.length > 1 ? brushable(this.panes[0].layer, this.panes[1].layer) : "");
      return;
    }
    open.pane.setBrush(null);
    const why = brushable(open.pane.layer, other.layer);
    if (why) {
      other.setBrush(null);
      this.display.say(why);
      return;
    }
    try {
      const found = await brush({ layer: open.pane.layer, level: open.pane.cells.level }, open.i, { layer: other.layer, level: other.cells.level });
      if (this.brushedFor !== key) return;
      other.setBrush(found.counts);
      this.display.say(`${plural(found.cells, "cell")} of the other map ${found.cells === 1 ? "holds" : "hold"} samples of the same ${plural(found.photographs, "photograph")}.`);
    } catch (error) {
      this.notice(error.message);
    }
  }

  /** A message that stays until it is closed. */
  notice(text) {
    if ([...byId("notices").children].some((known) => known.dataset.text === text)) return;
    const element = make("div", { class: "message", data: { text } }, nameOf(text));
    element.append(button("Close", () => element.remove(), { icon: "close", class: "quiet close" }));
    byId("notices").append(element);
  }
}

setTheme(chosenTheme());
receive((manifest) => {
  try {
    if (manifest.format !== 1) throw new Error(`data/atlas.js has format ${manifest.format}; this page reads format 1.`);
    if (!manifest.layers?.length) throw new Error("data/atlas.js names no layer.");
    window.atlasExplorer = new Explorer(manifest);
  } catch (error) {
    byId("notices").append(make("p", { class: "message", text: `The atlas cannot be shown. ${error.message}` }));
    throw error;
  }
});
window.addEventListener("DOMContentLoaded", () => {
  if (!window.atlasExplorer && !byId("notices").firstChild) {
    byId("notices").append(make("p", { class: "message", text: "data/atlas.js is missing or cut: the atlas cannot be shown." }));
  }
});
