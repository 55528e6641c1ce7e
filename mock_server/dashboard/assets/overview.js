/** Overview: shows the quota and data of an organisation, with buttons that reset them. */
import { below, change, read } from "./calls.js";
import { element, nothing } from "./dom.js";
import { act, repeat, show } from "./live.js";
import { tenantId } from "./page.js";
import { duration, moment, number } from "./words.js";

const EVERY_SECONDS = 1;
const LOW = 0.1; // share of the quota below which the gauge warns
const at = (id) => document.getElementById(id);

refresh();
repeat(EVERY_SECONDS, refresh);

async function refresh() {
  const failure = at("counts-failure");
  try {
    const organisation = await read(below(tenantId));
    showLimit(organisation.rate_limit);
    for (const [name, count] of Object.entries(organisation.counts)) at(`count-${name}`).textContent = number(count);
    at("expiry").textContent = organisation.expires_in === null ? "" : `removed in ${duration(organisation.expires_in)}`;
    failure.hidden = true;
  } catch (error) {
    failure.textContent = error.message;
    failure.hidden = false;
  }
}

function showLimit({ limit, remaining, reset, enforced }) {
  at("limit-remaining").textContent = number(remaining);
  at("limit-limit").textContent = number(limit);
  at("limit-reset").textContent = duration(reset);
  const share = limit ? remaining / limit : 0;
  const gauge = at("gauge");
  gauge.firstElementChild.setAttribute("width", 100 * share);
  gauge.setAttribute("class", `gauge ${share === 0 ? "none" : share < LOW ? "low" : ""}`);
  const state = at("limit-state");
  [state.textContent, state.className] = !enforced ? ["not enforced", "tag"] : remaining ? ["open", "tag pass"] : ["answers 429", "tag fail"];
}

at("refill").addEventListener("click", ({ currentTarget }) =>
  act(currentTarget, () => change("POST", below(tenantId, "rate-limit", "refill")), "The quota is full again").then(refresh));

at("change-limit").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = {};
  if (at("new-limit").value) body.limit = at("new-limit").valueAsNumber;
  if (at("new-window").value) body.window_seconds = at("new-window").valueAsNumber;
  if (at("new-enforced").value) body.enforced = at("new-enforced").value === "true";
  await act(event.submitter, () => change("PUT", below(tenantId, "rate-limit"), body), "The limit is changed");
  refresh();
});

at("flush").addEventListener("click", ({ currentTarget }) =>
  act(currentTarget, () => change("POST", "/flush", { tenant_id: tenantId }), "Everything accepted is visible").then(refresh));

const QUESTIONS = {
  start: `Reset ${tenantId} to the start? Data sent since then is lost.`,
  seeded: `Reset ${tenantId} to the seed data? Data sent since then is lost.`,
  empty: `Remove all items, users and events of ${tenantId}?`,
};

at("resets").addEventListener("click", ({ target }) => {
  const { to } = target.dataset;
  if (to && confirm(QUESTIONS[to])) act(target, () => change("POST", "/reset", { tenant_id: tenantId, to }), `${tenantId} was reset`).then(refresh);
});

at("seed")?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!confirm(`Fill ${tenantId} with ${at("world").value}? Its current data is lost.`)) return;
  act(event.submitter, () => change("POST", "/seed", { tenant_id: tenantId, data: at("world").value }), `${tenantId} now has this data`).then(refresh);
});

const snapshots = () => show(at("snapshots"), () => read("/snapshots"), ({ snapshots: all }) =>
  all.length ? element("ul", { class: "plain" }, all.map(listed)) : nothing("None yet. A snapshot holds the records, clock, quota and random state of ", element("b", {}, tenantId), "."));

function listed(snapshot) {
  const name = snapshot.name ?? snapshot.snapshot_id;
  const path = `/snapshots/${encodeURIComponent(snapshot.snapshot_id)}`;
  const restore = ({ currentTarget }) => confirm(`Restore ${name}? The current data of ${snapshot.tenant_ids.join(", ")} is lost.`) && act(currentTarget, () => change("POST", `${path}/restore`), `Restored ${name}`).then(refresh);
  const remove = ({ currentTarget }) => confirm(`Remove the snapshot ${name}?`) && act(currentTarget, () => change("DELETE", path)).then(snapshots);
  return element("li", { class: "head" },
    element("span", {}, element("b", {}, name), element("span", { class: "soft" }, ` ${snapshot.tenant_ids.join(", ")}, ${moment(snapshot.at)}`)),
    element("span", { class: "row" },
      element("button", { type: "button", click: restore, "aria-label": `Restore ${name}` }, "Restore"),
      element("a", { href: `/_mock${path}/file`, download: "", "aria-label": `File of ${name}` }, "File"),
      element("button", { type: "button", class: "danger", click: remove, "aria-label": `Remove ${name}` }, "Remove")));
}

at("take").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = at("snapshot-name").value.trim();
  const body = name ? { tenant_id: tenantId, name } : { tenant_id: tenantId };
  await act(event.submitter, () => change("POST", "/snapshots", body), "Snapshot taken");
  at("snapshot-name").value = "";
  snapshots();
});

at("restore-file").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = at("snapshot-file").files;
  if (!confirm(`Restore ${file.name}? The current data of its organisations is lost.`)) return;
  await act(event.submitter, () => change("POST", "/snapshots/file", file), ({ tenant_ids: all }) => `Restored ${all.join(", ")}`);
  refresh();
});

at("add-organisation").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { seeded: at("new-seeded").checked };
  if (at("new-name").value) body.tenant_id = at("new-name").value;
  if (at("new-ttl").value) body.ttl_seconds = Number(at("new-ttl").value);
  const added = await act(event.submitter, () => change("POST", "/organisations", body));
  if (added) location.assign(`/_mock/?${new URLSearchParams({ tenant_id: added.tenant_id })}`);
});

at("remove-organisation").addEventListener("click", async ({ currentTarget }) => {
  if (!confirm(`Remove ${tenantId}, its keys and its data?`)) return;
  if (await act(currentTarget, () => change("DELETE", below(tenantId)))) location.assign("/_mock/");
});

snapshots();
