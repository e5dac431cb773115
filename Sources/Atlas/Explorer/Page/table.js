/** All cells of the shown level as a table equal to the map: sortable, in pages, and as CSV. */
import { byId, button, make, nameOf } from "./dom.js";
import { mainClass } from "./describe.js";
import { clean, number, percent, plural, whole } from "./text.js";
import { mainTruth } from "./values.js";

/** Rows of a page. */
const PAGE = 100;

export class CellTable {
  /** `context` is `{manifest, store, panes()}`; the table is that of the first map. */
  constructor(context) {
    Object.assign(this, context, { sort: "", down: false, page: 0, order: [], columns: [] });
    this.head = make("tr");
    this.body = make("tbody");
    this.caption = make("caption");
    this.where = make("p", { class: "where", role: "status" });
    this.before = button("Previous", () => this.turn(-1));
    this.after = button("Next", () => this.turn(1));
    byId("table").append(
      make("div", { class: "table-bar" }, this.where, this.before, this.after,
        button("Download CSV", () => this.download(), { class: "csv" })),
      make("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table of cells" },
        make("table", {}, this.caption, make("thead", {}, this.head), this.body)));
  }

  /** Columns `{key, title, value(i), text(i), csv(i)}`: numbers sort as numbers, names as names. */
  describe() {
    const { manifest, store } = this;
    const { cells, effects, layer } = this.panes()[0];
    const numeric = (key, title, value, text = (i) => number(value(i))) => ({ key, title, value, text, csv: value });
    const named = (key, title, value) => ({ key, title, value, name: true, csv: value });
    const columns = [
      numeric("row", "row", (i) => cells.row[i], (i) => String(cells.row[i])),
      numeric("column", "column", (i) => cells.column[i], (i) => String(cells.column[i])),
      numeric("count", "samples", (i) => cells.count[i], (i) => whole(cells.count[i])),
      numeric("images", "photographs", (i) => cells.images[i], (i) => whole(cells.images[i])),
    ];
    if (cells.for) {
      columns.push(named("class", "argues most for", (i) => mainClass(cells, manifest.classes, i)?.name ?? ""),
        numeric("mean", "mean (logits)", (i) => mainClass(cells, manifest.classes, i)?.mean ?? NaN),
        numeric("error", "standard error", (i) => mainClass(cells, manifest.classes, i)?.error ?? NaN));
    }
    if (effects) {
      const { a, b } = store.state;
      const title = b < 0 ? `effect on ${clean(manifest.classes[a])}`
        : `${clean(manifest.classes[a])} − ${clean(manifest.classes[b])}, as mixed`;
      columns.push(numeric("effect", title, (i) => effects.value[i]),
        numeric("effect error", "its error, at most", (i) => effects.error[i]));
    }
    for (const column of layer.columns) columns.push(numeric(`column:${column.name}`, column.label,
      (i) => cells.columns.get(column.name)[i]));
    for (const entry of cells.numbers) columns.push(numeric(`number:${entry.name}`, entry.name, (i) => entry.mean[i]));
    if (cells.truth) {
      columns.push(named("truth", "most photographs of", (i) => mainTruth(cells, manifest.truth, i)?.name ?? ""),
        numeric("share", "share", (i) => mainTruth(cells, manifest.truth, i)?.share ?? NaN,
          (i) => percent(mainTruth(cells, manifest.truth, i)?.share)));
    }
    if (cells.doubts) columns.push(named("doubts", "doubts", (i) => cells.doubts[i].join(", ")));
    return columns;
  }

  update() {
    const shown = this.store.state.view === "table";
    byId("table").hidden = !shown;
    const { cells, hidden, layer } = this.panes()[0];
    if (!shown || !cells) return;
    this.columns = this.describe();
    this.order = [...cells.row.keys()].filter((i) => hidden?.[i] !== 1);
    this.arrange();
    const gone = cells.size - this.order.length;
    this.caption.replaceChildren("Cells of ", nameOf(layer.title), `, ${cells.side} × ${cells.side}`,
      gone > 0 ? `; ${plural(gone, "cell")} hidden by the filter` : "");
    this.head.replaceChildren(...this.columns.map((column) => make("th", {
      scope: "col", "aria-sort": this.sort === column.key ? (this.down ? "descending" : "ascending") : "none",
    }, make("button", { type: "button", class: "sort", on: { click: () => this.sortBy(column.key) } },
    nameOf(column.title)))));
    this.page = Math.min(this.page, this.pages - 1);
    this.fillPage();
  }

  get pages() {
    return Math.max(1, Math.ceil(this.order.length / PAGE));
  }

  sortBy(key) {
    this.down = this.sort === key ? !this.down : key !== "row" && key !== "column"
      && !this.columns.find((column) => column.key === key)?.name;
    this.sort = key;
    this.page = 0;
    const place = this.columns.findIndex((column) => column.key === key);
    this.update();
    this.head.children[place]?.firstChild.focus();
  }

  /** Sorts stably; what is not known comes last either way. */
  arrange() {
    const column = this.columns.find((known) => known.key === this.sort);
    if (!column) return;
    const values = new Map(this.order.map((i) => [i, column.value(i)]));
    const sign = this.down ? -1 : 1;
    const unknown = (value) => value === "" || Number.isNaN(value);
    const collator = new Intl.Collator("en", { numeric: true });
    this.order.sort((i, j) => {
      const [one, other] = [values.get(i), values.get(j)];
      if (unknown(one) || unknown(other)) return Number(unknown(one)) - Number(unknown(other));
      return sign * (column.name ? collator.compare(one, other) : one - other);
    });
  }

  turn(step) {
    this.page = Math.min(this.pages - 1, Math.max(0, this.page + step));
    this.fillPage();
    byId("table").querySelector(".table-scroll").scrollTop = 0;
  }

  fillPage() {
    const { cells } = this.panes()[0];
    const start = this.page * PAGE;
    const rows = this.order.slice(start, start + PAGE);
    this.where.textContent = this.order.length === 0 ? "No cells"
      : `Cells ${whole(start + 1)} to ${whole(start + rows.length)} of ${whole(this.order.length)}`;
    this.before.disabled = this.page === 0;
    this.after.disabled = this.page >= this.pages - 1;
    this.body.replaceChildren(...rows.map((i) => {
      const row = make("tr", { on: { click: () => this.open(i) } });
      this.columns.forEach((column, place) => {
        if (place === 0) {
          row.append(make("th", { scope: "row" }, make("button", {
            type: "button", class: "open", "aria-label": `Open row ${cells.row[i]}, column ${cells.column[i]}`,
            text: column.text(i),
          })));
        } else if (column.name) row.append(make("td", {}, column.value(i) === "" ? "" : nameOf(column.value(i))));
        else row.append(make("td", { class: "number", text: column.text(i) }));
      });
      return row;
    }));
  }

  open(i) {
    const { cells } = this.panes()[0];
    this.store.set({ cell: { pane: 0, side: cells.side, row: cells.row[i], column: cells.column[i] }, panel: "cell" });
  }

  /** All rows in the order shown, as CSV (RFC 4180); names that a spreadsheet would take for a formula begin with '. */
  download() {
    const { layer, cells } = this.panes()[0];
    const quoted = (value) => `"${String(value).replaceAll('"', '""')}"`;
    const field = (value) => {
      if (typeof value === "number") return Number.isNaN(value) ? "" : String(Number(value.toPrecision(7)));
      return quoted(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
    };
    const lines = [this.columns.map((column) => quoted(column.title)).join(",")];
    for (const i of this.order) lines.push(this.columns.map((column) => field(column.csv(i))).join(","));
    const address = URL.createObjectURL(new Blob([lines.join("\r\n"), "\r\n"], { type: "text/csv" }));
    const link = make("a", { href: address, download: `${layer.id}-${cells.side}.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}
