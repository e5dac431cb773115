/** Colors: of measured values (viridis, perceptually uniform) and of the two sides of an effect. */

/** Viridis (van der Walt and Smith 2015) at 0, 1/8 … 1: red, green, blue. */
const VIRIDIS = [
  [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99],
  [170, 220, 50], [253, 231, 37],
];

/** The color of a value of 0 … 1. */
export function measureColor(part) {
  const place = Math.min(1, Math.max(0, part)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[low].map((value, i) => value + (VIRIDIS[low + 1][i] - value) * (place - low));
}

/** CSS of red, green, blue. */
export function css([red, green, blue], alpha = 1) {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)} / ${alpha})`;
}

/** Colors of the current theme as red, green, blue, from the style sheet's custom properties. */
export function themeColors() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => {
    const text = style.getPropertyValue(name).trim().replace("#", "");
    return [0, 2, 4].map((start) => Number.parseInt(text.slice(start, start + 2), 16));
  };
  return { ground: of("--ground"), toward: of("--toward"), away: of("--away"), accent: of("--accent"),
    ink: of("--ink") };
}

/** "light" or "dark": what the person chose here, else what the system says. */
export function chosenTheme() {
  const kept = guarded(() => localStorage.getItem("atlas-explorer-theme"));
  if (kept === "light" || kept === "dark") return kept;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Sets the theme and tells `action`; `keep` remembers it where the browser allows. */
export function setTheme(theme, action, keep = false) {
  document.documentElement.dataset.theme = theme;
  if (keep) guarded(() => localStorage.setItem("atlas-explorer-theme", theme));
  action?.();
}

/** Storage may be forbidden for files. */
function guarded(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
