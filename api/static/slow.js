// A form that takes a while says so, and is not sent twice.
const working = document.querySelector("[data-working]");
for (const form of document.querySelectorAll("form[data-slow]")) {
  form.addEventListener("submit", () => {
    if (working) working.hidden = false;
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}
// Back from the answer by the browser's own button: the page may come as it was left.
addEventListener("pageshow", () => {
  if (working) working.hidden = true;
  for (const button of document.querySelectorAll("form[data-slow] button")) button.disabled = false;
});
