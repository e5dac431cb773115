/** Without the library that draws the map nothing else runs; the page then says which file is missing. */

if (typeof L === "undefined") {
  document.addEventListener("DOMContentLoaded", () => {
    const message = document.createElement("p");
    message.className = "message";
    message.textContent = "page/leaflet.js is missing or cut: the map cannot be drawn.";
    document.getElementById("notices").append(message);
  });
  throw new Error("page/leaflet.js is missing or cut");
}
