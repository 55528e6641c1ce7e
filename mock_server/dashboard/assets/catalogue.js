/** Catalogue and users: search, pages, one record with what hangs on it. */
import { below, read } from "./calls.js";
import { choice } from "./choice.js";
import { element, json, nothing, pairs, table, tag } from "./dom.js";
import { show } from "./live.js";
import { tenantId } from "./page.js";
import { counted, moment, number } from "./words.js";

const PAGE = 25;
const TYPING_MS = 200;
const at = (id) => document.getElementById(id);

const asked = new URLSearchParams(location.search);
let list = asked.get("user_id") ? "users" : "items";
let page = 1;
at("q").value = asked.get("q") ?? "";

const { link, follow } = choice(at("split"), at("detail"), ["item_id", "user_id"], (name, value, body) =>
  name === "item_id" ? show(body, () => read(below(tenantId, "items", value)), item) : show(body, () => read(below(tenantId, "users", value)), user),
  () => nothing(`Choose ${list === "items" ? "an item to see its record, popularity and neighbours" : "a user to see the identities that were merged and recent events"}.`));

const COLUMNS = {
  items: [
    ["Item", ({ item_id: id, title }) => [link("item_id", id, title || id), element("div", { class: "hint" }, element("code", {}, id))]],
    ["Type", ({ item_type: type }) => type, "spare"],
    ["Status", ({ status }) => tag(status, status === "active" ? "pass" : "")],
  ],
  users: [
    ["User", ({ user_id: id }) => link("user_id", id, id)],
    ["Identities", ({ identities }) => identities?.length > 1 && tag(`${identities.length} merged`, "open")],
    ["Events", ({ events }) => events !== undefined && number(events), "n"],
  ],
};

async function load() {
  for (const button of document.querySelectorAll("[data-list]")) button.setAttribute("aria-pressed", String(button.dataset.list === list));
  await show(at("list"), () => read(below(tenantId, list), { q: at("q").value.trim(), page, limit: PAGE }), (answer) => {
    const rows = answer[list];
    const last = Math.max(1, Math.ceil(answer.total / PAGE));
    at("where").textContent = `${counted(answer.total, list.slice(0, -1))}, page ${number(page)} of ${number(last)}`;
    at("earlier").disabled = page <= 1;
    at("later").disabled = page >= last;
    if (rows.length) return table(list === "items" ? "Items" : "Users", COLUMNS[list], rows);
    return nothing(at("q").value ? `No ${list.slice(0, -1)} has this in its id or text.` : `There are no ${list} yet.`);
  });
  follow(false);
}

function item(answer) {
  return [element("h2", {}, answer.item.attributes?.title ?? answer.item.item_id), json(answer)];
}

function user(answer) {
  return [element("h2", {}, answer.user.user_id), json(answer)];
}

for (const button of document.querySelectorAll("[data-list]")) {
  button.addEventListener("click", () => {
    list = button.dataset.list;
    page = 1;
    load();
  });
}
for (const [id, step] of [["earlier", -1], ["later", 1]]) {
  at(id).addEventListener("click", () => {
    page += step;
    load();
  });
}
let typing;
at("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    page = 1;
    load();
  }, TYPING_MS);
});
at("search").addEventListener("submit", (event) => event.preventDefault());

load();
