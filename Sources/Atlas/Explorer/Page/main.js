/** Puts the page together: state, link, maps, panel, table. */
import { Bar } from "./bar.js";
import { brush, brushable } from "./brush.js";
import { chosenTheme, setTheme } from "./color.js";
import { Display } from "./display.js";
import { byId, button, make, nameOf } from "./dom.js";
import { Pane } from "./pane.js";
import { Panel } from "./panel.js";
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
    const context = {
      manifest, store: this.store, panes: () => this.panes, report: (error) => this.notice(error.message),
      shown: (pane) => this.shown(pane), opened: () => this.updateBrush(), themed: () => this.themed(),
    };
    this.context = context;
    this.bar = new Bar(context);
    this.panel = new Panel(context); // before the maps: it takes its width from theirs
    this.display = new Display(context);
    this.table = new CellTable(context);
    this.syncPanes();
    this.store.listen((changed) => this.changed(changed));
    window.addEventListener("popstate", () => this.followLink());
    document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.escape());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change",
      () => setTheme(chosenTheme(), () => this.themed()));
    this.showView();
    this.writeLinkSoon();
  }

  // State

  changed(changed) {
    const any = (...keys) => keys.some((key) => changed.has(key));
    if (any("cell")) this.panel.resolve();
    if (any("panes")) this.syncPanes();
    if (any("a", "b", "mix", "color", "filter", "least")) this.panes.forEach((pane) => pane.repaint());
    if (any("panel", "a", "b") && !any("cell")) this.panel.show();
    if (any("sized")) this.panes.forEach((pane) => pane.cells && pane.setTiles());
    if (any("points", "cell")) this.panes.forEach((pane) => pane.overlay.redraw());
    if (any("view")) this.showView();
    if (any("cell") && this.store.state.cell && !this.following) this.reveal();
    if (any("cell", "panes")) this.updateBrush();
    this.bar.update();
    if (any("sized", "points", "a", "b", "mix")) this.display.update();
    if (any("cell", "panel", "view", "a", "b") && !this.following) this.writeLink(true);
    else this.writeLinkSoon();
  }

  /** Makes the maps those of the state. */
  syncPanes() {
    const { state } = this.store;
    const count = this.panes.length;
    const places = state.panes.map((pane) => pane.at);
    while (this.panes.length > state.panes.length) this.panes.pop().remove();
    state.panes.forEach((wanted, i) => {
      const pane = this.panes[i] ?? new Pane(i, this.context);
      this.panes[i] = pane;
      if (pane.layerShown !== wanted.layer) {
        pane.setLayer();
        pane.place(wanted.at);
      }
      pane.fillLevels();
      pane.chooseLevel();
    });
    if (count === this.panes.length) return;
    this.restore(places);
    this.display.update();
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
    this.panes.forEach((other) => other !== pane && other.rescale());
    this.panel.refresh(pane);
    if (this.brushedFor !== this.brushKey()) this.updateBrush();
  }

  themed() {
    this.panes.forEach((pane) => pane.repaint());
    this.bar.update();
  }

  showView() {
    const table = this.store.state.view === "table";
    byId("maps").classList.toggle("covered", table);
    byId("maps").inert = table;
    this.table.update();
  }

  /** Focus goes to the panel of a cell that was opened, and the cell comes into sight once the panel has its place. */
  reveal() {
    const { cell } = this.store.state;
    this.panel.enter();
    requestAnimationFrame(() => this.store.state.cell === cell && this.panes[cell.pane]?.show(cell));
  }

  escape() {
    this.panes.forEach((pane) => pane.pointer.hideTip());
    if (!document.querySelector("dialog[open]") && this.store.state.panel) this.panel.close();
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

  // Brushing

  brushKey() {
    return JSON.stringify([this.store.state.cell, Boolean(this.panel.open),
      this.panes.map((pane) => [pane.layerShown, pane.cells?.side])]);
  }

  /** Brushes the photographs of the open cell in the other map. */
  async updateBrush() {
    const key = this.brushKey();
    this.brushedFor = key;
    const { open } = this.panel;
    const [one, two] = this.panes;
    const other = open && two ? this.panes[1 - open.pane] : null;
    this.panes.forEach((pane) => pane !== other && pane.setBrush(null));
    const why = two ? brushable(one.layer, two.layer) : "";
    if (!other?.cells || why) {
      other?.setBrush(null);
      this.display.say(two ? why || "Open a cell: the other map shows where samples of the same photographs lie." : "");
      return;
    }
    try {
      const { cells } = other;
      const found = await brush(open.cells, open.i, cells);
      if (this.brushedFor !== key || other.cells !== cells) return;
      other.setBrush(found.counts);
      const photographs = plural(found.photographs, "photograph");
      this.display.say(`Samples of the same ${photographs} lie in ${plural(found.cells, "cell")} of the other map.`);
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
    if (manifest.format !== 1) throw new Error(`data/atlas.js has format ${manifest.format}; the page reads format 1.`);
    if (manifest.layers.length === 0) throw new Error("data/atlas.js names no layer.");
    window.atlasExplorer = new Explorer(manifest); // for the console and the tests
  } catch (error) {
    byId("notices").append(make("p", { class: "message", text: `The atlas cannot be shown. ${error.message}` }));
    throw error;
  }
});
window.addEventListener("DOMContentLoaded", () => {
  if (!window.atlasExplorer && !byId("notices").firstChild) {
    byId("notices").append(make("p",
      { class: "message", text: "data/atlas.js is missing or cut: the atlas cannot be shown." }));
  }
});
