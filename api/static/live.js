// Keeps a page true: events tell that something changed, then the page's parts are fetched anew.
// What a form was answered with stands once: fetched anew, it would be lost with what was typed.
const live = document.querySelector("[data-live]:not([data-answer])");
const banner = document.querySelector("[data-lost]");
const QUIET = 150; // ms to collect events that come together
const REFRESH = 30000; // ms: freshness and lengths move even when nothing happens
const shown = new Map(); // part → the text that the server sent for it
const PATIENCE = 10000; // ms: a server that vanished does not close its connections
let after = live?.dataset.live;
let mark = live?.dataset.shown; // the state of the board that is on the screen
let stream = null;
let waiting = null;
let busy = false;
let again = false;
let lostTimer = null;
let greeted = false;

const partsOf = (root) => new Map([...root.querySelectorAll("[data-part]")].map((p) => [p.dataset.part, p]));

function keepOpen(before, next) {
  for (const one of next.querySelectorAll("details[data-key]")) {
    const old = before.querySelector(`details[data-key="${CSS.escape(one.dataset.key)}"]`);
    if (old) one.open = old.open;
  }
}

function markChanged(before, next) {
  const known = new Map([...before.querySelectorAll("[data-status]")].map((r) => [r.dataset.slug, r.dataset.status]));
  for (const row of next.querySelectorAll("[data-status]")) {
    const old = known.get(row.dataset.slug);
    if (old !== undefined && old !== row.dataset.status) row.classList.add("changed");
  }
}

// Brings the children of a part up to date one by one, and into the new order. The server sends a
// hole for each that we have already; false if we do not.
function weave(before, next) {
  const present = new Map([...before.children].map((child) => [child.dataset.key, child]));
  let place = before.firstElementChild;
  for (const child of [...next.children]) {
    const old = present.get(child.dataset.key);
    present.delete(child.dataset.key);
    let one = old;
    if (!("same" in child.dataset)) {
      one = document.importNode(child, true);
      if (old) {
        one.open = old.open;
        keepOpen(old, one);
        markChanged(old, one);
        if (old === place) place = place.nextElementSibling;
        old.remove();
      }
    }
    if (!one) return false;
    if (one === place) place = place.nextElementSibling;
    else before.insertBefore(one, place);
  }
  for (const gone of present.values()) gone.remove();
  return true;
}

function patch(page) {
  const next = new DOMParser().parseFromString(page, "text/html");
  const present = partsOf(document);
  mark = next.querySelector("[data-shown]")?.dataset.shown;
  for (const [name, part] of partsOf(next)) {
    const old = present.get(name);
    if (old && "woven" in part.dataset) {
      if (!weave(old, part)) {
        mark = undefined;
        again = true;
      }
      continue;
    }
    const text = part.outerHTML;
    if (!old || (shown.get(name) ?? old.outerHTML) === text) continue;
    if (old.contains(document.activeElement) && document.activeElement.matches("input, textarea")) continue;
    keepOpen(old, part);
    markChanged(old, part);
    old.replaceWith(document.importNode(part, true));
    shown.set(name, text);
  }
  document.title = next.title;
  document.dispatchEvent(new CustomEvent("patched"));
}

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(location.href, {
      headers: { accept: "text/html", ...(mark && { "x-shown": mark }) },
      cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.redirected && new URL(answer.url).pathname === "/login") location.reload();
    else if (answer.ok) patch(await answer.text());
    if (stream.readyState === EventSource.OPEN) found();
  } catch {
    lost();
  } finally {
    busy = false;
    if (again) {
      again = false;
      soon();
    }
  }
}

function soon() {
  if (waiting === null) {
    waiting = setTimeout(() => {
      waiting = null;
      refresh();
    }, QUIET);
  }
}

function lost() {
  if (lostTimer === null) lostTimer = setTimeout(() => banner?.removeAttribute("hidden"), 2000);
}

function found() {
  clearTimeout(lostTimer);
  lostTimer = null;
  if (banner) banner.hidden = true;
}

function hear(event) {
  if (event.lastEventId) after = event.lastEventId;
  found();
  soon();
}

function listen() {
  stream = new EventSource(`/api/v1/events?after=${encodeURIComponent(after)}`);
  stream.addEventListener("open", found);
  stream.addEventListener("hello", () => {
    found();
    if (greeted) soon(); // back after a gap: what we missed may be more than the server kept
    greeted = true;
  });
  for (const kind of ["status", "incident", "note", "meeting", "beat"]) stream.addEventListener(kind, hear);
  stream.addEventListener("error", () => {
    lost();
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
}

if (live) {
  listen();
  setInterval(() => document.visibilityState === "visible" && refresh(), REFRESH);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
  addEventListener("offline", lost);
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => event.persisted && (listen(), soon()));
}
