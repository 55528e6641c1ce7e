/** Shows the audit log of an organisation: filtered, one page at a time, newest first. */
import { remember, remembered } from "./address.js";
import { ask, of } from "./account_calls.js";
import { element, nothing, tag, wideTable } from "./dom.js";
import { show } from "./live.js";
import { tenantId } from "./page.js";
import { moment, number } from "./words.js";

const LIMIT = 20;
const TOGETHER_MS = 200; // characters typed within this time cause one request
const FILTERS = ["action", "account_id", "outcome", "after", "before"];
const at = (id) => document.getElementById(id);
const sentences = Object.fromEntries([...at("action").options].map((option) => [option.value, option.textContent]));

let page = 1;
let keep = () => {};

/** Show the log with the filter in the URL. The account must be allowed to read it, and the menu of members be
    filled. */
export function openLog() {
  page = Math.max(1, Number.parseInt(new URLSearchParams(location.search).get("page"), 10) || 1);
  keep = remembered(FILTERS.map(at));
  return showLog();
}

/** Clear the log, because the signed-in account may not read it. */
export function forgetLog() {
  at("audit").replaceChildren();
}

async function showLog() {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, at(name).value]));
  for (const name of ["after", "before"]) if (filters[name]) filters[name] += "Z";
  await show(at("audit"), () => ask("GET", of(tenantId, "audit-log"), undefined, { ...filters, page, limit: LIMIT }), ({ entries, pagination }) => {
    tell(pagination);
    return entries.length ? logTable(entries) : nothing("No matching entries yet.");
  });
}

const logTable = (entries) => wideTable("Audit log, newest first", [
  ["When", (entry) => moment(entry.at), "n left"],
  ["Who", (entry) => entry.email ?? element("span", { class: "soft" }, "the mock's operator"), "long"],
  ["What", (entry) => [element("span", { title: entry.action }, sentences[entry.action] ?? entry.action), " ", entry.outcome === "refused" && tag("refused", "fail")]],
  ["Details", (entry) => Object.entries(entry.details).map(([name, value]) => element("div", {}, element("span", { class: "soft" }, `${name.replaceAll("_", " ")} `), String(value))), "long"],
  ["From", (entry) => entry.ip_address, "n left"],
], entries);

function tell({ page: shown, limit, total_count: total, has_next: hasNext }) {
  at("where").textContent = `${number(total)} in all, page ${number(shown)} of ${number(Math.max(1, Math.ceil(total / limit)))}`;
  at("earlier").disabled = shown <= 1;
  at("later").disabled = !hasNext;
}

function turnTo(wanted) {
  page = wanted;
  remember({ page: page > 1 ? page : null });
  return showLog();
}
at("earlier").addEventListener("click", () => turnTo(page - 1));
at("later").addEventListener("click", () => turnTo(page + 1));

let typing;
at("audit-filters").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    keep();
    turnTo(1);
  }, TOGETHER_MS);
});
at("audit-filters").addEventListener("submit", (event) => event.preventDefault());
