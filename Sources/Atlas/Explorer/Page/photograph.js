/** The dialog that shows where a patch comes from. */
import { button, make, nameOf, svg } from "./dom.js";
import { patchPicture, photographPath } from "./pictures.js";
import { NONE } from "./store.js";

/** Opens the dialog for a patch of a cell. It is a modal one: Escape closes it, and focus returns to the patch. */
export function showPhotograph(cells, patch, manifest) {
  const dialog = make("dialog", { class: "photograph", "aria-labelledby": "photograph-title" });
  const facts = make("dl", { class: "facts" });
  const fact = (term, ...values) => facts.append(make("dt", { text: term }), make("dd", {}, ...values));
  fact("photograph", nameOf(patch.name));
  if (patch.truth !== NONE && patch.truth < manifest.truth.length) fact("class", nameOf(manifest.truth[patch.truth]));
  fact("patch", boxText(patch.rectangle));
  fact("receptive field", boxText(patch.field));
  if (patch.width > 0) fact("size", `${patch.width} × ${patch.height} pixels`);
  const included = patch.photograph >= 0 && patch.width > 0;
  const large = patchPicture(cells, patch, 256);
  large.setAttribute("role", "img");
  large.setAttribute("aria-label", "The patch, enlarged");
  dialog.append(
    make("div", { class: "dialog-head" }, make("h2", { id: "photograph-title",
      text: included ? "Photograph" : "Patch" }),
      button("Close", () => dialog.close(), { icon: "close", class: "quiet close" })),
    included ? framed(patch) : large,
    included ? make("p", { class: "hint keys" },
      make("span", { class: "key patch-key" }), "patch: the part that counts most",
      make("span", { class: "key field-key" }), "receptive field: all that can count") : "",
    patch.readable ? "" : make("p",
      { class: "hint", text: "The photograph could not be read when the patch was cut; it is gray." }),
    included ? "" : make("p", { class: "hint", text: "This atlas was made without photographs." }),
    facts,
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** The photograph with the patch and the receptive field drawn on it. */
function framed(patch) {
  const { width, height } = patch;
  const image = make("img", { src: photographPath(patch), alt: "The photograph that the patch was cut from", width,
    height });
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const [box, kind] of [[patch.field, "field-box"], [patch.rectangle, "patch-box"]]) {
    const [x0, y0, x1, y1] = [Math.max(1, box[0]), Math.max(1, box[1]), Math.min(width - 1, box[2]),
      Math.min(height - 1, box[3])];
    for (const layer of ["under", "over"]) {
      drawing.append(svg("rect", { x: x0, y: y0, width: Math.max(1, x1 - x0), height: Math.max(1, y1 - y0),
        class: `${kind} ${layer}` }));
    }
  }
  return make("div", { class: "framed" }, image, drawing);
}

function boxText(box) {
  const [x0, y0, x1, y1] = [...box].map(Math.round);
  return `x ${x0} … ${x1}, y ${y0} … ${y1} pixels`;
}
