import { expect, test } from "lehnz-mock/playwright";

test("while responses are slow, their places are reserved and the rest of the page works", async ({ page, lehnz }) => {
  const slow = await lehnz.fault({ kind: "latency", seconds: 3600, operation_id: "recommend" });
  await page.goto("/");
  await expect(page.locator("section[aria-busy=true]")).toHaveCount(3);
  await expect(page.getByRole("alert")).toHaveCount(0);

  await lehnz.advance(10); // longer than the shop waits
  await expect(page.getByRole("alert")).toHaveCount(3);
  await page.getByRole("navigation").getByRole("link", { name: "Cart" }).click();
  await expect(page.getByRole("heading", { name: "Your cart" })).toBeVisible();

  await slow.mend();
  await page.getByRole("link", { name: "Back to the shop" }).click();
  await expect(page.getByRole("region", { name: "New in" }).getByRole("link")).toHaveCount(8);
});

for (const fault of [
  { kind: "status", status: 500 },
  { kind: "drop" },
  { kind: "malformed" },
  { kind: "truncate" },
] as const) {
  test(`the shopper can try again after a fault of the kind "${fault.kind}"`, async ({ page, lehnz }) => {
    const broken = await lehnz.fault({ ...fault, operation_id: "recommend" });
    await page.goto("/");
    const trending = page.getByRole("region", { name: "Trending now" });
    await expect(trending.getByRole("alert")).toContainText("We could not load these.");

    await broken.mend();
    await trending.getByRole("button", { name: "Try again" }).click();
    await expect(trending.getByRole("link")).toHaveCount(8);
  });
}
