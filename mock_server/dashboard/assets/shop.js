/** Bring your own shop: reads a file, shows the inferred columns so that the user can correct them, and applies it. */
import { below, change } from "./calls.js";
import { element, nothing, table, tag } from "./dom.js";
import { foldedJson, picture, pictureIn, price } from "./goods.js";
import { act, notify, show } from "./live.js";
import { tenantId } from "./page.js";
import { counted, number } from "./words.js";

const at = (id) => document.getElementById(id);
let file = null;
let mapping = new Map(); // column -> field

const address = (mode) => `${below(tenantId, "import")}?${new URLSearchParams({ kind: at("kind").value, name: file.name, mode, ...(mapping.size && { columns: columns() }) })}`;
const columns = () => [...mapping].map(([column, field]) => (/[",=]/.test(column) ? `"${field}=${column.replaceAll('"', '""')}"` : `${field}=${column}`)).join(",");

function preview() {
  if (!file) return undefined;
  at("bring-error").textContent = "";
  at("file-about").textContent = `${file.name}, ${counted(file.size, "byte")}`;
  return show(at("concluded"), () => change("POST", address("preview"), file), concluded);
}

function take(chosen) {
  if (!chosen) return;
  file = chosen;
  mapping = new Map();
  preview();
}

at("file").addEventListener("change", () => take(at("file").files[0]));
at("kind").addEventListener("change", () => {
  mapping = new Map();
  preview();
});
at("bring").addEventListener("submit", (event) => event.preventDefault());
for (const name of ["dragover", "drop"]) {
  at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop") take(event.dataTransfer.files[0]);
  });
}

// The inferences

function concluded(found) {
  const words = [found.format, found.separator && `separator ${found.separator}`, found.encoding, found.looks_like && `looks like ${found.looks_like}`];
  return [
    element("section", { class: "card" },
      element("div", { class: "head" }, element("h2", {}, found.file), tag(`${number(found.taken)} of ${number(found.rows)} rows`, found.taken === 0 ? "fail" : found.taken < found.rows ? "open" : "pass")),
      element("p", {}, found.summary),
      element("p", { class: "row" }, words.filter(Boolean).map((text) => tag(text))),
      found.stopped && element("p", { class: "failure" }, found.stopped),
      [...found.warnings, ...found.notes].length > 0 && element("ul", { class: "plain" }, [...found.warnings, ...found.notes].map((text) => element("li", {}, text))),
      buttons(found)),
    found.columns.length > 0 && element("section", { class: "card" }, element("h2", {}, "Columns"), mapped(found)),
    found.errors.length > 0 && element("section", { class: "card" }, element("h2", {}, counted(found.error_count, "error")),
      table("Errors, grouped", ERRORS, found.errors)),
    found.records.length > 0 && element("section", {}, element("h2", {}, "The first rows, as they would be stored"),
      element("ul", { class: "results" }, found.records.map(record))),
  ].filter(Boolean);
}

const ERRORS = [
  ["Error", ({ field, message }) => [field && [element("code", {}, field), " "], message]],
  ["Times", ({ count }) => number(count), "n"],
  ["Lines", ({ lines }) => lines.join(", ")],
];

function record(body) {
  const attributes = body.attributes ?? {};
  return element("li", { class: "card" },
    element("div", { class: "good" }, picture(pictureIn(attributes), "medium"),
      element("div", {}, element("h3", {}, String(attributes.title ?? attributes.name ?? body.item_id ?? body.user_id ?? body.event_name)),
        element("p", { class: "hint" }, element("code", {}, String(body.item_id ?? body.user_id ?? ""))),
        element("p", {}, element("b", {}, price(attributes.price, attributes.currency))))),
    element("details", {}, element("summary", {}, "Record"), foldedJson(body, "Record")));
}

const FIELDS = { items: ["item_id", "item_type", "status", "created_at", "title", "price"], users: ["user_id", "status", "created_at"],
  events: ["user_id", "event_family", "event_name", "item_id", "event_timestamp"] };

function mapped(found) {
  const suggested = Object.fromEntries(Object.entries(found.suggested ?? {}).map(([field, column]) => [column, field]));
  const choose = (each) => {
    const name = `Field of the column ${each.column}`;
    const now = mapping.get(each.column) ?? each.field ?? suggested[each.column] ?? "";
    const fields = [...new Set([...FIELDS[at("kind").value], ...(now ? [now] : [])])];
    return element("select", { "data-column": each.column, "aria-label": name },
      element("option", { value: "" }, `attribute ${each.column}`), fields.map((field) => element("option", { value: field, selected: field === now }, field)));
  };
  const read = ({ currentTarget }) => {
    const selects = [...currentTarget.closest("section").querySelectorAll("[data-column]")];
    mapping = new Map(selects.filter((each) => each.value && each.value !== each.dataset.column).map((each) => [each.dataset.column, each.value]));
    preview();
  };
  return [
    table("Columns of the file", [
      ["Column", ({ column }) => element("code", {}, column)],
      ["For example", ({ sample }) => (sample === null ? "" : String(sample).slice(0, 60)), "spare"],
      ["Becomes", choose],
    ], found.columns),
    element("p", {}, element("button", { type: "button", click: read }, "Read it with these columns")),
  ];
}

// Applying the file

function buttons(found) {
  if (found.taken === 0) return null;
  const run = (mode, question) => async ({ currentTarget }) => {
    if (question && !confirm(question)) return;
    const done = await act(currentTarget, () => change("POST", address(mode), file));
    if (done) at("concluded").replaceChildren(...applied(done));
  };
  return element("div", { class: "row" },
    at("kind").value === "items" && element("button", { type: "button", class: "primary", click: run("replace", `Make this the shop of ${tenantId}? This can be undone.`) }, "Make it the shop"),
    element("button", { type: "button", click: run("add") }, "Add to the current data"));
}

function applied(done) {
  const undo = async ({ currentTarget }) => {
    const data = await act(currentTarget, () => change("POST", `/snapshots/${encodeURIComponent(done.undo)}/restore`, {}), "Undone");
    if (data) at("concluded").replaceChildren(nothing("Undone. Choose a file to begin again."));
  };
  const to = (name) => `/_mock/ui/${name}?${new URLSearchParams({ tenant_id: tenantId })}`;
  notify("Done");
  return [element("section", { class: "card" }, element("h2", {}, `${number(done.taken)} of ${number(done.rows)} rows are in ${tenantId}`),
    element("p", {}, done.summary),
    element("div", { class: "row" }, element("a", { href: to("catalogue") }, "See the catalogue"), element("a", { href: to("try") }, "Try it"),
      done.undo && element("button", { type: "button", class: "danger", click: undo }, "Undo")))];
}
