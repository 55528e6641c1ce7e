import { expect, test } from "lehnz-mock/playwright";

test("events of one second are sent in one request", async ({ page, lehnz }) => {
  await page.goto("/");
  await page.getByRole("region", { name: "Trending now" }).getByRole("link").first().click();
  await expect(page.getByRole("button", { name: "Add to cart" })).toBeVisible();

  const both = [{ event_name: "click" }, { event_name: "view" }];
  await lehnz.verify({ operation_id: "ingestEvents", status: 202, body: both, times: 1 });
  await lehnz.verify({ operation_id: "ingestEvents", times: 1 });
});

test("events that are not sent yet when the shopper leaves the page still arrive", async ({ page, lehnz }) => {
  await page.goto("/");
  await page.getByRole("region", { name: "Trending now" }).getByRole("link").first().click();
  await page.goto("about:blank");

  await lehnz.verify({ operation_id: "ingestEvents", status: 202, body: { event_name: "click" }, times: 1 });
});

test("events are sent again with the same ids after an error of the API", async ({ page, lehnz }) => {
  await lehnz.fault({ kind: "status", status: 500, operation_id: "ingestEvents", times: 1 });
  await page.goto("/");
  await page.getByRole("region", { name: "Trending now" }).getByRole("link").first().click();
  const refused = await page.waitForResponse((response) => response.status() === 500);
  const ids = refused
    .request()
    .postDataJSON()
    .map((event: { event_id: string }) => ({ event_id: event.event_id }));

  await lehnz.advance(10);

  await lehnz.verify({ operation_id: "ingestEvents", status: 202, body: ids, times: 1 });
});
