/** Calls the control plane, and words its error messages. */

const isSignIn = document.getElementById("sign-in") !== null;

export class CallFailed extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Return the `data` of a GET; empty `parameters` are omitted. */
export const read = (path, parameters = {}) => call("GET", withQuery(path, parameters));

/** Return the `data` of a call that changes something; a file is sent as it is. */
export const change = (method, path, body = {}) => call(method, path, body);

export function withQuery(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** Return a path below an organisation's, with each part URL-encoded. */
export const below = (tenantId, ...parts) => ["/organisations", tenantId, ...parts].map((part, index) => (index ? encodeURIComponent(part) : part)).join("/");

async function call(method, path, body) {
  const init = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    init.headers["X-Mock-Control"] = "1";
    init.headers["Content-Type"] = "application/json";
    init.body = body instanceof Blob ? body : JSON.stringify(body);
  }
  const response = await fetch(`/_mock${path}`, init).catch(() => {
    throw new CallFailed("The mock does not answer. Is it still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer.data;
  if (response.status === 401 && !isSignIn) location.reload(); // the mock was restarted with another token: reloading asks for it
  throw new CallFailed(sentence(answer) ?? `The mock answered ${response.status}.`, response.status);
}

/** Return the reasons in an error envelope, in one line. */
export function sentence({ message, error }) {
  return Array.isArray(error) ? error.map((each) => `${each.field} ${each.message}`).join("; ") : (error ?? message);
}
