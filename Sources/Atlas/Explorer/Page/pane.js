/** One map: a layer of the atlas, its levels, and the canvas over it. */
import { byId, button, fill, freshId, make, nameOf, select } from "./dom.js";
import { themeColors } from "./color.js";
import { Pointer } from "./pointer.js";
import { LevelTiles } from "./tiles.js";
import { roundedPlace } from "./state.js";
import { loadCells } from "./store.js";
import { Overlay } from "./overlay.js";
import { Paint, paintBrush, paintEffects, paintMeasure } from "./paint.js";
import { effectsOf, hiddenCells, measured, rangeOf } from "./values.js";
import { brief } from "./text.js";

/** The level shown is the finest whose cells have at least so many pixels on screen. */
const READABLE = 48;
/** Pixels left free around the map as a whole, above for the pane's choosers. */
const HOME = { paddingTopLeft: [12, 56], paddingBottomRight: [12, 12], reset: true };

export class Pane {
  /**
   * `context` is `{manifest, store, panes(), report(error), shown(pane)}`; `shown` is told of new cells and paint.
   * `hidden` marks hidden cells, `effects` are those of the chosen classes, `scale` is what full colors stand for;
   * paint was asked for `asked` times, and what lies over the icons is that of the time `painted`.
   */
  constructor(index, context) {
    Object.assign(this, context, {
      index, cells: null, paint: null, hidden: null, effects: null, scale: null, brushed: null, tiles: null, request: 0,
      asked: 0, painted: 0,
    });
    this.build();
    const animated = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(this.frame, {
      crs: L.CRS.Simple, zoomSnap: 0, zoomControl: false, attributionControl: false, keyboard: false, boxZoom: false,
      maxBoundsViscosity: 0.6, bounceAtZoomLimits: false, zoomAnimationThreshold: 8, zoomAnimation: animated,
      fadeAnimation: animated,
      inertia: animated, wheelPxPerZoomLevel: 90, doubleClickZoom: false,
    });
    this.overlay = new Overlay(() => this.scene());
    this.pointer = new Pointer(this);
    this.setLayer();
    this.place(this.state.at);
    this.overlay.addTo(this.map);
    this.addControls();
    this.map.on("zoomend", () => this.chooseLevel());
    this.map.on("moveend", () => this.moved());
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.frame);
  }

  get state() {
    return this.store.state.panes[this.index];
  }

  get layer() {
    return this.manifest.layers.find((layer) => layer.id === this.state.layer);
  }

  build() {
    const layers = this.manifest.layers.map((layer) => [layer.id, brief(layer.title, 48)]);
    const which = this.index === 0 ? "" : " of the second map";
    const [layerLabel, layerSelect] = select(`Layer${which}`, layers, this.state.layer,
      (id) => this.store.setLayer(this.index, id));
    const [levelLabel, levelSelect] = select(`Level${which}`, [], "",
      (side) => this.store.setPane(this.index, { level: Number(side) }));
    this.layerSelect = layerSelect;
    this.levelSelect = levelSelect;
    layerLabel.className = "hidden-text";
    levelLabel.className = "hidden-text";
    const hint = freshId("hint");
    this.frame = make("div", {
      class: "map", tabindex: "0", role: "application", "aria-describedby": hint,
      "aria-label": this.index === 0 ? "Map of cells" : "Second map of cells",
    });
    this.axis = make("p", { class: "axis" });
    this.element = make("section", { class: "pane", "aria-label": this.index === 0 ? "Map" : "Second map" },
      this.frame,
      make("div", { class: "pane-bar" }, layerLabel, layerSelect, levelLabel, levelSelect),
      this.axis,
      make("p", { id: hint, class: "hidden-text" },
        "Arrow keys move from cell to cell, Enter opens a cell, plus and minus zoom, Shift with an arrow key moves the "
        + "map, Home shows all."));
    byId("maps").append(this.element);
  }

  addControls() {
    const home = button("Show all", () => this.home(), { icon: "home", class: "quiet" });
    const zoomIn = button("+", () => this.map.zoomIn(1), { class: "quiet", "aria-label": "Zoom in", title: "Zoom in" });
    const zoomOut = button("−", () => this.map.zoomOut(1),
      { class: "quiet", "aria-label": "Zoom out", title: "Zoom out" });
    this.element.append(make("div", { class: "zoom", role: "group", "aria-label": "Zoom" }, zoomIn, zoomOut, home));
  }

  remove() {
    this.resized.disconnect();
    this.map.remove();
    this.element.remove();
    this.request += 1;
    this.cells = null;
  }

  // Place

  get world() {
    return [[-this.layer.worldSide, 0], [0, this.layer.worldSide]];
  }

  /** Shows a place `{x, y, zoom}`, or all. */
  place(at) {
    if (!at) return this.home();
    const side = this.layer.worldSide;
    this.homeView = null;
    return this.map.setView([-at.y * side, at.x * side], at.zoom, { reset: true });
  }

  home() {
    this.map.fitBounds(this.world, HOME);
    this.homeView = { center: this.map.getCenter(), zoom: this.map.getZoom() };
    this.moved();
  }

  moved() {
    const center = this.map.getCenter();
    const zoom = this.map.getZoom();
    const atHome = this.homeView && this.homeView.zoom === zoom
      && this.homeView.center.distanceTo(center) * 2 ** zoom < 1;
    const side = this.layer.worldSide;
    const at = atHome ? null : roundedPlace(center.lng / side, -center.lat / side, zoom);
    const old = this.state.at;
    const pixels = old && at ? Math.hypot(at.x - old.x, at.y - old.y) * side * 2 ** zoom : Infinity;
    const same = at === old || (old && at && Math.abs(at.zoom - old.zoom) < 1e-3 && pixels < 0.75);
    if (!same) this.store.setPane(this.index, { at });
  }

  resize() {
    const size = this.map.getSize();
    if (size.x === this.frame.clientWidth && size.y === this.frame.clientHeight) return;
    const all = this.state.at === null;
    this.map.invalidateSize({ pan: false, debounceMoveend: false });
    if (all) this.home();
  }

  /** Brings a square `{side, row, column}` into sight, near enough to be seen. */
  show(square, near = false) {
    const unit = this.layer.worldSide / square.side;
    const middle = [-(square.row + 0.5) * unit, (square.column + 0.5) * unit];
    const enough = Math.log2(READABLE / unit);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (near && this.map.getZoom() < enough) this.map.setView(middle, enough, { animate: !still });
    else this.map.panInside(middle, { padding: [70, 70], animate: !still });
  }

  // Layer and level

  setLayer() {
    const { layer } = this;
    this.layerShown = layer.id;
    const finest = Math.max(...layer.levels.map((level) => level.nativeZoom));
    this.map.setMinZoom(-4).setMaxZoom(finest + 2);
    this.map.setMaxBounds(L.latLngBounds(this.world).pad(0.75));
    this.layerSelect.value = layer.id;
    this.axis.replaceChildren(...(layer.axis
      ? [make("span", {}, "← ", nameOf(layer.axis.left)), make("span", {}, nameOf(layer.axis.right), " →")] : []));
    this.axis.hidden = !layer.axis;
    this.pointer.setCursor(null);
  }

  /** The level that belongs to the state and the zoom; the map need not show it yet. */
  get wanted() {
    const { levels, worldSide } = this.layer;
    const fixed = levels.find((level) => level.side === this.state.level);
    if (fixed) return fixed;
    const scale = 2 ** this.map.getZoom();
    return levels.findLast((level) => (worldSide / level.side) * scale >= READABLE - 0.5) ?? levels[0];
  }

  /** Shows the level that is wanted; what is shown stays until the new level's cells are there. */
  async chooseLevel() {
    const { layer, wanted } = this;
    this.request += 1; // what was asked for before is no longer wanted, even if nothing is to be done
    const { request } = this;
    if (this.cells?.layer === layer && this.cells.level === wanted) return;
    try {
      const cells = await loadCells(layer, wanted);
      if (request !== this.request) return;
      this.cells = cells;
      this.pointer.setCursor(null);
      this.fillLevels();
      this.setTiles();
      await this.repaint();
    } catch (error) {
      if (request === this.request) this.report(error);
    }
  }

  fillLevels() {
    const now = this.cells?.side;
    fill(this.levelSelect, [
      ["0", now ? `auto: ${now} × ${now}` : "auto"],
      ...this.layer.levels.map((level) => [String(level.side), `${level.side} × ${level.side}`]),
    ], String(this.state.level));
    this.levelSelect.hidden = this.layer.levels.length < 2;
  }

  setTiles() {
    const old = this.tiles;
    this.tiles = new LevelTiles(this.layer, this.cells.level,
      this.store.state.sized && this.cells.level.sized ? "sized" : "even");
    this.tiles.once("load", () => old?.remove());
    this.tiles.addTo(this.map);
    if (old) setTimeout(() => old.remove(), 1500);
  }

  // Paint

  /** Computes what lies over the icons anew; effects may have to be read first, and what is asked for last counts. */
  async repaint() {
    const { cells } = this;
    if (!cells) return;
    this.asked += 1;
    const { asked } = this;
    const { a, b, mix, color, filter, least } = this.store.state;
    const classes = `${a},${b}`;
    if (this.effects?.classes !== classes) this.effects = null;
    let effects = null;
    try {
      effects = await effectsOf(this.layer, cells.side, a, b, mix);
    } catch (error) {
      this.report(error);
    }
    if (asked !== this.asked || cells !== this.cells) return;
    this.effects = effects && { ...effects, classes };
    this.hidden = hiddenCells(cells, filter, least);
    this.scale = this.commonScale();
    const colors = themeColors();
    const paint = new Paint(cells, colors.ground, this.hidden);
    if (this.brushed?.cells === cells) paintBrush(paint, this.brushed.counts, colors);
    else if (color === "effect" && effects) paintEffects(paint, effects, this.scale[1], colors);
    else if (color && color !== "effect") paintMeasure(paint, color, this.scale);
    this.paint = paint;
    this.colors = colors;
    this.overlay.redraw();
    this.painted = asked;
    this.shown(this);
  }

  /** Least and largest value of what colors the cells, over all maps: equal colors are equal values. */
  commonScale() {
    const { color } = this.store.state;
    const ranges = this.panes().map((pane) => {
      if (color === "effect") return pane.effects && [-pane.effects.most, pane.effects.most];
      const values = color && pane.cells ? measured(pane.cells, color) : null;
      return values && rangeOf(values);
    }).filter((range) => range);
    return ranges.length > 0 ? [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))]
      : [0, 1];
  }

  /** Paints anew if another map has changed the scale. */
  rescale() {
    if (this.paint && this.commonScale().some((value, k) => value !== this.scale[k])) this.repaint();
  }

  /** Paints `counts` of brushed samples, or nothing. */
  setBrush(counts) {
    if (!counts && !this.brushed) return;
    this.brushed = counts ? { cells: this.cells, counts } : null;
    this.repaint();
  }

  scene() {
    const { cell, points } = this.store.state;
    this.colors ??= themeColors();
    return {
      layer: this.layer, paint: this.paint?.cells === this.cells ? this.paint : null, colors: this.colors,
      chosen: cell?.pane === this.index ? cell : null,
      cursor: this.pointer.cursor !== null && this.cells ? this.square(this.pointer.cursor) : null,
      points: points ? this.layer.points : [],
    };
  }

  square(i) {
    return { side: this.cells.side, row: this.cells.row[i], column: this.cells.column[i] };
  }

  // Cells

  /** The cell at a place of the map, −1 for none. */
  cellAt(latlng) {
    if (!this.cells) return -1;
    const unit = this.layer.worldSide / this.cells.side;
    const i = this.cells.find(Math.floor(-latlng.lat / unit), Math.floor(latlng.lng / unit));
    return i >= 0 && this.hidden?.[i] === 1 ? -1 : i;
  }

  open(i) {
    this.frame.focus({ preventScroll: true });
    this.store.set({ cell: { pane: this.index, ...this.square(i) }, panel: "cell" });
  }
}
