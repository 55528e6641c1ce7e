import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "lehnz-mock/playwright";

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme, viewport: { width: 390, height: 844 } });

    test("no page has an accessibility problem", async ({ page }) => {
      await page.goto("/");
      await expect(page.getByRole("region", { name: "New in" }).getByRole("link")).toHaveCount(8);
      await expectAccessible(page);
      await page.getByRole("region", { name: "New in" }).getByRole("link").first().click();
      await page.getByRole("button", { name: "Add to cart" }).click();
      await expect(page.getByRole("region", { name: "Like this one" }).getByRole("link").first()).toBeVisible();
      await expectAccessible(page);
      await page.getByRole("navigation").getByRole("link", { name: "Cart" }).click();
      await expect(page.getByRole("button", { name: "Buy now" })).toBeVisible();
      await expectAccessible(page);
      await page.getByRole("link", { name: "Sign in" }).click();
      await expectAccessible(page);
    });

    test("the notices of a rate limit and of an error have no accessibility problem", async ({ page, lehnz }) => {
      const broken = await lehnz.fault({ kind: "status", status: 500, operation_id: "recommend" });
      await page.goto("/");
      await expect(page.getByRole("alert")).toHaveCount(3);
      await broken.mend();
      await lehnz.exhaust();
      await page.getByRole("button", { name: "Try again" }).first().click();
      await expect(page.getByRole("status")).toBeVisible();
      await expectAccessible(page);
    });
  });
}
