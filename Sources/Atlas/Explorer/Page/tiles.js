/** The tiles of one level as a Leaflet layer that asks only for those that exist. */
import { hasTile, TILE, tilePath } from "./pictures.js";

export const LevelTiles = L.TileLayer.extend({
  /** `density` is "even" or "sized". On dense screens a tile covers half as many pixels of the page. */
  initialize(layer, level, density) {
    const dense = window.devicePixelRatio > 1.25 && level.nativeZoom > 0 ? 1 : 0;
    L.TileLayer.prototype.initialize.call(this, "", {
      tileSize: TILE >> dense, zoomOffset: dense, minNativeZoom: 0, maxNativeZoom: level.nativeZoom - dense,
      minZoom: -10, maxZoom: 30, noWrap: true, keepBuffer: 1,
      bounds: [[-layer.worldSide, 0], [0, layer.worldSide]],
    });
    this.atlasLayer = layer;
    this.level = level;
    this.density = density;
  },

  createTile(place, done) {
    const zoom = place.z + this.options.zoomOffset;
    if (!hasTile(this.level, zoom, place.x, place.y)) {
      const empty = document.createElement("div");
      setTimeout(done, 0, null, empty);
      return empty;
    }
    return L.TileLayer.prototype.createTile.call(this, place, done);
  },

  /** A tile reaches half a pixel under its neighbors: at fractional zooms their edges would let the ground through. */
  _initTile(tile) {
    L.TileLayer.prototype._initTile.call(this, tile);
    tile.style.width = `${this.getTileSize().x + 0.5}px`;
    tile.style.height = `${this.getTileSize().y + 0.5}px`;
  },

  getTileUrl(place) {
    return tilePath(this.atlasLayer, this.level, this.density, place.z + this.options.zoomOffset, place.x, place.y);
  },
});
