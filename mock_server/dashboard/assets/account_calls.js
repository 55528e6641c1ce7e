/** Calls the account operations, on the API's own paths, as the account that is signed in on this page. */
import { CallFailed, sentence, withQuery } from "./calls.js";

const KEPT = "lehnz-account"; // in sessionStorage: for this browser tab alone, until it is closed

/** Return the account that is signed in, or null. */
export const signedIn = () => JSON.parse(sessionStorage.getItem(KEPT))?.account ?? null;

/** Sign in: store the response of /auth. */
export const keep = ({ access_token: token, account }) => sessionStorage.setItem(KEPT, JSON.stringify({ token, account }));

/** Sign out: dispatch "signed-out" on the page, with the reason if the user did not ask for it. */
export function signOut(reason = "") {
  sessionStorage.removeItem(KEPT);
  dispatchEvent(new CustomEvent("signed-out", { detail: reason }));
}

/** Return a path below an organisation's, with each part URL-encoded. */
export const of = (tenantId, ...parts) => ["/organisations", ...[tenantId, ...parts].map(encodeURIComponent)].join("/");

/** Return the `data` of a call. A form with a file is sent as it is. Throws CallFailed, which for a 429 has `retryAfter`
    in seconds. */
export async function ask(method, path, body, parameters = {}) {
  const token = JSON.parse(sessionStorage.getItem(KEPT))?.token;
  const headers = { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const init = { method, headers, body: isForm ? body : JSON.stringify(body) };
  const response = await fetch(withQuery(path, parameters), init).catch(() => {
    throw new CallFailed("The mock does not answer. Is it still running?");
  });
  const document = await response.json().catch(() => ({}));
  if (response.ok) return document.data;
  const failed = new CallFailed(said(document) ?? `The mock answered ${response.status}.`, response.status);
  failed.retryAfter = Number(response.headers.get("Retry-After"));
  if (response.status === 401 && token) signOut(failed.message);
  throw failed;
}

/** Give a sentence a capital letter and a full stop. */
function said(document) {
  const text = sentence(document);
  return text && text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
