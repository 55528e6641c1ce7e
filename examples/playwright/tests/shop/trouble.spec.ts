import { expect, test } from "../../lehnz-mock";

test("a slow answer leaves its place on the page, and the rest can be used", async ({ page, lehnz }) => {
  await lehnz.fault({ kind: "latency", seconds: 3600, operation_id: "recommend", times: 1 });
  await page.goto("/");
  await expect(page.locator("section[aria-busy=true]")).toHaveCount(1);
  await expect(page.getByRole("region", { name: "New in" }).getByRole("link")).toHaveCount(8);

  await lehnz.advance(10); // more patience than the shop has
  await expect(page.getByRole("alert")).toContainText("We could not load these.");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.locator("section[aria-busy=true]")).toHaveCount(0);
});

for (const fault of [
  { kind: "status", status: 500 },
  { kind: "drop" },
  { kind: "malformed" },
  { kind: "truncate" },
] as const) {
  test(`after an answer of the kind "${fault.kind}" the shopper can try again`, async ({ page, lehnz }) => {
    await lehnz.fault({ ...fault, operation_id: "recommend", times: 3 });
    await page.goto("/");
    const alerts = page.getByRole("alert");
    await expect(alerts).toHaveCount(3);

    await alerts.first().getByRole("button", { name: "Try again" }).click();
    await expect(alerts).toHaveCount(2);
  });
}
