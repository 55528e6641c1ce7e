// Tests of the fixtures, on pages that contain nothing for them.
import type { Page } from "@playwright/test";
import { expect, test } from "lehnz-mock/playwright";

const SOMEBODY_ELSES = "lehnz_pk_dev_acme_books_fcc4d1ba0a99e14cc6ee95a7";
const popular = JSON.stringify({ strategy: "popular", limit: 1 });

test.beforeEach(async ({ page }) => {
  await page.goto("/sign-in"); // this page sends no request to the API
});

async function askByFetch(page: Page, url: string, key: string) {
  const ask = async ([url = "", key = "", body = ""]: string[]) => {
    const headers = { "X-API-KEY": key, "Content-Type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body });
    return { status: response.status, tenant: (await response.json()).data?.tenant_id };
  };
  return page.evaluate(ask, [`${url}/v1/recommend`, key, popular]);
}

async function askByXhr(page: Page, url: string, key: string) {
  const ask = ([url = "", key = "", body = ""]: string[]) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.setRequestHeader("X-API-KEY", key);
      request.setRequestHeader("Content-Type", "application/json");
      request.onload = () =>
        resolve({ status: request.status, tenant: JSON.parse(request.responseText).data?.tenant_id });
      request.send(body);
    });
  return page.evaluate(ask, [`${url}/v1/recommend`, key, popular]);
}

for (const [way, ask] of [
  ["fetch", askByFetch],
  ["XMLHttpRequest", askByXhr],
] as const) {
  test(`a request of a page by ${way} is answered by the worker's organisation`, async ({ page, lehnz }) => {
    const answer = await ask(page, lehnz.url, SOMEBODY_ELSES);
    expect(answer).toEqual({ status: 200, tenant: lehnz.organisation.tenant_id });
  });

  test(`a secret key in a page is not replaced by a valid key in ${way}`, async ({ page, lehnz }) => {
    const answer = await ask(page, lehnz.url, "lehnz_sk_of_nobody");
    expect(answer).toEqual({ status: 401, tenant: undefined });
  });
}

test("a context that the test created can be attached", async ({ browser, lehnz, baseURL }) => {
  const context = await browser.newContext();
  await lehnz.attach(context);
  const page = await context.newPage();
  await page.goto(`${baseURL}/sign-in`);
  const answer = await askByFetch(page, lehnz.url, SOMEBODY_ELSES);
  expect(answer.tenant).toBe(lehnz.organisation.tenant_id);
  await context.close();
});

test("page and mock show the same time, and advance together", async ({ page, lehnz }) => {
  const hour = 3600;
  const now = () => page.evaluate(() => Date.now() / 1000);
  const before = await now();
  await lehnz.exhaust(2 * hour);
  await lehnz.advance(hour);
  expect((await now()) - before).toBeGreaterThanOrEqual(hour);
  expect((await askByFetch(page, lehnz.url, SOMEBODY_ELSES)).status).toBe(429);
  await lehnz.advance("to the reset");
  expect((await now()) - before).toBeGreaterThanOrEqual(2 * hour);
  expect((await askByFetch(page, lehnz.url, SOMEBODY_ELSES)).status).toBe(200);
});

test("verify shows the closest request when the expected one was not sent", async ({ page, lehnz }) => {
  await askByFetch(page, lehnz.url, SOMEBODY_ELSES);
  const wrong = lehnz.verify({ operation_id: "recommend", body: { strategy: "trending" }, times: 1 });
  await expect(wrong).rejects.toThrow(/0 requests matched .*\n +#\d+ body\.strategy: "popular", not "trending"/);
});

test("lint reports a client's mistakes since the test began, no earlier ones", async ({ request, lehnz }) => {
  const { publishable_key, secret_key } = lehnz.organisation;
  const send = (key: string) =>
    request.post(`${lehnz.url}/v1/recommend`, { headers: { "X-API-KEY": key }, data: { strategy: "popular" } });
  await send(publishable_key);
  expect(await lehnz.lint()).toEqual([]);
  await send(secret_key);
  expect(await lehnz.lint()).toEqual([expect.stringMatching(/^wrong-key-type: /)]);
  await lehnz.reset();
  expect(await lehnz.lint()).toEqual([]);
});

test("a refusal by the mock is thrown with the mock's message", async ({ lehnz }) => {
  const wrong = lehnz.fault({ kind: "status", status: 418 });
  await expect(wrong).rejects.toThrow(/\$\.status must be an error that/);
});
