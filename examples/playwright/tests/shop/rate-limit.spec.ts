import { expect, test } from "lehnz-mock/playwright";

test("under a rate limit the shop waits as long as the API asks, and recovers by itself", async ({ page, lehnz }) => {
  await lehnz.exhaust(600);
  await page.goto("/");
  await expect(page.getByRole("status")).toContainText("It is busy in here.");
  await expect(page.getByRole("timer")).toHaveText(/^(10:00|9:5\d)$/);
  await lehnz.verify({ operation_id: "recommend", status: 429, at_least: 1 });

  await lehnz.advance(300);
  await expect(page.getByRole("timer")).toHaveText(/^(5:00|4:5\d)$/);
  await lehnz.verify({ operation_id: "recommend", status: 200, times: 0 });

  await lehnz.advance("to the reset");
  await expect(page.getByRole("region", { name: "Trending now" }).getByRole("link")).toHaveCount(8);
  await expect(page.getByRole("status")).toBeHidden();
});

test("under a rate limit products stay on the page, and events wait until it ends", async ({ page, lehnz }) => {
  await page.goto("/");
  const cards = page.getByRole("region", { name: "Trending now" }).getByRole("link");
  await expect(cards).toHaveCount(8);
  await lehnz.exhaust();

  await cards.first().click();
  await expect(page.getByRole("status")).toContainText("It is busy in here.");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(page.getByRole("link", { name: "Cart 1" })).toBeVisible();
  await lehnz.verify({ operation_id: "ingestEvents", status: 202, times: 0 });

  await lehnz.advance("to the reset");
  const events = [{ event_name: "click" }, { event_name: "view" }, { event_name: "add_to_cart" }];
  await lehnz.verify({ operation_id: "ingestEvents", status: 202, body: events, times: 1 });
  expect(await lehnz.lint()).toEqual([]);
});
