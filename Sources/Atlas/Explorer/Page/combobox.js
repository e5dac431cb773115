/** A field that searches names as one types (the ARIA combobox with a list). */
import { announce, freshId, make, nameOf } from "./dom.js";
import { clean, plural } from "./text.js";

/** How many matches are listed. */
const MOST = 60;

export class Combobox {
  /** `choose(index)` gets the index of a name, or −1 when the field is emptied. */
  constructor(label, names, choose) {
    this.names = names;
    this.lower = names.map((name) => clean(name).toLowerCase());
    this.choose = choose;
    this.value = -1;
    this.active = -1;
    this.matches = [];
    const id = freshId("search");
    this.list = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": `${label}: matches`, hidden: true });
    this.input = make("input", {
      id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: label,
      "aria-label": label,
      "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list", "aria-haspopup": "listbox",
      on: {
        input: () => this.search(), focus: () => this.input.select(), blur: () => this.leave(),
        keydown: (event) => this.key(event),
      },
    });
    this.clear = make("button", {
      type: "button", class: "clear", "aria-label": `Clear: ${label}`, text: "×", hidden: true,
      on: { click: () => { this.pick(-1); this.input.focus(); } },
    });
    this.element = make("div", { class: "combobox" }, this.input, this.clear, this.list);
  }

  /** Shows the name of `index` without telling anyone. */
  set(index) {
    this.value = index;
    this.input.value = index < 0 ? "" : clean(this.names[index]);
    this.clear.hidden = index < 0;
    this.close();
  }

  search() {
    const wanted = this.input.value.trim().toLowerCase();
    this.matches = this.find(wanted);
    this.active = this.matches.length > 0 && wanted !== "" ? 0 : -1;
    this.list.replaceChildren(...this.matches.slice(0, MOST).map((index, place) => make("li", {
      id: `${this.list.id}-${place}`, role: "option", "aria-selected": "false",
      on: { pointerdown: (event) => event.preventDefault(), click: () => this.pick(index) },
    }, nameOf(this.names[index]))));
    if (this.matches.length === 0) {
      this.list.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "none",
        text: "no such class" }));
    } else if (this.matches.length > MOST) {
      this.list.append(make("li", {
        role: "option", "aria-disabled": "true", "aria-selected": "false", class: "none",
        text: `and ${this.matches.length - MOST} more`,
      }));
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
    announce(plural(this.matches.length, "match", "matches"));
  }

  /** Indices of names that hold the text: first those that begin with it, then those with a word that does. */
  find(wanted) {
    const ranks = [[], [], []];
    this.lower.forEach((name, i) => {
      const place = name.indexOf(wanted);
      if (place < 0) return;
      ranks[place === 0 ? 0 : name.includes(` ${wanted}`) ? 1 : 2].push(i);
    });
    return ranks.flat();
  }

  mark() {
    [...this.list.children].forEach((item, place) => {
      const now = place === this.active;
      item.setAttribute("aria-selected", String(now));
      if (now) item.scrollIntoView({ block: "nearest" });
    });
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const open = !this.list.hidden;
    const last = Math.min(MOST, this.matches.length) - 1;
    if (event.key === "ArrowDown") {
      if (!open) this.search();
      else this.active = this.active >= last ? 0 : this.active + 1;
      this.mark();
    } else if (event.key === "ArrowUp" && open) {
      this.active = this.active <= 0 ? last : this.active - 1;
      this.mark();
    } else if (event.key === "Enter" && open && this.active >= 0) this.pick(this.matches[this.active]);
    else if (event.key === "Escape" && open) {
      this.set(this.value);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  pick(index) {
    this.set(index);
    this.choose(index);
  }

  leave() {
    if (this.input.value.trim() === "" && this.value >= 0) this.pick(-1);
    else this.set(this.value);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
