/** The bar above: what atlas this is, the search for classes, and the views. */
import { announce, byId, button, icon, make, nameOf } from "./dom.js";
import { chosenTheme, setTheme } from "./color.js";
import { Combobox } from "./combobox.js";
import { clean } from "./text.js";

export class Bar {
  /** `context` is `{manifest, store, themed()}`; `themed` is called when the theme changes. */
  constructor(context) {
    Object.assign(this, context);
    const { manifest, store } = this;
    byId("title").replaceChildren(nameOf(manifest.title));
    byId("title").title = clean(manifest.title);
    if (manifest.classes.length > 0) {
      this.a = new Combobox("Search a class", manifest.classes, (a) => this.chooseFirst(a));
      this.b = new Combobox("Compare with", manifest.classes,
        (b) => store.set({ b, mix: 0, color: "effect", panel: "class", cell: null }));
      byId("search").append(this.a.element, this.b.element);
    } else byId("search").hidden = true;
    this.beside = button("Side by side", () => this.toggleBeside(), { icon: "beside" });
    this.table = button("Table", () => store.set({ view: store.state.view === "table" ? "map" : "table" }),
      { icon: "table" });
    this.about = button("About this atlas", () => store.set({ panel: store.state.panel === "about" ? "" : "about",
      cell: null }), { icon: "about" });
    this.copy = button("Copy link", () => this.copyLink(), { icon: "link" });
    this.theme = button("Dark", () => setTheme(this.themeNow === "dark" ? "light" : "dark", this.themed, true),
      { icon: "theme" });
    byId("actions").append(this.beside, this.table, this.copy, this.about, this.theme);
    this.update();
  }

  get themeNow() {
    return document.documentElement.dataset.theme ?? chosenTheme();
  }

  chooseFirst(a) {
    const { store } = this;
    if (a >= 0) store.set({ a, color: "effect", panel: "class", cell: null });
    else store.set({ a: -1, b: -1, mix: 0, color: store.state.color === "effect" ? "" : store.state.color,
      panel: store.state.panel === "class" ? "" : store.state.panel });
  }

  toggleBeside() {
    const { panes, cell } = this.store.state;
    if (panes.length > 1) {
      this.store.set({ panes: panes.slice(0, 1), ...(cell?.pane === 1 ? { cell: null, panel: "" } : {}) });
      return;
    }
    const { layers } = this.manifest;
    const now = layers.find((layer) => layer.id === panes[0].layer);
    const other = layers.find((layer) => layer !== now && layer.images === now.images)
      ?? layers.find((layer) => layer !== now) ?? now;
    this.store.set({ panes: [...panes, { layer: other.id, level: 0, at: null }], view: "map" });
  }

  async copyLink() {
    const text = location.href;
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      const field = make("textarea", { class: "hidden-text", "aria-hidden": "true" });
      field.value = text;
      document.body.append(field);
      field.select();
      done = document.execCommand("copy");
      field.remove();
      this.copy.focus();
    }
    const said = done ? "Link copied" : "Copy it from the address";
    this.copy.querySelector(".label").textContent = said;
    this.copy.dataset.said = "yes";
    announce(said);
    setTimeout(() => {
      this.copy.querySelector(".label").textContent = "Copy link";
      delete this.copy.dataset.said;
    }, 1800);
  }

  update() {
    const { a, b, panes, view, panel } = this.store.state;
    this.a?.set(a);
    this.b?.set(b);
    if (this.b) this.b.element.hidden = a < 0;
    this.beside.setAttribute("aria-pressed", String(panes.length > 1));
    this.beside.hidden = this.manifest.layers.length < 2;
    this.table.setAttribute("aria-pressed", String(view === "table"));
    this.about.setAttribute("aria-pressed", String(panel === "about"));
    const next = this.themeNow === "dark" ? "Light" : "Dark";
    this.theme.replaceChildren(icon("theme"), make("span", { class: "label", text: next }));
    this.theme.title = `${next} colors`;
  }
}
