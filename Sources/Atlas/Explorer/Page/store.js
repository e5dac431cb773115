/** The data files: each is a script that calls `explorer.…`, is loaded when first needed, and stays. */
import { decode } from "./binary.js";

/** No class, no cell: the largest of 16 bits. */
export const NONE = 65535;

/** What waits for a file: its path -> functions. */
const waiting = new Map();
/** Promises of what was asked for, by path. */
const asked = new Map();
/** Called once with the manifest. */
let opened = null;

/** What the data files call. */
const receivers = {
  open: (manifest) => opened?.({
    ...manifest, classes: distinct(manifest.classes ?? []), truth: manifest.truth ?? [],
    layers: (manifest.layers ?? []).map(readLayer),
  }),
  cells: (layer, side, data) => waiting.get(`data/${layer}/${side}/cells.js`)?.(data),
  images: (layer, data) => waiting.get(`data/${layer}/images.js`)?.(data),
  samples: (layer, side, data) => waiting.get(`data/${layer}/${side}/samples.js`)?.(data),
  effects: (layer, index, data) => waiting.get(`data/${layer}/effects/${index}.js`)?.(data),
};

/** Names of classes, with their index behind those that occur twice (ImageNet has two cranes). */
function distinct(names) {
  const times = new Map();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return names.map((name, i) => (times.get(name) > 1 ? `${name} #${i}` : name));
}

/** A layer of the manifest with its points as numbers. */
function readLayer(layer) {
  const points = (layer.points ?? []).map((set) => ({ names: set.names, x: decode(set.x, set.names.length),
    y: decode(set.y, set.names.length) }));
  return { ...layer, points };
}

/** Sets `window.explorer`; `action` gets the manifest. */
export function receive(action) {
  opened = action;
  window.explorer = Object.freeze(receivers);
}

/**
 * What a data file holds, after `read`. A file that is missing, cut or wrong is an error that names it;
 * asking again tries again.
 */
function load(path, read) {
  const known = asked.get(path);
  if (known) return known;
  const promise = new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const finish = (error, value) => {
      waiting.delete(path);
      script.remove();
      if (error) {
        asked.delete(path);
        reject(new Error(`${path}: ${error}`));
      } else resolve(value);
    };
    waiting.set(path, (data) => {
      try {
        finish(null, read(data));
      } catch (error) {
        finish(`is cut or broken: ${error.message}`);
      }
    });
    script.addEventListener("error", () => finish("cannot be read"));
    script.addEventListener("load", () => waiting.has(path) && finish("is cut or broken"));
    script.src = path;
    document.head.append(script);
  });
  asked.set(path, promise);
  return promise;
}

/** The cells of a level. */
export function loadCells(layer, level) {
  return load(`data/${layer.id}/${level.side}/cells.js`, (data) => new Cells(layer, level, data));
}

/** `names` of the layer's photographs; samples of image j are start[j] … start[j + 1] − 1. */
export function loadImages(layer) {
  return load(`data/${layer.id}/images.js`, (data) => ({
    names: data.names, start: decode(data.start, data.names.length + 1),
  }));
}

/** The cell of each sample of a level, `NONE` for none. */
export function loadSamples(layer, level) {
  return load(`data/${layer.id}/${level.side}/samples.js`, (data) => decode(data.cell));
}

/** The effects of a layer's cells on a class: side of a level -> `{mean, error}`, floats in logits; NaN: unknown. */
export function loadEffects(layer, index) {
  return load(`data/${layer.id}/effects/${index}.js`, (data) => new Map(Object.entries(data).map(([side, level]) => {
    const cells = layer.levels.find((known) => known.side === Number(side))?.cells;
    const mean = Float32Array.from(decode(level.mean, cells), (value) => value * level.scale);
    const error = Float32Array.from(decode(level.error, cells), (value) => (value === 255 ? NaN : value * level.scale));
    return [Number(side), { mean, error }];
  })));
}

/** A level's cells, m of them in the order of rows, then columns. */
export class Cells {
  constructor(layer, level, data) {
    const m = level.cells;
    this.layer = layer;
    this.level = level;
    this.side = level.side;
    this.size = m;
    for (const key of ["row", "column", "count", "images", "flags"]) this[key] = decode(data[key], m);
    this.doubts = data.doubts ?? null;
    this.columns = new Map(layer.columns.map((column, i) => [column.name, decode(data.columns[i], m)]));
    this.nearestCount = data.nearestCount ?? 0;
    this.nearest = decode(data.nearest, m * this.nearestCount);
    this.similarity = decode(data.similarity, m * this.nearestCount);
    this.for = ranking(data.for, m);
    this.against = ranking(data.against, m);
    this.effectSamples = data.effectSamples ? decode(data.effectSamples, m) : null;
    this.effectImages = data.effectImages ? decode(data.effectImages, m) : null;
    this.truth = data.truth
      ? { perCell: data.truth.perCell, class: decode(data.truth.class, m * data.truth.perCell),
        count: decode(data.truth.count, m * data.truth.perCell) }
      : null;
    this.numbers = (data.numbers ?? []).map((entry) => ({
      name: entry.name, mean: decode(entry.mean, m), error: decode(entry.error, m),
      count: decode(entry.count, m),
    }));
    this.names = data.names ?? [];
    this.written = data;
    this.decoded = null;
    /** Index of the cell at row · side + column, −1 for none. */
    this.at = new Int32Array(this.side * this.side).fill(-1);
    for (let i = 0; i < m; i += 1) this.at[this.row[i] * this.side + this.column[i]] = i;
  }

  /** The cell at a place of the grid, −1 for none. */
  find(row, column) {
    const inside = row >= 0 && column >= 0 && row < this.side && column < this.side;
    return inside ? this.at[row * this.side + column] : -1;
  }

  /** Real patches of cell `i`; decoded when first asked for. */
  patchesOf(i) {
    const { patches, photograph, photographSize } = this.written;
    if (!patches) return [];
    this.decoded ??= {
      ...Object.fromEntries(["sprite", "y", "start", "name", "truth", "rectangle", "field", "readable"].map(
        (key) => [key, decode(patches[key])])),
      photograph: photograph ? decode(photograph) : null,
      size: photographSize ? decode(photographSize) : null,
    };
    const all = this.decoded;
    const found = [];
    for (let k = all.start[i]; k < all.start[i + 1]; k += 1) {
      const name = all.name[k];
      found.push({
        sprite: all.sprite[i], place: k - all.start[i], y: all.y[i], name: this.names[name] ?? "", truth: all.truth[k],
        rectangle: all.rectangle.subarray(4 * k, 4 * k + 4), field: all.field.subarray(4 * k, 4 * k + 4),
        readable: all.readable[k] === 1, photograph: all.photograph?.[name] ?? -1,
        width: all.size?.[2 * name] ?? 0, height: all.size?.[2 * name + 1] ?? 0,
      });
    }
    return found;
  }
}

/** Classes for or against, `perCell` for each of m cells; null without effects. */
function ranking(data, m) {
  if (!data) return null;
  const n = m * data.perCell;
  return {
    perCell: data.perCell, class: decode(data.class, n), mean: decode(data.mean, n), error: decode(data.error, n),
    agreement: decode(data.agreement, n),
  };
}

/** The entries of a ranking for cell `i`, without empty places. */
export function ranked(ranking_, i) {
  const found = [];
  if (!ranking_) return found;
  for (let k = i * ranking_.perCell; k < (i + 1) * ranking_.perCell; k += 1) {
    if (ranking_.class[k] === NONE) continue;
    found.push({ class: ranking_.class[k], mean: ranking_.mean[k], error: ranking_.error[k],
      agreement: ranking_.agreement[k] });
  }
  return found;
}
