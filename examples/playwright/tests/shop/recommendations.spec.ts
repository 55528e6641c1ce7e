import { expect, test } from "lehnz-mock/playwright";

test("an unknown shopper sees popular products, and no title claims that they are personal", async ({ page }) => {
  await page.goto("/");

  for (const title of ["A good place to start", "Trending now", "New in"]) {
    await expect(page.getByRole("region", { name: title }).getByRole("link")).toHaveCount(8);
  }
  await expect(page.getByRole("heading", { name: "Picked for you" })).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "You looked at" })).toHaveCount(0);
});

test("every event after a recommendation has its id, from the click to the purchase", async ({ page, lehnz }) => {
  const answer = page.waitForResponse((response) => response.request().postDataJSON()?.strategy === "new-arrivals");
  await page.goto("/");
  const { recommendation_id, recommended_items } = (await (await answer).json()).data;
  const [item_id] = recommended_items;

  await page.getByRole("region", { name: "New in" }).getByRole("link").first().click();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Cart" }).click();
  await page.getByRole("button", { name: "Buy now" }).click();

  await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
  for (const event_name of ["click", "view", "add_to_cart", "purchase"]) {
    const event = { event_name, item_id, recommendation_id };
    await lehnz.verify({ operation_id: "ingestEvents", status: 202, body: event, times: 1 });
  }
  expect(await lehnz.lint()).toEqual([]);
});

test("an empty shop shows a message", async ({ page, lehnz }) => {
  await lehnz.reset("empty");
  await page.goto("/");
  await expect(page.getByText("Nothing to show yet.")).toHaveCount(3);
});
