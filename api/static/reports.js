// Says that a report is being made and for how long, and saves files without leaving the page.
const working = document.querySelector("[data-working]");
const seconds = document.querySelector("[data-seconds]");
const failed = document.querySelector("[data-failed]");
let since = 0;
let ticking = null;

function begin() {
  since = performance.now();
  seconds.textContent = "";
  working.hidden = false;
  if (failed) failed.hidden = true;
  clearInterval(ticking);
  ticking = setInterval(() => {
    seconds.textContent = `${Math.round((performance.now() - since) / 1000)} s`;
  }, 500);
}

function end() {
  clearInterval(ticking);
  working.hidden = true;
}

async function save(link) {
  begin();
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
    const file = document.createElement("a");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = named ? named[1] : "uptime.json";
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 60_000);
  } catch {
    failed.hidden = false;
  } finally {
    end();
  }
}

document.querySelector("[data-report]")?.addEventListener("submit", begin);
addEventListener("pageshow", end);
for (const link of document.querySelectorAll("[data-save]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    save(link);
  });
}
