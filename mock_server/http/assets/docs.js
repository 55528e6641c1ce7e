"use strict";

const organisation = document.getElementById("organisation");
const contract = document.getElementById("contract");
let token = ""; // of whoever registered or signed in on this page

const ui = SwaggerUIBundle({
  url: contract.value,
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null, // the default asks a server on the internet
  onComplete: useKeys,
  responseInterceptor: useToken,
});

function useKeys() {
  if (token) ui.preauthorizeApiKey("Bearer", token);
  if (!organisation.value) return; // every organisation with known keys was removed
  const { publishable, secret } = organisation.selectedOptions[0].dataset;
  document.getElementById("publishable-key").textContent = publishable;
  document.getElementById("secret-key").textContent = secret;
  ui.preauthorizeApiKey("PublishableKey", publishable);
  ui.preauthorizeApiKey("SecretKey", secret);
}

// Whoever registers or signs in here is signed in for the operations that take a token.
function useToken(response) {
  if (response.ok && /\/auth\/(register|login)$/.test(new URL(response.url).pathname)) {
    token = JSON.parse(response.text).data.access_token;
    useKeys();
  }
  return response;
}

organisation.addEventListener("change", useKeys);
contract.addEventListener("change", () => {
  ui.specActions.updateUrl(contract.value);
  ui.specActions.download(contract.value);
});
