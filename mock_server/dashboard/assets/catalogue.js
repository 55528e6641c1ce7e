/** Catalogue and users: searches the records, pages through them, and shows one with its details. */
import { remember, remembered } from "./address.js";
import { below, read } from "./calls.js";
import { choice } from "./choice.js";
import { element, nothing, pairs, table, tag } from "./dom.js";
import { foldedJson, picture, pictureIn, price } from "./goods.js";
import { show } from "./live.js";
import { tenantId } from "./page.js";
import { counted, moment, number } from "./words.js";

const PAGE = 25;
const TYPING_MS = 200;
const TABLES = { touched: "Touched by the same people", bought: "Bought in one basket", consumed: "Consumed in one session" };
const at = (id) => document.getElementById(id);

const asked = new URLSearchParams(location.search);
let list = asked.get("list") === "users" || asked.has("user_id") ? "users" : "items";
let page = Math.max(1, Number.parseInt(asked.get("page"), 10) || 1);
remembered([at("q")]);

const draw = (name, value, body) => (name === "item_id"
  ? show(body, () => read(below(tenantId, "item"), { item_id: value }), item)
  : show(body, () => read(below(tenantId, "user"), { user_id: value }), user));
const { link, mark } = choice(at("split"), at("detail"), ["item_id", "user_id"], draw,
  () => nothing("Choose an item to see its record, popularity and neighbours, or a user to see the identities that were merged."));

// The list

const status = (text) => tag(text ?? "only in events", text === "active" ? "pass" : "");
const named = (id, title) => [link("item_id", id, title || id), title && element("div", { class: "hint" }, element("code", {}, id))];

const COLUMNS = {
  items: [
    ["Item", ({ item_id: id, title, picture: source }) => element("div", { class: "good" }, picture(source, "small"), element("div", {}, named(id, title)))],
    ["Price", ({ price: value, currency }) => price(value, currency), "n"],
    ["Type", ({ item_type: type }) => type, "spare"],
    ["Popularity", ({ popularity }) => number(popularity), "n spare"],
    ["Status", (each) => status(each.status)],
  ],
  users: [
    ["User", ({ user_id: id }) => link("user_id", id, id)],
    ["Identities", ({ identities }) => (identities.length > 1 ? tag(`${identities.length} merged`, "open") : "1")],
    ["Status", (each) => status(each.status)],
  ],
};

async function load() {
  const noun = list.slice(0, -1);
  remember({ q: at("q").value.trim(), list: list === "items" ? "" : list, page: page === 1 ? "" : page });
  for (const button of document.querySelectorAll("[data-list]")) button.setAttribute("aria-pressed", String(button.dataset.list === list));
  await show(at("list"), () => read(below(tenantId, list), { q: at("q").value.trim(), page, limit: PAGE }), (answer) => {
    const last = Math.max(1, Math.ceil(answer.total / PAGE));
    at("where").textContent = `${counted(answer.total, noun)}, page ${number(page)} of ${number(last)}`;
    at("earlier").disabled = page <= 1;
    at("later").disabled = page >= last;
    if (answer[list].length) return table(list === "items" ? "Items" : "Users", COLUMNS[list], answer[list]);
    return nothing(at("q").value ? `No ${noun} has this text in its id or record.` : `There are no ${list} yet.`);
  });
  mark();
}

function loadFirstPage() {
  page = 1;
  load();
}

for (const button of document.querySelectorAll("[data-list]")) {
  button.addEventListener("click", () => {
    list = button.dataset.list;
    loadFirstPage();
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
  typing = setTimeout(loadFirstPage, TYPING_MS);
});
at("search").addEventListener("submit", (event) => event.preventDefault());

// One record

const part = (title, ...content) => element("section", {}, element("h3", {}, title), content);
const attributes = (all) => part("Attributes", Object.keys(all).length ? foldedJson(all, "Attributes") : nothing("It has none."));

function item({ item: record, popularity, trend, neighbours }) {
  const { title, ...others } = record.attributes;
  return [
    element("div", { class: "good" }, picture(pictureIn(record.attributes), "large"),
      element("div", {}, element("h2", {}, title ?? record.attributes.name ?? record.item_id),
        element("p", {}, price(record.attributes.price, record.attributes.currency) ?? "without a price", " ", status(record.status)))),
    pairs([
      ["item_id", element("code", {}, record.item_id)],
      ["item_type", record.item_type],
      ["Popularity", number(popularity)],
      ["Trend", trend === null ? null : number(trend)],
      ["Created", record.created_at && moment(record.created_at)],
      ["Arrived", record.arrived_at && moment(record.arrived_at)],
    ]),
    attributes(others),
    ...Object.entries(neighbours).map(([name, all]) =>
      part(TABLES[name] ?? name, all.length ? table(TABLES[name] ?? name, NEIGHBOURS, all) : nothing("No other item yet."))),
  ];
}

const NEIGHBOURS = [
  ["Item", ({ item_id: id, title }) => named(id, title)],
  ["Together", ({ together }) => number(together), "n"],
  ["Cosine", ({ cosine }) => cosine.toFixed(3), "n"],
];

function user({ user: record, identities, hidden, interests, events }) {
  return [
    element("div", { class: "head" }, element("h2", {}, record.user_id), status(record.status)),
    hidden && element("p", { class: "notice" }, "Inactive or deleted: recommendations are not personal."),
    part("Identities", element("ul", { class: "plain" }, identities.map((id) => element("li", {}, link("user_id", id, id)))),
      element("p", { class: "hint" }, identities.length > 1 ? "Identify events joined these ids to one person." : "No other id is joined with it.")),
    attributes(record.attributes),
    part("Interests", interests.length ? table("Interests", INTERESTS, interests) : nothing("No interests are known.")),
    part("Recent events", events.length ? table("Recent events, newest first", EVENTS, events) : nothing("There are none.")),
  ];
}

const INTERESTS = [
  ["Item", ({ item_id: id, title }) => named(id, title)],
  ["Affinity", ({ affinity }) => number(affinity), "n"],
  ["Purchases", ({ purchases, in_cart: inCart }) => [number(purchases), inCart && " + cart"], "n"],
];

const EVENTS = [
  ["When", ({ at: iso }) => moment(iso), "spare"],
  ["Event", ({ event_name: name, user_id: id }) => [element("b", {}, name), element("div", { class: "hint" }, "by ", element("code", {}, id))]],
  ["Item", ({ item_id: id }) => id && link("item_id", id, id)],
];

load();
