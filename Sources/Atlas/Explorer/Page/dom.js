/** Elements made without any HTML text: names from data only ever become text. */
import { clean } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `options`: `class`, `text`, `on` (listeners by event), `data`; everything else is an attribute, where
 * `false`, `null` and `undefined` leave it out. Children are nodes or text.
 */
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") element.className = value;
    else if (key === "text") element.textContent = value;
    else if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event,
      listener);
    else if (key === "data") Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A name from data as an element that keeps its direction to itself. */
export function nameOf(name) {
  return make("bdi", { class: "name", text: clean(name) });
}

/** A button with text, or with an icon and a label for those who do not see it. */
export function button(label, action, options = {}) {
  const { icon: shape, ...rest } = options;
  const element = make("button", { type: "button", on: { click: action }, ...rest });
  if (shape) {
    element.append(icon(shape), make("span", { class: "label", text: label }));
    if (!("title" in rest)) element.title = label;
  } else element.textContent = label;
  return element;
}

/** Paths of the icons, 20 × 20. */
const SHAPES = {
  close: "M5 5 15 15M15 5 5 15",
  back: "M12 4 6 10 12 16",
  home: "M3 10 10 4 17 10M5 9V16H15V9",
  link: "M8 12 12 8M7 9 5 11A2.8 2.8 0 0 0 9 15L11 13M9 7 11 5A2.8 2.8 0 0 1 15 9L13 11",
  table: "M3 4H17V16H3ZM3 8H17M3 12H17M8 4V16",
  map: "M3 3H9V9H3ZM11 3H17V9H11ZM3 11H9V17H3ZM11 11H17V17H11Z",
  about: "M10 9V14M10 6V6.5M10 2.5A7.5 7.5 0 1 0 10 17.5A7.5 7.5 0 1 0 10 2.5",
  theme: "M10 3A7 7 0 1 0 17 10.5A5.5 5.5 0 0 1 10 3",
  beside: "M3 4H17V16H3ZM10 4V16",
  list: "M7 5H17M7 10H17M7 15H17M3 5H3.5M3 10H3.5M3 15H3.5",
  display: "M3 6H9M13 6H17M11 4V8M3 14H5M9 14H17M7 12V16",
};

/** A drawn icon, invisible to screen readers. */
export function icon(shape) {
  const drawing = svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" });
  drawing.append(svg("path", { d: SHAPES[shape] }));
  return drawing;
}

/** An SVG element with attributes. */
export function svg(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The element of index.html with this id. */
export function byId(id) {
  return document.getElementById(id);
}

let lastId = 0;

/** An id that no other element has. */
export function freshId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** A labelled select; `options` are pairs of value and text. */
export function select(label, options, value, change, extra = {}) {
  const id = freshId("select");
  const element = make("select", { id, on: { change: () => change(element.value) }, ...extra });
  fill(element, options, value);
  return [make("label", { for: id, text: label }), element];
}

/** Replaces the options of a select. */
export function fill(element, options, value) {
  element.replaceChildren(...options.map(([key, text]) => make("option", { value: key, text })));
  element.value = value;
}

/** Says something to screen readers. */
export function announce(text) {
  byId("live").textContent = text;
}
