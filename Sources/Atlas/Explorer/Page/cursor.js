/** Moving among cells by the arrow keys. */

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Whether a key moves among cells. */
export function isArrow(key) {
  return key in STEPS;
}

/**
 * The next cell from cell `i` in the direction of an arrow key: the nearest ahead, where a step aside counts as three
 * forward; `i` itself if there is none. `hidden` marks cells to skip, or is null.
 */
export function neighborOf(cells, hidden, i, key) {
  const [down, right] = STEPS[key];
  let best = i;
  let least = Infinity;
  for (let j = 0; j < cells.size; j += 1) {
    if (hidden?.[j] === 1) continue;
    const rows = cells.row[j] - cells.row[i];
    const columns = cells.column[j] - cells.column[i];
    const ahead = rows * down + columns * right;
    if (ahead <= 0) continue;
    const distance = ahead + 3 * Math.abs(rows * right + columns * down);
    if (distance < least) {
      least = distance;
      best = j;
    }
  }
  return best;
}

/** The visible cell nearest to a place (row and column may lie between cells); −1 if all are hidden. */
export function cellNear(cells, hidden, row, column) {
  let best = -1;
  let least = Infinity;
  for (let j = 0; j < cells.size; j += 1) {
    if (hidden?.[j] === 1) continue;
    const distance = (cells.row[j] + 0.5 - row) ** 2 + (cells.column[j] + 0.5 - column) ** 2;
    if (distance < least) {
      least = distance;
      best = j;
    }
  }
  return best;
}
