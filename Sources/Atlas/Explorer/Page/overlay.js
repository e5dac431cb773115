/** One canvas over the tiles for all that fades or marks: paint, frames, points, the open cell and the cursor. */
import { css } from "./color.js";

/** From this size on screen, in pixels, a cell shows its color as a frame and keeps its icon visible. */
const FRAMED = 28;
/** How much of the color covers small cells, and large ones. */
const COVER_SMALL = 0.8;
const COVER_LARGE = 0.12;

export const Overlay = L.Layer.extend({
  /** `scene()` gives `{layer, paint, colors, chosen, cursor, points}` to draw; squares are `{side, row, column}`. */
  initialize(scene) {
    this.scene = scene;
    this.frame = 0;
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "overlay leaflet-zoom-animated", map.getPanes().overlayPane);
    this.canvas.setAttribute("aria-hidden", "true");
    this.redraw();
  },

  onRemove() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.canvas.remove();
  },

  getEvents() {
    return { move: this.redraw, moveend: this.redraw, resize: this.redraw, viewreset: this.redraw,
      zoomanim: this.animate };
  },

  /** Draws in the next frame, however often it is asked for before. */
  redraw() {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  },

  /** Follows the animation of a zoom by the same transform as the tiles. */
  animate(event) {
    const map = this._map;
    const scale = map.getZoomScale(event.zoom, this.drawnZoom);
    const corner = map._latLngToNewLayerPoint(this.drawnCorner, event.zoom, event.center);
    L.DomUtil.setTransform(this.canvas, corner, scale);
  },

  draw() {
    this.frame = 0;
    const map = this._map;
    if (!map) return;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    const context = canvas.getContext("2d");
    if (canvas.width !== Math.round(size.x * ratio) || canvas.height !== Math.round(size.y * ratio)) {
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    this.drawnZoom = map.getZoom();
    this.drawnCorner = map.containerPointToLatLng([0, 0]);
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    const scene = this.scene();
    if (!scene.layer) return;
    const origin = map.latLngToContainerPoint([0, 0]);
    const world = scene.layer.worldSide * map.getZoomScale(this.drawnZoom, 0);
    this.drawPaint(context, scene, origin, world, size);
    this.drawPoints(context, scene, origin, world, size);
    const place = (square) => ({
      x: origin.x + (square.column * world) / square.side, y: origin.y + (square.row * world) / square.side,
      side: world / square.side,
    });
    if (scene.chosen) outline(context, place(scene.chosen), scene.colors.accent, scene.colors.ground, []);
    if (scene.cursor) outline(context, place(scene.cursor), scene.colors.ink, scene.colors.ground, [6, 4]);
  },

  drawPaint(context, { paint }, origin, world, size) {
    if (!paint) return;
    const { cells } = paint;
    const side = world / cells.side;
    const framed = side >= FRAMED;
    const raster = paint.raster(framed ? COVER_LARGE : COVER_SMALL);
    if (!raster) return;
    context.imageSmoothingEnabled = false;
    context.drawImage(raster, origin.x - 0.5, origin.y - 0.5, world + 1, world + 1); // tiles lie on whole pixels
    if (!framed || paint.empty) return;
    const width = Math.min(8, Math.max(2, side * 0.06));
    context.lineWidth = width;
    const columns = span(origin.x, side, size.x, cells.side);
    const rows = span(origin.y, side, size.y, cells.side);
    for (let row = rows[0]; row <= rows[1]; row += 1) {
      for (let column = columns[0]; column <= columns[1]; column += 1) {
        const i = cells.at[row * cells.side + column];
        if (i < 0 || paint.hidden?.[i] === 1 || paint.weight[i] < 0.05) continue;
        context.strokeStyle = css(paint.color.subarray(3 * i, 3 * i + 3), paint.weight[i].toFixed(2));
        context.strokeRect(origin.x + column * side + width / 2, origin.y + row * side + width / 2, side - width,
          side - width);
      }
    }
  },

  drawPoints(context, { points, colors }, origin, world, size) {
    const radius = Math.min(5, Math.max(2.5, world / 160));
    context.fillStyle = css(colors.accent);
    context.strokeStyle = css(colors.ground);
    context.lineWidth = 1.5;
    for (const { x, y } of points) {
      for (let i = 0; i < x.length; i += 1) {
        const left = origin.x + x[i] * world;
        const top = origin.y + y[i] * world;
        if (left < -radius || top < -radius || left > size.x + radius || top > size.y + radius) continue;
        context.beginPath();
        context.arc(left, top, radius, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      }
    }
  },
});

/** First and last cell along one side that is within `extent` pixels. */
function span(origin, side, extent, count) {
  return [Math.max(0, Math.floor(-origin / side)), Math.min(count - 1, Math.floor((extent - origin) / side))];
}

/** A square's outline that shows on any icon: a line with a lighter or darker one on both sides. */
function outline(context, { x, y, side }, color, ground, dash) {
  const box = [x - 1, y - 1, Math.max(6, side + 2), Math.max(6, side + 2)];
  context.setLineDash([]);
  context.strokeStyle = css(ground);
  context.lineWidth = 6;
  context.strokeRect(...box);
  context.setLineDash(dash);
  context.strokeStyle = css(color);
  context.lineWidth = 3;
  context.strokeRect(...box);
  context.setLineDash([]);
}
