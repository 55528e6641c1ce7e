/** Team: shows and changes the members of an organisation, their roles, and its name. */
import { attempt, enter, inside } from "./account.js";
import { ask, of, signedIn } from "./account_calls.js";
import { forgetLog, openLog } from "./audit_log.js";
import { below, change } from "./calls.js";
import { element, wideTable } from "./dom.js";
import { act, notify, show } from "./live.js";
import { tenantId } from "./page.js";
import { bar, isAbove, refusal, ROLES } from "./permission.js";
import { moment } from "./words.js";

const at = (id) => document.getElementById(id);
let own; // membership of the signed-in account

inside(async (membership) => {
  own = membership;
  at("rename-name").value = own.name;
  bar(at("rename-fields"), at("rename-why"), refusal("renameOrganisation", own.role));
  bar(at("add-member-fields"), at("add-member-why"), refusal("addMember", own.role));
  for (const option of at("member-role").options) option.disabled = isAbove(option.value, own.role);
  at("audit-why").textContent = refusal("readAuditLog", own.role) ?? "";
  at("audit-why").hidden = !at("audit-why").textContent;
  at("audit-part").hidden = !at("audit-why").hidden;
  await members();
  return at("audit-part").hidden ? forgetLog() : openLog();
});

// Members

const members = () => show(at("members"), () => ask("GET", of(tenantId, "members")), ({ members: all }) => {
  at("account_id").replaceChildren(element("option", { value: "" }, "anybody"), ...all.map((each) => element("option", { value: each.account_id }, each.email)));
  const reason = refusal("changeRole", own.role);
  return [reason && element("p", { class: "hint", id: "why-not" }, reason), memberTable(all)];
});

const memberTable = (all) => wideTable("Members", [
  ["Name", (member) => [element("b", {}, member.name), isMe(member) && element("span", { class: "soft" }, " (you)")], "long"],
  ["Email", (member) => member.email, "long"],
  ["Since", (member) => moment(member.added_at), "n left"],
  ["Role", (member) => roleMenu(member, fixed(member, all))],
  ["Action", (member) => removal(member, fixed(member, all))],
], all);

const isMe = ({ account_id: id }) => id === signedIn().account_id;

/** Return why this member can't be changed, even by an account whose role may change members; null if possible. */
function fixed(member, all) {
  if (isAbove(member.role, own.role)) return `An ${member.role} is above your role.`;
  const isLast = member.role === "OWNER" && all.filter((each) => each.role === "OWNER").length === 1;
  return isLast ? "The last OWNER stays." : null;
}

/** Return the attributes of a control that may be disabled, with a reference to the reason. */
const barred = (operationId, member, reason) => (refusal(operationId, own.role)
  ? { disabled: true, "aria-describedby": "why-not" }
  : { disabled: Boolean(reason), "aria-describedby": reason && `why-${member.account_id}` });

function roleMenu(member, reason) {
  const choose = ({ currentTarget: menu }) => changed(menu, () =>
    ask("PATCH", of(tenantId, "members", member.account_id), { role: menu.value }), `${member.email} is ${menu.value} now`);
  return [
    element("select", { id: `role-${member.account_id}`, "aria-label": `Role of ${member.email}`, change: choose, ...barred("changeRole", member, reason) },
      ROLES.map((role) => element("option", { selected: role === member.role, disabled: isAbove(role, own.role) }, role))),
    reason && !refusal("changeRole", own.role) && element("p", { class: "hint why", id: `why-${member.account_id}` }, reason),
  ];
}

function removal(member, reason) {
  const remove = ({ currentTarget }) => confirm(`Remove ${member.email} from ${own.name}?`) && changed(currentTarget, () =>
    ask("DELETE", of(tenantId, "members", member.account_id)), `${member.email} is no longer a member`);
  return !isMe(member) && element("button", { type: "button", class: "danger", "aria-label": `Remove ${member.email}`, id: `remove-${member.account_id}`, click: remove,
    ...barred("removeMember", member, reason) }, "Remove");
}

/** Run the action, show its result, and restore the focus. */
async function changed(control, action, done) {
  const { id } = control;
  await act(control, action, done);
  await enter();
  (at(id) ?? at("main")).focus({ preventScroll: true });
}

at("add-member").addEventListener("submit", async (event) => {
  event.preventDefault();
  const email = at("member-email");
  const button = event.submitter;
  button.disabled = true;
  try {
    await ask("POST", of(tenantId, "members"), { email: email.value, role: at("member-role").value });
    at("add-member-error").textContent = "";
    notify(`${email.value} is now a member`);
    email.value = "";
  } catch (error) {
    at("add-member-error").textContent = error.message;
  }
  button.disabled = false;
  await enter();
  email.focus();
});

// The organisation

at("rename").addEventListener("submit", async (event) => {
  event.preventDefault();
  await attempt(event.submitter, () => ask("PATCH", of(tenantId), { name: at("rename-name").value.trim() }), ({ name }) => `Its name is now ${name}`);
  enter();
});

at("leave").addEventListener("click", async ({ currentTarget }) => {
  if (!confirm(`Leave ${own.name}?`)) return;
  await attempt(currentTarget, () => ask("POST", of(tenantId, "leave")), `You have left ${own.name}`);
  enter();
});

at("suspend").addEventListener("click", async ({ currentTarget }) => {
  await attempt(currentTarget, () => change("PUT", below(tenantId, "suspension"), { suspended: true }), `${tenantId} is suspended`);
  enter();
});
