// A try is shown beside the form, which stays as it is: a password that was typed is typed once.
const form = document.querySelector("form[data-try]");
const place = () => document.querySelector("[data-tried]");

form?.addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "try") return;
  event.preventDefault();
  const buttons = form.querySelectorAll("button");
  const sent = new FormData(form, event.submitter);
  for (const button of buttons) button.disabled = true;
  place().querySelector("[data-working]").hidden = false;
  for (const old of form.querySelectorAll(".wrong")) old.remove();
  for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  try {
    const answer = await fetch(location.href, {
      method: "POST", body: new URLSearchParams(sent), headers: { accept: "text/html" },
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const seen = page.querySelector("[data-tried]");
    if (!seen) {
      place().querySelector("[data-working]").textContent = page.querySelector("h1")?.textContent ?? "";
      return;
    }
    place().replaceWith(document.importNode(seen, true));
    tell(page);
    if (answer.ok) place().scrollIntoView({ block: "nearest" });
  } catch {
    place().querySelector("[data-working]").hidden = true;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
});

// Put the sentences of a refused form behind the fields of this one.
function tell(page) {
  for (const said of page.querySelectorAll("form[data-try] .wrong")) {
    const name = said.id.replace(/^wrong-?/, "");
    const field = name && form.elements[name];
    const copy = document.importNode(said, true);
    if (!field) { form.prepend(copy); continue; }
    field.after(copy);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", copy.id);
    field.closest("details")?.setAttribute("open", "");
  }
  form.querySelector("[aria-invalid]")?.focus();
}
