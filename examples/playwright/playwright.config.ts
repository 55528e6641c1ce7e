import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import type { LehnzOptions } from "lehnz-mock/playwright";

// Beside the mock and the dev server of `npm run dev`. LEHNZ_URL names a mock that is already running, to watch it.
const mockPort = process.env.MOCK_PORT ?? "4011";
const shopPort = process.env.SHOP_PORT ?? "5174";
const mockUrl = process.env.LEHNZ_URL ?? `http://127.0.0.1:${mockPort}`;
const shopUrl = `http://localhost:${shopPort}`;
const mock = {
  command: `make --no-print-directory -C ../.. mock ARGS="--port ${mockPort} --clock virtual --ingest-delay 0 --quiet"`,
  url: `${mockUrl}/_mock/health`,
  timeout: 180_000, // the first time installs it
};
const shop = {
  command: `npm run build -- --mode development && npm run preview -- --port ${shopPort} --strictPort`,
  url: shopUrl,
  env: { VITE_LEHNZ_URL: mockUrl },
};

// A browser of the system, where there is one; else `npx playwright install chromium` has been here.
const installed = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];

export default defineConfig<LehnzOptions>({
  testDir: "tests",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 16, // the projects say how many they use
  reporter: [["list"], ["html", { open: "never" }]],
  use: {
    baseURL: shopUrl,
    lehnzUrl: mockUrl,
    screenshot: "only-on-failure", // --trace on shows every step
    launchOptions: { args: quiet, ...(installed && { executablePath: installed }) },
  },
  projects: [
    { name: "shop", testMatch: ["shop/*.spec.ts", "fixtures.spec.ts"], workers: 2 },
    { name: "isolation", testMatch: "isolation.spec.ts", workers: 16, timeout: 120_000, dependencies: ["shop"] },
  ],
  webServer: process.env.LEHNZ_URL ? [shop] : [mock, shop],
});
