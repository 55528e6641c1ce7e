/** Faults: the 429 button, the scenarios, the faults that are set, and a form that is built from the mock's table of kinds. */
import { below, change, read } from "./calls.js";
import { element, nothing, wideTable } from "./dom.js";
import { act, notify, repeat, show, watch } from "./live.js";
import { tenantId } from "./page.js";
import { duration, number, percent } from "./words.js";

const EVERY_SECONDS = 2;
const at = (id) => document.getElementById(id);

// Rate-limit me now

at("exhaust").addEventListener("submit", async (event) => {
  event.preventDefault();
  const seconds = at("limited-for").value;
  await act(event.submitter, () => change("POST", below(limited(), "rate-limit", "exhaust"), seconds ? { seconds: Number(seconds) } : {}), `${limited()} answers 429 now`);
  showLimit();
});
at("refill").addEventListener("click", async ({ currentTarget }) => {
  await act(currentTarget, () => change("POST", below(limited(), "rate-limit", "refill")), `${limited()} has a full quota again`);
  showLimit();
});
at("limited").addEventListener("change", showLimit);

const limited = () => at("limited").value || tenantId;

async function showLimit() {
  const state = at("limited-state");
  try {
    const { remaining, reset, enforced } = await read(below(limited(), "rate-limit"));
    state.className = `hint ${enforced && !remaining ? "fail" : ""}`;
    if (!enforced) state.textContent = `The rate limit of ${limited()} is not enforced.`;
    else if (remaining) state.textContent = `${limited()} has ${number(remaining)} requests left.`;
    else state.textContent = `${limited()} answers 429 for ${duration(reset)}.`;
  } catch (error) {
    state.textContent = error.message;
  }
}

// Scenarios

const scenarios = () => show(at("scenarios"), () => read("/scenarios", { tenant_id: at("scenario-for").value }), ({ scenarios: all }) =>
  element("ul", { class: "plain" }, all.map(scenarioButton)));

function scenarioButton({ name, sentence, active }) {
  const press = async ({ currentTarget }) => {
    const body = { name: active ? null : name, ...(at("scenario-for").value && { tenant_id: at("scenario-for").value }) };
    const done = await act(currentTarget, () => change("PUT", "/scenario", body), active ? `${name} is over` : `${name} is on`);
    if (!done) return;
    await scenarios();
    [...at("scenarios").querySelectorAll("button")].find((each) => each.textContent === name)?.focus();
    faults();
  };
  return element("li", { class: "scenario" },
    element("button", { type: "button", "aria-pressed": String(active), click: press }, name),
    element("span", { class: "hint" }, sentence));
}
at("scenario-for").addEventListener("change", scenarios);

// The faults that are set

const faults = watch(at("faults"), EVERY_SECONDS, () => read("/faults"), ({ faults: all }) => {
  at("clear").hidden = !all.length;
  return all.length ? faultTable(all) : nothing("No faults are set.");
});

const faultTable = (all) => wideTable("Faults that are set", [
  ["Fault", (fault) => [element("b", {}, fault.name ?? fault.kind), fault.scenario && element("span", { class: "soft" }, ` of ${fault.scenario}`)]],
  ["What", what],
  ["For", (fault) => [fault.tenant_id ?? "every organisation", fault.operation_id, fault.key_type].filter(Boolean).join(", ")],
  ["When", when],
  ["Hits", (fault) => number(fault.hits), "n"],
  ["Action", (fault) => element("button", { type: "button", class: "danger", "aria-label": `Remove ${fault.name ?? fault.kind}`, click: ({ currentTarget }) =>
    act(currentTarget, () => change("DELETE", `/faults/${encodeURIComponent(fault.fault_id)}`), "Removed").then(() => Promise.all([faults(), scenarios()])) }, "Remove"), "n"],
], all);

/** List the options of a fault, except those that decide which requests it hits, and when. */
const OTHERS = ["kind", "fault_id", "scenario", "hits", "name", "operation_id", "tenant_id", "key_type", "share", "skip", "times", "from_seconds", "for_seconds"];

function what(fault) {
  const options = Object.entries(fault).filter(([name, value]) => !OTHERS.includes(name) && value !== null);
  return [fault.kind, ...options.map(([name, value]) => `${name} ${value}`)].join(", ");
}

function when(fault) {
  const parts = [];
  if (fault.share < 1) parts.push(percent(fault.share, 1));
  if (fault.skip) parts.push(`after ${number(fault.skip)}`);
  if (fault.times) parts.push(`${number(fault.times)} times`);
  if (fault.from_seconds) parts.push(`from ${duration(fault.from_seconds)} on`);
  if (fault.for_seconds) parts.push(`for ${duration(fault.for_seconds)}`);
  return parts.join(", ") || "always";
}

at("clear").addEventListener("click", ({ currentTarget }) =>
  act(currentTarget, () => change("DELETE", "/faults", { all: true }), "All faults are removed").then(() => Promise.all([faults(), scenarios()])));

// The form for a fault. The kinds, their options and descriptions come from the mock.

const PLACES = ["operation_id", "tenant_id", "key_type", "name"];
const NUMBERS = ["share", "skip", "times", "from_seconds", "for_seconds"];
let kinds = [];

const kind = () => kinds.find((each) => each.kind === at("kind").value);

function chooseKind() {
  const { sentence, forms } = kind();
  at("sentence").textContent = sentence;
  at("form").replaceChildren(...forms.map((form, index) => element("option", { value: index }, form.join(" and ") || "no options")));
  at("form").parentElement.hidden = forms.length < 2;
  chooseForm();
}

function chooseForm() {
  const { forms, optional } = kind();
  const form = forms[at("form").value];
  const field = (name, required) => element("div", {},
    element("label", { for: `option-${name}`, title: meanings[name] ?? null }, `${name.replaceAll("_", " ")}: ${meanings[name] ?? ""}`),
    element("input", { id: `option-${name}`, "data-option": name, type: "number", min: 0, step: "any", required }));
  at("options").replaceChildren(...form.map((name) => field(name, true)), ...optional.map((name) => field(name, false)));
}

let meanings = {};
async function offerKinds() {
  try {
    const table = await read("/fault-kinds");
    kinds = table.kinds;
    meanings = table.options;
    at("kind").replaceChildren(...kinds.map((each) => element("option", {}, each.kind)));
    chooseKind();
  } catch (error) {
    at("add-error").textContent = error.message;
  }
}
at("kind").addEventListener("change", chooseKind);
at("form").addEventListener("change", chooseForm);

at("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const numbers = [...at("options").querySelectorAll("input"), ...NUMBERS.map(at)].filter((field) => field.value !== "");
  const places = PLACES.map(at).filter((field) => field.value !== "");
  const body = Object.fromEntries([
    ["kind", at("kind").value],
    ...numbers.map((field) => [field.dataset.option ?? field.id, field.valueAsNumber]),
    ...places.map((field) => [field.id, field.value]),
  ]);
  event.submitter.disabled = true;
  try {
    await change("POST", "/faults", body);
    at("add-error").textContent = "";
    notify("The fault is set");
    await faults();
  } catch (error) {
    at("add-error").textContent = error.message;
  } finally {
    event.submitter.disabled = false;
  }
});

scenarios();
offerKinds();
showLimit();
repeat(EVERY_SECONDS, showLimit);
