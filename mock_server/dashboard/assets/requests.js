/** Live requests: a stream announces new exchanges, which are then fetched from the journal by the same filter. */
import { remembered } from "./address.js";
import { change, read, withQuery } from "./calls.js";
import { choice } from "./choice.js";
import { element, nothing, pairs, tag } from "./dom.js";
import { foldedJson, picture } from "./goods.js";
import { act, failure, notify, show } from "./live.js";
import { counted, number, time } from "./words.js";

const SHOWN = 200;
const TOGETHER_MS = 200; // exchanges that are announced within this time are fetched together
const AGAIN_MS = 2000;
const FILTERS = ["q", "operation_id", "status", "key_type", "finding"];
const at = (id) => document.getElementById(id);

const keep = remembered([...FILTERS, "scope"].map(at));
let lastId = 0;
let missed = 0; // exchanges while paused
let timer = null;
let stale = false; // the list may show exchanges that the journal has dropped
let rows = null; // tbody of the list
const isPaused = () => at("pause").getAttribute("aria-pressed") === "true";
// An organisation's requests include those with an unknown key, because users look here for a wrong key.
const filter = () => ({ tenant_id: at("scope").value, unknown: at("scope").value ? "true" : "", own: "false", ...Object.fromEntries(FILTERS.map((name) => [name, at(name).value.trim()])) });

// The list

const { link, mark } = choice(at("split"), at("detail"), ["id"], (_, id, body) =>
  show(body, () => read(`/journal/${encodeURIComponent(id)}`), (exchange) => detail(exchange)),
  () => nothing("Choose a request to see it and its response."));

async function load() {
  rows = null;
  stale = false;
  await show(at("list"), () => read("/journal", { ...filter(), limit: SHOWN }), ({ exchanges, goods, dropped, last_id: last }) => {
    lastId = last;
    tell(dropped);
    rows = element("tbody", {}, exchanges.map((each) => row(each, goods)).reverse());
    return [table(), !exchanges.length && empty()];
  });
  mark();
}

const empty = () => element("p", { class: "nothing", id: "no-requests" }, "No request fits yet. Send one: it appears here by itself.");

const table = () => element("table", { class: `log ${at("scope").value ? "one" : ""}` },
  element("caption", { class: "unseen" }, "Requests, newest first"),
  element("thead", {}, element("tr", {}, [["Time", ""], ["Status", ""], ["Request", "where"], ["Items", "spare"], ["Organisation", "spare every"], ["ms", "n spare"]]
    .map(([title, kind]) => element("th", { scope: "col", class: kind }, title)))),
  rows);

function row(exchange, goods) {
  const known = goods[exchange.tenant_id] ?? {};
  const pictures = exchange.items.map((id) => known[id]?.picture).filter(Boolean);
  const marks = [
    exchange.fault && tag(exchange.fault, "open"),
    exchange.findings.length > 0 && tag(counted(exchange.findings.length, "finding"), "fail"),
    exchange.lint.length > 0 && tag(exchange.lint.length === 1 ? exchange.lint[0].id : counted(exchange.lint.length, "remark"), "open"),
  ];
  const call = exchange.operation_id ?? `${exchange.method} ${exchange.path}`;
  return element("tr", {},
    element("td", { class: "n" }, time(exchange.at)),
    element("td", {}, status(exchange)),
    element("td", { class: "where" },
      element("div", { class: "said" }, link("id", exchange.id, exchange.about ?? call), marks),
      exchange.about && element("div", { class: "hint" }, call)),
    element("td", { class: "spare" }, element("div", { class: "pictures" }, pictures.map((source) => picture(source, "tiny")))),
    element("td", { class: "spare every", title: exchange.tenant_id }, exchange.tenant_id ?? element("span", { class: "soft" }, "none")),
    element("td", { class: "n spare" }, number(exchange.duration_ms)));
}

const status = ({ status: code }) => tag(code === null ? "no response" : String(code), code === null || code >= 500 ? "fail" : code >= 400 ? "open" : "pass");

function tell(dropped) {
  const count = rows?.children.length ?? 0;
  at("hint").textContent = [
    count >= SHOWN && `The newest ${SHOWN} are shown.`,
    dropped > 0 && `The journal is full; ${counted(dropped, "older request")} dropped.`,
  ].filter(Boolean).join(" ") || "\u00a0";
}

/** Add new exchanges on top. */
async function catchUp() {
  timer = null;
  if (rows === null || isPaused()) return undefined;
  if (stale) return load();
  const [list, after] = [rows, lastId];
  try {
    const { exchanges, goods, dropped, last_id: last } = await read("/journal", { ...filter(), after, limit: SHOWN });
    if (rows !== list || last === after) return undefined;
    if (lastId !== after) return soon(); // another response came first; fetch again after it
    if (last < after) return load(); // the mock was restarted, and its ids start at 1
    lastId = last;
    at("no-requests")?.remove();
    rows.prepend(...exchanges.map((each) => row(each, goods)).reverse());
    while (rows.children.length > SHOWN) rows.lastElementChild.remove();
    if (!rows.children.length) at("list").append(empty());
    tell(dropped);
  } catch (error) {
    state("lost", "fail");
    console.warn(error);
  }
  return undefined;
}

// The stream

const state = (text, kind) => Object.assign(at("stream"), { textContent: text, className: `tag ${kind}` });

function listen() {
  const stream = new EventSource("/_mock/journal/stream"); // for all organisations, because unknown keys belong to none
  stream.addEventListener("open", () => {
    state("live", "pass");
    soon();
  });
  stream.addEventListener("cleared", () => {
    stale = true;
    soon();
  });
  stream.addEventListener("exchange", ({ data }) => {
    if (!isPaused()) return soon();
    const { tenant_id: whose } = JSON.parse(data);
    if (at("scope").value && whose && whose !== at("scope").value) return undefined;
    missed += 1;
    at("pause").textContent = `Go on (${counted(missed, "request")} since)`;
  });
  stream.addEventListener("error", () => {
    state("lost, trying again", "fail");
    stale = true; // the stream does not announce removed exchanges twice
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  });
}

const soon = () => { timer ??= setTimeout(catchUp, TOGETHER_MS); };

at("pause").addEventListener("click", () => {
  at("pause").setAttribute("aria-pressed", String(!isPaused()));
  at("pause").textContent = isPaused() ? "Go on" : "Pause";
  missed = 0;
  if (!isPaused()) catchUp();
});

at("forget").addEventListener("click", async ({ currentTarget }) => {
  const scope = at("scope").value;
  if (!confirm(`Forget all requests of ${scope || "all organisations"}?`)) return;
  await act(currentTarget, () => change("DELETE", withQuery("/journal", { tenant_id: scope }), scope ? {} : { all: true }), "Forgotten");
  load();
});

let typing;
at("filters").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    if (!at("filters").checkValidity()) return;
    keep();
    load();
  }, TOGETHER_MS);
});
at("filters").addEventListener("submit", (event) => event.preventDefault());

// The detail

function detail(exchange) {
  const { method, path, query } = exchange;
  return [
    element("div", { class: "head" }, element("h2", {}, `${method} ${path}${query ? `?${query}` : ""}`), status(exchange)),
    pairs([
      ["About", exchange.about],
      ["Time", `${time(exchange.at)} UTC, ${number(exchange.duration_ms)} ms`],
      ["Organisation", exchange.tenant_id ?? "none: unknown key"],
      ["Key type", exchange.key_type],
      ["Operation", exchange.operation_id],
      ["Origin", exchange.origin],
      ["Fault", exchange.fault],
      ["Changed", Object.entries(exchange.changed ?? {}).map(([what, count]) => `${number(count)} ${what}`).join(", ")],
    ]),
    exchange.method === "OPTIONS" && preflight(exchange),
    remarks("Findings", exchange.findings, ({ field, message }) => [field && element("code", {}, field), field && ": ", message]),
    remarks("Lint: what was probably meant", exchange.lint, ({ id, message }) => [element("b", {}, id), ": ", message]),
    message("Request", exchange.request),
    message("Response", exchange.response),
    element("section", {},
      element("div", { class: "row" },
        element("button", { type: "button", click: ({ currentTarget }) => curl(exchange.id, currentTarget) }, "Copy as curl"),
        element("button", { type: "button", click: () => verifyAlike(exchange) }, "Verify requests like it"))),
  ];
}

const remarks = (title, all, words) => all?.length > 0 && element("section", {}, element("h3", {}, title), element("ul", {}, all.map((each) => element("li", {}, words(each)))));

function message(title, { headers, body, bytes, truncated }) {
  return element("section", {},
    element("h3", {}, title, element("span", { class: "soft" }, ` ${counted(bytes, "byte")}${truncated ? ", cut off here" : ""}`)),
    element("details", {}, element("summary", {}, counted(Object.keys(headers).length, "header")),
      pairs(Object.entries(headers).map(([name, value]) => [element("code", {}, name), element("code", {}, value)]))),
    body && shown(body, `Body of the ${title.toLowerCase()}`));
}

function shown(text, label) {
  try {
    return foldedJson(JSON.parse(text), label);
  } catch {
    return element("pre", { tabindex: "0", "aria-label": label }, text);
  }
}

/** Show a preflight: what the browser asked, and why the request may not have followed. */
function preflight(exchange) {
  const { headers: asked } = exchange.request;
  const { headers: answer } = exchange.response;
  const body = element("p", {}, "Looking for the request that followed ...");
  const refused = exchange.status === null || exchange.status >= 300 || !answer["access-control-allow-origin"];
  read("/journal", { q: exchange.path, after: exchange.id, limit: 1000 }).then(({ exchanges }) => {
    const next = exchanges.find((each) => each.path === exchange.path && each.origin === exchange.origin && each.method === asked["access-control-request-method"]);
    body.replaceChildren(...[
      next && ["Allowed, and the request followed: ", link("id", next.id, `#${next.id}`), "."],
      !next && refused && ["The response does not allow it, so the browser did not send the request, and the page's ", element("code", {}, "fetch"), " failed with a CORS error."],
      !next && !refused && ["The response allows it, but no request has followed. The browser stops here when the page asks with ", element("code", {}, 'credentials: "include"'),
        " (or ", element("code", {}, "withCredentials"), "), as ", element("code", {}, "navigator.sendBeacon"), " always does: any origin may call, but without cookies. Leave it out; the API has none. It also stops when the page is left meanwhile without ",
        element("code", {}, "keepalive"), "."],
    ].filter(Boolean).flat());
  }, (error) => body.replaceChildren(error.message));
  return element("section", {},
    element("h3", {}, "Preflight: may this page call?"),
    pairs([["From", exchange.origin], ["To send", `${asked["access-control-request-method"] ?? "?"} with ${asked["access-control-request-headers"] ?? "no further headers"}`],
      ["Allowed", refused ? "no" : `${answer["access-control-allow-methods"] ?? ""}; ${answer["access-control-allow-headers"] ?? ""}`]]),
    body);
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function curl(id, button) {
  const response = await fetch(`/_mock/journal/${id}/curl`).catch(() => null);
  if (!response?.ok) return notify("There is no command for this request", true);
  const command = element("pre", { id: "curl", tabindex: "0" }, await response.text());
  document.getElementById("curl")?.remove();
  button.closest("section").append(command);
  const copied = await navigator.clipboard?.writeText(command.textContent).then(() => true, () => false);
  if (copied) notify("Copied; $PK and $SK stand for the keys");
  return undefined;
}

// Was a request made?

function verifyAlike(exchange) {
  at("verify-part").open = true;
  at("verify-operation").value = exchange.operation_id ?? "";
  at("verify-status").value = exchange.status ?? "";
  at("verify-body").value = exchange.request.body && !exchange.request.truncated ? readable(exchange.request.body) : "";
  at("verify").requestSubmit();
  at("verify-part").scrollIntoView({ block: "nearest" });
}

at("verify").addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = {};
  if (at("scope").value) wanted.tenant_id = at("scope").value;
  if (at("verify-operation").value) wanted.operation_id = at("verify-operation").value;
  if (at("verify-status").value) wanted.status = at("verify-status").valueAsNumber;
  if (at("verify-times").value) wanted.times = at("verify-times").valueAsNumber;
  try {
    if (at("verify-body").value.trim()) wanted.body = JSON.parse(at("verify-body").value);
    at("verified").replaceChildren(...verdict(await change("POST", "/journal/verify", wanted)));
    at("verify-error").textContent = "";
  } catch (error) {
    at("verify-error").textContent = error.message;
    at("verified").replaceChildren();
  }
});

function verdict({ verified, count, matches, nearest }) {
  return [
    element("p", {}, tag(verified ? "yes" : "no", verified ? "pass" : "fail"), ` ${counted(count, "request")} of this kind`,
      matches.length ? ": " : ".", matches.slice(0, 10).map((id) => [link("id", id, `#${id}`), " "])),
    nearest?.length > 0 && element("div", {}, element("h3", {}, "Nearest misses"),
      nearest.map(({ id, differences }) => element("section", {}, link("id", id, `#${id}`), element("ul", {}, differences.map(difference))))),
  ].filter(Boolean);
}

const difference = ({ field, expected, actual }) => element("li", {},
  element("code", {}, field), ": wanted ", element("code", {}, JSON.stringify(expected)), ", was ", element("code", {}, JSON.stringify(actual) ?? "absent"));

load().then(listen, (error) => at("list").replaceChildren(failure(error, load)));
