/** The mouse, fingers and keys on a map: the tooltip, opening cells, and a cursor that moves from cell to cell. */
import { announce, make, nameOf } from "./dom.js";
import { cellNear, isArrow, neighborOf } from "./cursor.js";
import { sentenceOf, tooltipOf } from "./describe.js";
import { number, plusMinus } from "./text.js";
import { measured, measures } from "./values.js";

/** Pixels that Shift and an arrow key move the map. */
const PAN = { ArrowUp: [0, -90], ArrowDown: [0, 90], ArrowLeft: [-90, 0], ArrowRight: [90, 0] };
/** A point is under the mouse within so many pixels. */
const NEAR_POINT = 7;

export class Pointer {
  constructor(pane) {
    this.pane = pane;
    /** The cell under the keyboard's cursor, null if it is not shown. */
    this.cursor = null;
    this.tip = make("div", { class: "tip", "aria-hidden": "true", hidden: true });
    const { frame, map } = pane;
    pane.element.append(this.tip);
    // Leaflet copies every property of a click, of which Firefox warns: clicks are heard here instead.
    L.DomEvent.off(frame, "click dblclick", map._handleDOMEvent, map);
    frame.addEventListener("click", (event) => !map.dragging.moved() && this.openAt(map.mouseEventToLatLng(event)));
    frame.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this.hover(event));
    frame.addEventListener("pointerleave", () => this.hideTip());
    frame.addEventListener("keydown", (event) => this.key(event));
    frame.addEventListener("blur", () => this.setCursor(null));
    map.on("movestart zoomstart", () => this.hideTip());
  }

  openAt(latlng) {
    this.hideTip();
    const i = this.pane.cellAt(latlng);
    if (i >= 0) this.pane.open(i);
  }

  hover(event) {
    const { pane } = this;
    const i = pane.cellAt(pane.map.mouseEventToLatLng(event));
    const point = this.pointAt(event);
    if (event.buttons || (i < 0 && point === null)) {
      this.hideTip();
      return;
    }
    const lines = i < 0 ? [] : tooltipOf(pane.cells, pane.manifest, i, this.extraOf(i));
    if (point !== null) lines.unshift(make("p", { class: "tip-title" }, "new: ", nameOf(point)));
    this.tip.replaceChildren(...lines);
    this.tip.hidden = false;
    const box = pane.element.getBoundingClientRect();
    const beside = (at, size, extent) => Math.max(4, at + 16 + size > extent ? at - 12 - size : at + 16);
    const left = beside(event.clientX - box.left, this.tip.offsetWidth, box.width);
    const up = beside(event.clientY - box.top, this.tip.offsetHeight, box.height);
    this.tip.style.transform = `translate(${left}px, ${up}px)`;
  }

  hideTip() {
    this.tip.hidden = true;
  }

  /** The value that colors cell `i`, named, unless the tooltip has it anyway. */
  extraOf(i) {
    const { cells, effects, layer, manifest, store } = this.pane;
    const { a, b, color } = store.state;
    if (color === "effect") {
      return effects ? [[b < 0 ? manifest.classes[a] : "difference", plusMinus(effects.value[i], effects.error[i])]]
        : [];
    }
    const measure = measures(layer, cells).find((known) => known.key === color && known.key !== "column:fidelity");
    return measure ? [[measure.label, number(measured(cells, color)[i])]] : [];
  }

  /** The name of a new photograph under the mouse, null for none. */
  pointAt(event) {
    const { map, layer, store } = this.pane;
    if (!store.state.points) return null;
    const { lat, lng } = map.mouseEventToLatLng(event);
    const near = NEAR_POINT / layer.worldSide / 2 ** map.getZoom();
    for (const { x, y, names } of layer.points) {
      const found = x.findIndex((_, i) => Math.hypot(x[i] - lng / layer.worldSide,
        y[i] + lat / layer.worldSide) < near);
      if (found >= 0) return names[found];
    }
    return null;
  }

  key(event) {
    const { pane } = this;
    if (event.target !== pane.frame || event.ctrlKey || event.metaKey || event.altKey || !pane.cells) return;
    const { key } = event;
    if (isArrow(key) && event.shiftKey) pane.map.panBy(PAN[key], { animate: false });
    else if (isArrow(key)) this.step(key);
    else if ((key === "Enter" || key === " ") && this.cursor !== null) pane.open(this.cursor);
    else if (key === "+" || key === "=") pane.map.zoomIn(1);
    else if (key === "-") pane.map.zoomOut(1);
    else if (key === "Home") pane.home();
    else return;
    event.preventDefault();
  }

  /** Moves the cursor; the first step only shows it, on the open cell or in the middle. */
  step(key) {
    const { pane } = this;
    const next = this.cursor === null ? this.firstCell() : neighborOf(pane.cells, pane.hidden, this.cursor, key);
    if (next < 0) return;
    this.setCursor(next);
    pane.show(pane.square(next));
    announce(sentenceOf(pane.cells, pane.manifest, next));
  }

  firstCell() {
    const { cells, hidden, index, layer, map, store } = this.pane;
    const { cell } = store.state;
    if (cell?.pane === index && cell.side === cells.side) {
      const open = cells.find(cell.row, cell.column);
      if (open >= 0 && hidden?.[open] !== 1) return open;
    }
    const unit = layer.worldSide / cells.side;
    const center = map.getCenter();
    return cellNear(cells, hidden, -center.lat / unit, center.lng / unit);
  }

  setCursor(i) {
    if (i === this.cursor) return;
    this.cursor = i;
    this.pane.overlay.redraw();
  }
}
