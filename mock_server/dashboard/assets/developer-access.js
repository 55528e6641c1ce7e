/** Developer Access: generates, lists and revokes key pairs; a secret key is shown once. */
import { attempt, enter, inside } from "./account.js";
import { ask, of } from "./account_calls.js";
import { element, nothing, pairs, tag } from "./dom.js";
import { act, show } from "./live.js";
import { tenantId } from "./page.js";
import { bar, refusal } from "./permission.js";
import { moment } from "./words.js";

const at = (id) => document.getElementById(id);

inside((own) => {
  const reason = refusal("listKeyPairs", own.role);
  bar(at("generate"), at("generate-why"), refusal("generateKeyPair", own.role));
  at("keys").hidden = Boolean(reason);
  if (!reason) return keys();
  forgetSecret();
  return at("keys").replaceChildren();
});

const keys = () => show(at("keys"), async () => {
  const [{ key_pairs: all }, { members }] = await Promise.all([ask("GET", of(tenantId, "keys")), ask("GET", of(tenantId, "members"))]);
  return { all, emails: new Map(members.map((each) => [each.account_id, each.email])) };
}, ({ all, emails }) => (all.length ? element("ul", { class: "plain pairs-of-keys" }, all.map((pair) => listed(pair, emails))) : nothing("No key pair yet: the API can't be called for this organisation.")));

function listed(pair, emails) {
  return element("li", { class: pair.revoked_at ? "revoked" : null },
    element("div", { class: "head" },
      element("span", {}, state(pair), " ", element("span", { class: "soft" }, history(pair, emails))),
      !pair.development && !pair.revoked_at && element("button", { type: "button", class: "danger", "aria-label": `Revoke ${pair.publishable_key}`,
        click: ({ currentTarget }) => revoke(currentTarget, pair) }, "Revoke")),
    keyList(pair.key_id, pair));
}

function state({ development, revoked_at: revoked }) {
  if (development) return tag("development");
  return revoked ? tag("revoked", "fail") : tag("good", "pass");
}

function history({ development, created_at: created, created_by: id, revoked_at: revoked }, emails) {
  if (development) return "Made by the mock together with the organisation. It is valid on a mock only, so it stays visible.";
  return `${moment(created)} by ${emails.get(id) ?? "a former member"}${revoked ? `, revoked ${moment(revoked)}` : ""}`;
}

/** Render both keys of a pair; `id` is the suffix of their elements' ids. */
const keyList = (id, { publishable_key: publishable, secret_key: secret, secret_hint: hint, revoked_at: revoked }) => pairs([
  ["Publishable", revoked ? element("code", {}, publishable) : copyable(`publishable-${id}`, "publishable", publishable)],
  ["Secret", secret ? copyable(`secret-${id}`, "secret", secret) : element("code", {}, hint)],
]);

const copyable = (id, type, key) => element("div", { class: "key" }, element("code", { id }, key),
  element("button", { type: "button", "data-copies": id, "data-what": `the ${type} key`, "aria-label": `Copy the ${type} key ending in ${key.slice(-4)}` }, "Copy"));

at("generate").addEventListener("click", async ({ currentTarget }) => {
  const made = await attempt(currentTarget, () => ask("POST", of(tenantId, "keys")));
  if (!made) return;
  await keys();
  at("generated").replaceChildren(element("div", { class: "notice once" },
    element("h3", {}, "Copy the secret key now: it is shown only once"),
    element("p", {}, "Only its digest is stored, so it can't be looked up later. It disappears when you leave the page."),
    keyList("new", made),
    element("button", { type: "button", click: done }, "I have it")));
  at("generated").focus({ preventScroll: true });
  at("generated").scrollIntoView({ block: "nearest" });
});

function done() {
  forgetSecret();
  at("generate").focus();
}

const forgetSecret = () => at("generated").replaceChildren();

/** Forget the key also when the page is left, because the Back button may restore the page as it was. */
for (const event of ["pagehide", "signed-out"]) addEventListener(event, forgetSecret);

async function revoke(button, { key_id: id, publishable_key: name }) {
  if (!confirm(`Revoke ${name} and its secret key? Requests with them will get a 401.`)) return;
  await act(button, () => ask("DELETE", of(tenantId, "keys", id)), "Revoked: requests with either key get a 401");
  if (document.getElementById("publishable-new")?.textContent === name) forgetSecret();
  await enter();
  at("generate").focus({ preventScroll: true });
}
