/** Exchanges the control token for a cookie that scripts can't read. The token is never sent in a URL: the printed link
 * has it after "#", a part that the browser does not send. */
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
  // After a link on another site the browser does not send the cookie, although it has one.
  read("/health").then(enter, () => token.focus());
}
