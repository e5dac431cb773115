// What the checks ask of the page from within; Page.open puts it there as `test`.
window.test = {
  get pane() {
    return atlasExplorer.panes[0];
  },

  /** Whether a map shows what it shall, and nothing moves any more. */
  settled(index) {
    const pane = window.atlasExplorer?.panes[index];
    if (!pane?.cells || pane.cells.level !== pane.wanted || pane.paint?.cells !== pane.cells) return false;
    if (pane.painted !== pane.asked) return false;
    if (!pane.tiles || pane.tiles.isLoading() || pane.overlay.frame) return false;
    if (pane.map._animatingZoom || pane.map._panAnim?._inProgress) return false;
    return pane.element.querySelector(".leaflet-tile-loaded") !== null;
  },

  /** Whether tiles have faded in. */
  faded() {
    return [...document.querySelectorAll(".leaflet-tile")].every((tile) => getComputedStyle(tile).opacity === "1");
  },

  /** A digest of what lies over the icons of a map, and how many pixels it covers. */
  painted(index) {
    const { canvas } = atlasExplorer.panes[index].overlay;
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let digest = 0;
    let covered = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 0) continue;
      covered += 1;
      digest = (digest * 31 + data[i] + 7 * data[i + 1] + 49 * data[i + 2] + 343 * data[i + 3] + i) % 1000003;
    }
    return [digest, covered];
  },

  /** Holds back the script at a path for some milliseconds, as a slow disk would; `held` is kept when it has come. */
  holdBack(path, milliseconds) {
    const append = document.head.append.bind(document.head);
    document.head.append = (script) => {
      if (!script.src?.endsWith(path)) return append(script);
      this.held = new Promise((come) => {
        script.addEventListener("load", () => setTimeout(come, 50));
        setTimeout(() => append(script), milliseconds);
      });
      return undefined;
    };
  },

  /** The middle of a cell on screen. */
  placeOf(row, column, index) {
    const { cells, frame, layer, map } = atlasExplorer.panes[index];
    const unit = layer.worldSide / cells.side;
    const point = map.latLngToContainerPoint([-(row + 0.5) * unit, (column + 0.5) * unit]);
    const box = frame.getBoundingClientRect();
    return [box.x + point.x, box.y + point.y];
  },

  /** The cell nearest to the middle of a map. */
  centralCell(index) {
    const { cells, layer, map } = atlasExplorer.panes[index];
    const unit = layer.worldSide / cells.side;
    const middle = map.getCenter();
    const far = (i) => Math.hypot(cells.row[i] + 0.5 + middle.lat / unit, cells.column[i] + 0.5 - middle.lng / unit);
    let best = 0;
    for (let i = 1; i < cells.size; i += 1) if (far(i) < far(best)) best = i;
    return { row: cells.row[best], column: cells.column[best] };
  },

  /** Row and column of the first cell with patches. */
  cellWithPatches() {
    const { cells } = this.pane;
    for (let i = 0; i < cells.size; i += 1) if (cells.patchesOf(i).length > 0) return [cells.row[i], cells.column[i]];
    return null;
  },

  /** The middle of an element, brought into sight; null if there is none. */
  middle(selector) {
    const element = document.querySelector(selector);
    if (!element) return null;
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
    const box = element.getBoundingClientRect();
    return box.width > 0 ? [box.x + box.width / 2, box.y + box.height / 2] : null;
  },

  /** What covers a place of an element; null if nothing does. */
  coverOf(selector, x, y) {
    const element = document.querySelector(selector);
    const top = document.elementFromPoint(x, y);
    if (element.contains(top)) return null;
    return top ? top.outerHTML.slice(0, 120) : "the window's edge";
  },

  /** Chooses an option of the select with a label, as a person would; false if there is no such option. */
  choose(label, value) {
    const found = [...document.querySelectorAll("label")].find((one) => one.textContent === label);
    const select = document.getElementById(found?.htmlFor);
    if (!select || ![...select.options].some((option) => option.value === value)) return false;
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  },

  /** The link when it has stopped changing. */
  async link() {
    let last;
    do {
      last = location.hash;
      await new Promise((done) => setTimeout(done, 350));
    } while (last !== location.hash);
    return last.slice(1);
  },

  hiddenCells() {
    return this.pane.hidden?.reduce((sum, one) => sum + one, 0) ?? 0;
  },

  /** The counts in the table's rows. */
  counts() {
    const rows = [...document.querySelectorAll("#table tbody tr")];
    return rows.map((row) => Number(row.children[2].textContent.replaceAll(",", "")));
  },

  /** The text that the button for CSV would save. */
  async csv() {
    const { createObjectURL } = URL;
    const { click } = HTMLAnchorElement.prototype;
    let kept = null;
    URL.createObjectURL = (blob) => {
      kept = blob;
      return createObjectURL(blob);
    };
    HTMLAnchorElement.prototype.click = () => {};
    document.querySelector(".csv").click();
    URL.createObjectURL = createObjectURL;
    HTMLAnchorElement.prototype.click = click;
    return kept.text();
  },

  /** Elements that no name from the data may become. */
  strangeElements() {
    const strange = "b, iframe, object, embed, script:not([src]), [onerror], [onload], [onclick], #panel img, #table img";
    return [...document.querySelectorAll(strange)].map((element) => element.outerHTML.slice(0, 100));
  },

  /** Control characters in what is shown. */
  controls() {
    return document.body.innerText.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/g);
  },

  /** Names that other text could be turned around by. */
  looseNames() {
    return [...document.querySelectorAll(".name")].filter((element) => element.tagName !== "BDI").length;
  },

  /** Pairs of controls that cover one another. */
  overlaps() {
    const shown = [...document.querySelectorAll("#bar, .pane-bar, .zoom, #display .card, #panel")]
      .filter((element) => element.checkVisibility())
      .map((element) => [element.id || element.className, element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0);
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return shown.flatMap(([one, a], i) => shown.slice(i + 1)
      .filter(([, b]) => meet(a, b)).map(([other]) => `${one} and ${other}`));
  },

  /** What is wider than the window, apart from what scrolls by itself; null if nothing is. */
  overflow() {
    const { scrollWidth } = document.scrollingElement;
    if (scrollWidth > innerWidth) return `the page is ${scrollWidth} pixels wide`;
    for (const element of document.querySelectorAll("body *")) {
      const { right, width } = element.getBoundingClientRect();
      if (width === 0 || right <= innerWidth + 1 || !element.checkVisibility()) continue;
      if (element.closest(".map, .table-scroll, .hidden-text, [aria-hidden]")) continue;
      return `${element.tagName} ${element.className} ends at ${Math.round(right)}`;
    }
    return null;
  },

  /** What axe-core finds: impact, rule, what helps, the first elements. */
  async axe() {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    const told = (node) => `${node.html.slice(0, 140)} ${node.any[0]?.message ?? ""}`;
    return violations.map(({ impact, id, help, nodes }) => [impact, id, help, nodes.slice(0, 3).map(told)]);
  },

  /** Times between frames in milliseconds while the map moves with every frame. */
  frames(count) {
    const { map } = this.pane;
    return new Promise((done) => {
      const times = [];
      let last = 0;
      const step = (now) => {
        if (last > 0) times.push(now - last);
        last = now;
        const n = times.length;
        if (n === count) {
          done(times);
          return;
        }
        map.panBy([n % 40 < 20 ? 6 : -6, n % 30 < 15 ? 4 : -4], { animate: false });
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });
  },
};
