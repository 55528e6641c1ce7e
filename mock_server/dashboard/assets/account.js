/** The frame of the account tabs: signs in and out, and chooses the organisation that the page shows. */
import { ask, keep, signedIn, signOut } from "./account_calls.js";
import { below, change } from "./calls.js";
import { element, nothing, tag } from "./dom.js";
import { act, show } from "./live.js";
import { tenantId } from "./page.js";
import { duration } from "./words.js";

const WHOLE_SECOND_MS = 1000;
const at = (id) => document.getElementById(id);
const isTeam = at("members") !== null;
let drawInside;

/** Register `draw(membership)`, which fills the tab whenever an account enters an organisation. The membership is
    {tenant_id, name, role, status, created_at}. `draw` may return a promise. */
export function inside(draw) {
  drawInside = draw;
  enter();
}

/** Show the page for the signed-in account. Its roles are fetched again, because they may have changed. */
export async function enter() {
  const account = signedIn();
  at("signed-out").hidden = Boolean(account);
  if (!account) return;
  at("entering").hidden = !at("signed-in").hidden;
  let met = Promise.resolve();
  await show(at("entering"), () => ask("GET", "/organisations"), ({ organisations }) => {
    met = meet(account, organisations);
    return null;
  });
  at("entering").hidden = !at("entering").hasChildNodes();
  await met;
}

/** Run `act`, and update the page if the role is insufficient or the organisation is gone. */
export async function attempt(button, action, done) {
  let refused = false;
  const noting = () => action().catch((error) => {
    refused = [403, 404].includes(error.status);
    throw error;
  });
  const data = await act(button, noting, done);
  if (refused) await enter();
  return data;
}

async function meet(account, organisations) {
  const own = organisations.find((each) => each.tenant_id === tenantId);
  const isActive = own?.status === "active";
  at("who").textContent = account.name;
  at("who-email").textContent = account.email;
  at("own-role").hidden = !own;
  at("own-role").textContent = own ? `${own.role} in ${own.name}` : "";
  at("organisations").replaceChildren(organisations.length ? element("ul", { class: "plain" }, organisations.map(link)) : nothing("You are not a member of any organisation yet."));
  at("outside").hidden = Boolean(own);
  at("yours").hidden = Boolean(own) && !isTeam;
  at("suspended").hidden = !own || isActive;
  at("inside").hidden = !isActive;
  at("signed-in").hidden = false;
  return isActive ? drawInside(own) : undefined;
}

const link = ({ tenant_id: id, name, role, status }) => element("li", {},
  element("a", { href: `?${new URLSearchParams({ tenant_id: id })}`, "aria-current": id === tenantId ? "true" : null }, name), " ",
  element("span", { class: "soft" }, id), " ", tag(role), " ", status === "suspended" && tag(status, "fail"));

// Signing in

function onSubmit(form, path, fields) {
  at(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = at(`${form}-error`);
    const button = event.submitter ?? at(form).querySelector("button");
    button.disabled = true;
    problem.textContent = "";
    try {
      keep(await ask("POST", path, Object.fromEntries(fields.map((name) => [name, at(`${form}-${name}`).value]))));
      button.disabled = false;
      at(form).reset();
      at("signed-out-reason").hidden = true;
      await enter();
      at("main").focus({ preventScroll: true });
    } catch (error) {
      button.disabled = false;
      if (error.status === 429) wait(error.retryAfter);
      problem.textContent = error.status === 429 ? "Too many attempts from your address. Wait for the button, or move the mock's clock." : error.message;
    }
  });
}
onSubmit("login", "/auth/login", ["email", "password"]);
onSubmit("register", "/auth/register", ["email", "password", "name"]);

/** Both forms share one rate limit: their buttons show a countdown to its end. */
function wait(seconds) {
  const end = performance.now() + seconds * WHOLE_SECOND_MS;
  const buttons = [["login", "Sign in"], ["register", "Register"]].map(([form, label]) => [at(form).querySelector("button"), label]);
  const count = () => {
    const left = (end - performance.now()) / WHOLE_SECOND_MS;
    for (const [button, label] of buttons) {
      button.disabled = left > 0;
      button.textContent = left > 0 ? `Wait ${duration(left)}` : label;
    }
    if (left > 0) return setTimeout(count, WHOLE_SECOND_MS);
    for (const form of ["login", "register"]) at(`${form}-error`).textContent = "";
    return undefined;
  };
  count();
}

at("sign-out").addEventListener("click", () => signOut());

addEventListener("signed-out", ({ detail: reason }) => {
  for (const id of ["signed-in", "entering"]) at(id).hidden = true;
  at("signed-out-reason").textContent = reason;
  at("signed-out-reason").hidden = !reason;
  at("signed-out").hidden = false;
  at("login-email").focus();
});

// Organisations

at("create").addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = await act(event.submitter, () => ask("POST", "/organisations", { name: at("create-name").value.trim() }));
  if (made) location.assign(`?${new URLSearchParams({ tenant_id: made.tenant_id })}`);
});

at("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { email: signedIn().email, role: at("join-role").value };
  await act(event.submitter, () => change("POST", below(tenantId, "members"), body), `You are now a member of ${tenantId}`);
  enter();
});

at("unsuspend").addEventListener("click", async ({ currentTarget }) => {
  await act(currentTarget, () => change("PUT", below(tenantId, "suspension"), { suspended: false }), `${tenantId} is no longer suspended`);
  enter();
});
