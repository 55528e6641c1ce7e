/** Common to every page: the organisation menu, copy buttons, and which organisation the page shows. */
import { read } from "./calls.js";
import { element } from "./dom.js";
import { notify } from "./live.js";

export const tenantId = document.body.dataset.tenantId;

const SEARCH_AFTER_MS = 150;

document.querySelector('.tabs [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copies]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copies).textContent;
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  if (copied) notify(`Copied: ${button.dataset.what ?? "the text"}`);
  else getSelection().selectAllChildren(document.getElementById(button.dataset.copies)); // the clipboard needs https or localhost
});

const switcher = document.getElementById("switcher");
if (switcher?.tagName === "SELECT") switcher.addEventListener("change", () => switcher.value && switcher.form.requestSubmit());
for (const field of document.querySelectorAll('input[list="organisation-names"]')) offerNames(field);

/** Turn the organisation menu into a search for names that contain the typed text, if there are many. */
function offerNames(field) {
  let timer;
  field.addEventListener("focus", () => field.select());
  const search = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const { organisations } = await read("/organisations", { q: field.value, limit: 20 });
      field.list.replaceChildren(...organisations.map((each) => element("option", { value: each.tenant_id })));
    }, SEARCH_AFTER_MS);
  };
  field.addEventListener("input", search);
  if (field.value !== field.defaultValue) search(); // the user typed before this script was loaded
}
