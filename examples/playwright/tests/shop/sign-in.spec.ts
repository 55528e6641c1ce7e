import { expect, test } from "lehnz-mock/playwright";

test("signing in joins the anonymous events to the shopper", async ({ page, lehnz }) => {
  await page.goto("/");
  const seen = page.getByRole("region", { name: "New in" }).getByRole("link").first();
  const title = await seen.locator(".title").innerText();
  await seen.click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  const stranger = await page.evaluate(() => JSON.parse(localStorage.getItem("shopper") ?? "").id);

  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Customer number").fill("a-new-customer");
  await page.getByRole("button", { name: "Sign in" }).click();

  await expect(page.getByRole("region", { name: "You looked at" }).getByRole("link").first()).toContainText(title);
  const identify = {
    event_family: "system",
    event_name: "identify",
    previous_user_id: stranger,
    user_id: "a-new-customer",
  };
  await lehnz.verify({ operation_id: "ingestEvents", status: 202, body: identify, times: 1 });
  expect(await lehnz.lint()).toEqual([]);
});

test("a known customer gets a personal list", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("Customer number").fill("user_1");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("region", { name: "Picked for you" }).getByRole("link")).toHaveCount(8);

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("region", { name: "A good place to start" }).getByRole("link")).toHaveCount(8);
});
