/** Knows which roles may use an operation. The page contains them, from the API's own file. */

const { roles, may } = document.getElementById("account").dataset;

/** The roles, highest first. */
export const ROLES = JSON.parse(roles);
const MAY = JSON.parse(may);

/** Return why `role` may not use an operation; null if it may. */
export const refusal = (operationId, role) => (MAY[operationId].includes(role) ? null : `Your role is ${role}; ${listed(MAY[operationId])} may do this.`);

export const isAbove = (role, own) => ROLES.indexOf(role) < ROLES.indexOf(own);

/** Enable a form's fields or a button, or disable them and show the reason. */
export function bar(control, why, reason) {
  control.disabled = Boolean(reason);
  why.textContent = reason ?? "";
  why.hidden = !reason;
}

const listed = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]);
