/** What a role may do: the roles of each operation stand in the API's own file, and come with the page. */

const { roles, may } = document.getElementById("account").dataset;

/** From the mightiest to the least. */
export const ROLES = JSON.parse(roles);
const MAY = JSON.parse(may);

/** Why `role` may not do an operation; null if it may. */
export const refusal = (operationId, role) => (MAY[operationId].includes(role) ? null : `Your role is ${role}; ${listed(MAY[operationId])} may do this.`);

export const isAbove = (role, own) => ROLES.indexOf(role) < ROLES.indexOf(own);

/** Let a form's fields or a button be used, or not, with the reason beside it. */
export function bar(control, why, reason) {
  control.disabled = Boolean(reason);
  why.textContent = reason ?? "";
  why.hidden = !reason;
}

const listed = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]);
