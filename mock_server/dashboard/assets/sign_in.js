/** Exchanges the control token for a cookie that scripts can't read. The token is never part of a request's URL: the
 * printed link carries it behind "#", which the browser does not send. */
import { change, read } from "./calls.js";

const form = document.getElementById("sign-in");
const token = document.getElementById("token");

async function signIn(given) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await change("POST", "/session", { token: given });
    enter();
  } catch (error) {
    document.getElementById("sign-in-error").textContent = error.message;
    button.disabled = false;
    token.focus();
  }
}

const enter = () => location.replace(location.pathname + location.search);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn(token.value);
});

const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  history.replaceState(null, "", location.pathname + location.search);
  signIn(given);
} else {
  // A link on another site does not send the cookie, although it exists.
  read("/health").then(enter, () => token.focus());
}
