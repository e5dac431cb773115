/** The card on the map: what colors the cells, its legend, what is hidden, and the size of icons. */
import { byId, button, fill, freshId, make, nameOf, select } from "./dom.js";
import { css, measureColor } from "./color.js";
import { measured, measures, rangeOf, whyNoEffects } from "./values.js";
import { brief, clean, number, whole } from "./text.js";

/** Steps of the slider that hides cells. */
const SLIDER_STEPS = 200;

export class Display {
  /** `context` is `{manifest, store, panes()}`. */
  constructor(context) {
    Object.assign(this, context);
    const { store } = this;
    [this.colorLabel, this.color] = select("Color cells by", [], "", (color) => store.set({ color }));
    this.legend = make("div", { class: "legend" });
    this.mix = this.makeMix();
    [this.hideLabel, this.hide] = select("Hide cells by", [], "", (filter) => this.chooseFilter(filter));
    const slider = freshId("least");
    this.least = make("input", { id: slider, type: "range", min: "0", max: String(SLIDER_STEPS), value: "0",
      on: { input: () => this.setLeast() } });
    this.leastText = make("output", { for: slider });
    this.leastRow = make("div", { class: "slider" }, make("label", { for: slider, text: "below" }), this.least,
      this.leastText);
    this.sized = this.check("Icons sized by density", (sized) => store.set({ sized }));
    this.points = this.check("New photographs", (points) => store.set({ points }));
    this.brush = make("p", { class: "brush", role: "status", hidden: true });
    this.body = make("div", { class: "display-body", id: "display-body" },
      make("div", { class: "field" }, this.colorLabel, this.color), this.legend, this.mix.element,
      make("div", { class: "field" }, this.hideLabel, this.hide), this.leastRow, this.sized.element,
      this.points.element);
    this.toggle = button("Display", () => this.setOpen(this.body.hidden),
      { icon: "display", "aria-controls": "display-body", class: "display-toggle" });
    byId("display").append(make("section", { class: "card", "aria-label": "Display" }, this.toggle, this.brush,
      this.body));
    this.setOpen(window.matchMedia("(min-width: 720px) and (min-height: 640px)").matches);
  }

  setOpen(open) {
    this.body.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  check(text, change) {
    const id = freshId("check");
    const input = make("input", { id, type: "checkbox", on: { change: () => change(input.checked) } });
    const label = make("label", { for: id, text });
    return { input, label, element: make("div", { class: "check" }, input, label) };
  }

  makeMix() {
    const id = freshId("mix");
    const input = make("input", {
      id, type: "range", min: "-1", max: "1", step: "0.05", value: "0",
      on: { input: () => this.store.set({ mix: Number(input.value) }) },
    });
    const left = make("span");
    const right = make("span");
    const element = make("div", { class: "mix", hidden: true },
      make("label", { for: id, text: "Mix of the two classes" }), input,
      make("div", { class: "ends" }, left, right));
    return { input, left, right, element };
  }

  chooseFilter(filter) {
    const cells = this.panes()[0]?.cells;
    const values = filter && cells ? measured(cells, filter) : null;
    this.store.set({ filter, least: values ? rangeOf(values)[0] : NaN });
  }

  setLeast() {
    const cells = this.panes()[0]?.cells;
    const { filter } = this.store.state;
    const values = cells ? measured(cells, filter) : null;
    if (!values) return;
    const [low, high] = rangeOf(values);
    this.store.set({ least: Number(stepped(low, high, Number(this.least.value)).toPrecision(6)) });
  }

  /** Shows the state and what pane 0 shows. Beside a second map there is less room: the card folds. */
  update() {
    const { state } = this.store;
    if (state.panes.length > 1 && !this.narrow) this.setOpen(false);
    this.narrow = state.panes.length > 1;
    const pane = this.panes()[0];
    const { cells, layer } = pane;
    const list = measures(layer, cells);
    const named = list.map((measure) => [measure.key, brief(measure.label)]);
    const effects = state.a >= 0 ? [["effect", state.b >= 0 ? "difference of two classes" : "effect on the class"]]
      : [];
    fill(this.color, [["", "nothing: icons alone"], ...effects, ...named], state.color);
    fill(this.hide, [["", "nothing: show all"], ...named], state.filter);
    this.drawLegend(pane, list);
    this.drawMix();
    const values = cells && state.filter ? measured(cells, state.filter) : null;
    this.leastRow.hidden = !values;
    if (values) {
      const [low, high] = rangeOf(values);
      this.least.value = String(Math.round(((state.least - low) / (high - low || 1)) * SLIDER_STEPS));
      const gone = pane.hidden ? pane.hidden.reduce((sum, one) => sum + one, 0) : 0;
      const text = list.find((measure) => measure.key === state.filter)?.whole ? whole : number;
      this.leastText.textContent = `${text(state.least)} · ${whole(gone)} of ${whole(cells.size)} hidden`;
      this.least.setAttribute("aria-valuetext", this.leastText.textContent);
    }
    this.sized.input.checked = state.sized;
    this.sized.element.hidden = !layer.levels.some((level) => level.sized);
    const count = layer.points.reduce((sum, points) => sum + points.names.length, 0);
    this.points.element.hidden = count === 0;
    this.points.input.checked = state.points;
    this.points.label.textContent = `New photographs (${whole(count)} points)`;
  }

  drawMix() {
    const { a, b, mix } = this.store.state;
    const { classes } = this.manifest;
    this.mix.element.hidden = b < 0;
    if (b < 0) return;
    this.mix.input.value = String(mix);
    this.mix.left.replaceChildren(nameOf(brief(classes[a], 24)));
    this.mix.right.replaceChildren(nameOf(brief(classes[b], 24)));
    const balance = mix === 0 ? "both equally"
      : `${Math.round(Math.abs(mix) * 100)} % towards ${clean(classes[mix < 0 ? a : b])}`;
    this.mix.input.setAttribute("aria-valuetext", balance);
  }

  drawLegend(pane, list) {
    const { color } = this.store.state;
    if (color === "effect") return this.effectLegend(pane);
    const measure = list.find((known) => known.key === color);
    const values = measure && pane.cells ? measured(pane.cells, color) : null;
    if (!values) {
      this.legend.replaceChildren(...(color && pane.cells ? [make("p", { text: "This layer has no such measure." })]
        : []));
      return undefined;
    }
    const [low, high] = pane.scale ?? rangeOf(values);
    const text = measure.whole ? whole : number;
    const stops = Array.from({ length: 17 }, (_, i) => css(measureColor(i / 16)));
    const bar = make("div", { class: "ramp" });
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    this.legend.replaceChildren(bar,
      make("div", { class: "ends" }, make("span", { text: text(low) }), make("span", { text: measure.unit ?? "" }),
        make("span", { text: text(high) })),
      make("p", { class: "hint", text: measure.description ?? "" }));
    return undefined;
  }

  effectLegend(pane) {
    const { effects } = pane;
    const { a, b, mix } = this.store.state;
    if (!effects) {
      this.legend.replaceChildren(make("p", { text: whyNoEffects(pane) }));
      return;
    }
    const { classes } = this.manifest;
    const two = b >= 0 && Math.abs(mix) < 1;
    const single = b >= 0 && mix >= 1 ? b : a;
    const [away, toward] = two ? ["argues more for", "argues more for"] : mix >= 1 && b >= 0
      ? ["argues for", "against"] : ["argues against", "for"];
    const names = two ? [classes[b], classes[a]] : [classes[single], classes[single]];
    const bar = make("div", { class: "ramp diverging" });
    this.legend.replaceChildren(bar,
      make("div", { class: "ends" }, make("span", { text: `−${number(pane.scale[1], 2)}` }),
        make("span", { text: "logits" }), make("span", { text: `+${number(pane.scale[1], 2)}` })),
      make("div", { class: "ends sides" },
        make("span", {}, `${away} `, nameOf(brief(names[0], 28))),
        make("span", {}, `${toward} `, nameOf(brief(names[1], 28)))),
      make("p", { class: "hint",
        text: "Mean effect of a cell's samples. Cells within two standard errors of 0 stay pale." }));
  }

  /** Says what is brushed, or why nothing can be. */
  say(text) {
    this.brush.textContent = text;
    this.brush.hidden = text === "";
  }
}

/** Value of a step of the slider. */
function stepped(low, high, step) {
  return low + ((high - low) * step) / SLIDER_STEPS;
}
