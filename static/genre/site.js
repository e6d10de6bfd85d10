// What CSS and htmx leave undone: pictures that do not come, in browsers that draw an icon for them, and forms that come
// to nothing. Everything works without.

function withdraw(picture) {
  if (picture.matches(".cover img")) picture.hidden = true;
}

// Errors of pictures do not bubble, and some came before this ran.
document.addEventListener("error", (event) => {
  if (event.target instanceof HTMLImageElement) withdraw(event.target);
}, true);
for (const picture of document.images) {
  if (picture.complete && picture.currentSrc && !picture.naturalWidth) withdraw(picture);
}

function announceFailure() {
  const place = document.getElementById("announcement");
  const box = document.createElement("div");
  const sentence = document.createElement("p");
  box.className = "announced";
  sentence.textContent = place.dataset.failure;
  box.append(sentence);
  place.replaceChildren(box);
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, announceFailure);
}
