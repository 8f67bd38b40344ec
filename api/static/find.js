// Suggests while one types in the search box; Enter opens the page of results without it.
const box = document.querySelector("[data-find]");
const list = document.querySelector("[data-found]");
let pending = null;
let asked = "";

function show(hits) {
  list.replaceChildren(...hits.slice(0, 8).map((hit) => {
    const link = document.createElement("a");
    link.href = hit.url;
    const name = document.createElement("b");
    name.textContent = hit.name;
    const where = document.createElement("small");
    where.textContent = hit.where;
    link.append(name, where);
    return link;
  }));
  list.hidden = hits.length === 0;
}

async function ask() {
  const text = box.value.trim();
  asked = text;
  if (text.length < 2) return show([]);
  const answer = await fetch(`/api/v1/search?q=${encodeURIComponent(text)}`).catch(() => null);
  if (answer?.ok && asked === text) show(await answer.json());
}

if (box && list) {
  box.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(ask, 150);
  });
  document.addEventListener("click", (event) => {
    if (!list.contains(event.target) && event.target !== box) list.hidden = true;
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
    if (event.key === "/" && !document.activeElement.matches("input, textarea")) {
      event.preventDefault();
      box.focus();
    }
  });
}
