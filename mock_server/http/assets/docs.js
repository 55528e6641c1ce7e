"use strict";

const organisation = document.getElementById("organisation");
const contract = document.getElementById("contract");
let token = ""; // of the account that is signed in on this page

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches); // Swagger UI's own switch
follow();
dark.addEventListener("change", follow);

const ui = SwaggerUIBundle({
  url: description(),
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null, // the default would call a server on the internet
  onComplete: useKeys,
  responseInterceptor: useToken,
});

function useKeys() {
  if (token) ui.preauthorizeApiKey("Bearer", token);
  if (!organisation.value) return; // there is no organisation with known keys
  const { publishable, secret } = organisation.selectedOptions[0].dataset;
  document.getElementById("publishable-key").textContent = publishable;
  document.getElementById("secret-key").textContent = secret;
  ui.preauthorizeApiKey("PublishableKey", publishable);
  ui.preauthorizeApiKey("SecretKey", secret);
}

// After registering or signing in on this page, operations that take a token use the account's token.
function useToken(response) {
  if (response.ok && /\/auth\/(register|login)$/.test(new URL(response.url).pathname)) {
    token = JSON.parse(response.text).data.access_token;
    useKeys();
  }
  return response;
}

// Return the URL of the spec, whose examples use ids of the chosen organisation.
function description() {
  return `${contract.value}?${new URLSearchParams({ tenant_id: organisation.value })}`;
}

for (const menu of [organisation, contract]) {
  menu.addEventListener("change", () => {
    ui.specActions.updateUrl(description());
    ui.specActions.download(description()); // the keys follow in onComplete, with the description
  });
}

// Names and levels for screen readers, for elements to which Swagger UI gives none.
const SPOKEN = {
  "#servers": { "aria-label": "Server" },
  ".examples-select-element": { "aria-label": "Example" },
  ".content-type": { "aria-label": "Media type" },
  ".body-param__text": { "aria-label": "Body of the request" },
  ".microlight": { tabindex: "0" },
  ".opblock-tag": { "aria-level": "2" },
  ".information-container": { role: "region", "aria-label": "About" },
  ".schemes-server-container": { role: "region", "aria-label": "Server and keys" },
};
new MutationObserver(() => {
  for (const [selector, attributes] of Object.entries(SPOKEN))
    for (const each of document.querySelectorAll(selector))
      for (const [name, value] of Object.entries(attributes)) if (!each.hasAttribute(name)) each.setAttribute(name, value);
}).observe(document.getElementById("swagger-ui"), { childList: true, subtree: true });
