// A wall shows all at once, for nobody stands at it with a mouse: what would not fit the screen is
// made smaller, to three fifths at the least. What does not fit even so keeps its size.
const LEAST = 0.6, STEPS = 6, EVERY = 2000; // milliseconds
const root = document.documentElement;
const sized = (size) => {
  root.style.fontSize = size ? `${size}px` : "";
  return root.scrollHeight <= innerHeight;
};

function fit() {
  if (sized(0)) return;
  const full = parseFloat(getComputedStyle(root).fontSize);
  let fits = full * LEAST, not = full;
  if (!sized(fits)) return sized(0);
  for (let n = 0; n < STEPS; n++) {
    const half = (fits + not) / 2;
    if (sized(half)) fits = half;
    else not = half;
  }
  sized(fits);
}

if (matchMedia("(min-width: 60rem)").matches) {
  fit();
  setInterval(fit, EVERY);
  addEventListener("resize", fit);
}
