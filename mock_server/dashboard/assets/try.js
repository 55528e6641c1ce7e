/** Try it: shows the recommendations of a strategy with explanations, or sends the same request to the API. */
import { remembered } from "./address.js";
import { below, change, CallFailed } from "./calls.js";
import { element, nothing, pairs, tag } from "./dom.js";
import { foldedJson, folded, picture, pictureIn, price } from "./goods.js";
import { show } from "./live.js";
import { tenantId } from "./page.js";
import { counted, number } from "./words.js";

const at = (id) => document.getElementById(id);

const keep = remembered(["strategy", "user_id", "context_item_id", "limit", "filters"].map(at));

function question() {
  keep();
  const body = { strategy: at("strategy").value, limit: at("limit").valueAsNumber };
  for (const name of ["user_id", "context_item_id"]) if (at(name).value) body[name] = at(name).value;
  if (at("filters").value.trim()) body.filters = parsed(at("filters"));
  return body;
}

function parsed(field) {
  try {
    field.removeAttribute("aria-invalid");
    return JSON.parse(field.value);
  } catch (error) {
    field.setAttribute("aria-invalid", "true");
    throw new CallFailed(`filters is not JSON: ${error.message}`);
  }
}

const ask = () => show(at("results"), async () => {
  at("mode").textContent = "\u00a0";
  return change("POST", below(tenantId, "explain"), question());
}, ({ mode, total_count: total, results }) => {
  at("mode").textContent = `${mode}, ${counted(total, "item")} in all`;
  return results.length ? element("ol", { class: "results" }, results.map(card)) : nothing("No recommendations: no active item matches.");
});

function card({ item_id: itemId, position, score, score_range: [low, high], reason, mode, metadata, parts }) {
  const { title, ...facts } = metadata;
  return element("li", { class: "card" },
    element("div", { class: "good" }, picture(pictureIn(metadata), "medium"),
      element("div", {}, element("h3", {}, `${position}. `, title ?? metadata.name ?? itemId),
        element("p", { class: "hint" }, element("code", {}, itemId)),
        element("p", { class: "row" }, element("b", {}, price(metadata.price, metadata.currency)), tag(reason)))),
    element("div", { class: "score" },
      element("progress", { max: 1, value: score, "aria-label": `Score of ${itemId}` }), element("b", { class: "n" }, score.toFixed(4))),
    element("details", {}, element("summary", {}, "Parts of the score"),
      pairs([["Source", `${reason}, ${mode}`], ["Its scores", `${number(low)} to ${number(high)}`], ...parts.map(part)])),
    Object.keys(facts).length > 0 && element("details", {}, element("summary", {}, "Attributes"), pairs(Object.entries(facts).map(([name, value]) => [name, plain(value)]))));
}

/** Describe a part of a score. For an item of the user's history it is the co-occurrence times that item's weight. */
const part = ({ name, value, item_id: itemId, weight, together }) => itemId
  ? [element("code", {}, itemId), `${number(together)} together x ${number(weight)} = ${number(value)}`]
  : [name.replaceAll("_", " "), plain(value)];

const plain = (value) => (typeof value === "string" ? folded(value) : typeof value === "number" ? number(value) : JSON.stringify(value));

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});

// The same question as a request to the API

at("send")?.addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  try {
    const body = question();
    const key = at("ask").dataset.key;
    const response = await fetch("/v1/recommend", { method: "POST", headers: { "X-API-KEY": key, "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const text = await response.text();
    showAnswer(body, response, text);
    at("ask-error").textContent = "";
  } catch (error) {
    at("ask-error").textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

function showAnswer(body, response, text) {
  const quota = [...response.headers].filter(([name]) => /^(ratelimit|retry-after)/.test(name));
  at("sent").hidden = false;
  at("sent").replaceChildren(
    element("div", { class: "head" }, element("h2", {}, "POST /v1/recommend"), tag(String(response.status), response.ok ? "pass" : "fail")),
    pairs(quota),
    element("details", {}, element("summary", {}, "Request"), foldedJson(body, "Request")),
    element("details", { open: !response.ok }, element("summary", {}, "Response"), shown(text)));
}

function shown(text) {
  try {
    return foldedJson(JSON.parse(text), "Response");
  } catch {
    return element("pre", { tabindex: "0" }, text);
  }
}

// The strategy's required input

function describe() {
  const { requires, fallback } = at("strategy").selectedOptions[0].dataset;
  at("about").textContent = `${requires ? `Needs ${requires}; with too little data` : "With too little data"}, ${fallback} is used.`;
  for (const name of ["user_id", "context_item_id"]) at(name).required = name === requires;
  if (requires === "context_item_id" && !at("context_item_id").value) at("context_item_id").value = at("context_item_id").placeholder;
}
at("strategy").addEventListener("change", () => {
  describe();
  ask();
});
describe();
ask();
