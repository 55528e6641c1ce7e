import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import type { LehnzOptions } from "lehnz-mock/playwright";

// Starts a mock and a shop besides those of `npm run dev`. With LEHNZ_URL it uses a running mock, which can be watched.
const mockPort = process.env.MOCK_PORT ?? "4011";
const shopPort = process.env.SHOP_PORT ?? "5174";
const mockUrl = process.env.LEHNZ_URL ?? `http://127.0.0.1:${mockPort}`;
const shopUrl = `http://localhost:${shopPort}`;
const mock = {
  command: `make --no-print-directory -C ../.. mock ARGS="--port ${mockPort} --clock virtual --ingest-delay 0 --quiet"`,
  url: `${mockUrl}/_mock/health`,
  timeout: 180_000, // the first run installs the mock
};
const shop = {
  command: `npm run build -- --mode development && npm run preview -- --port ${shopPort} --strictPort`,
  url: shopUrl,
  env: { VITE_LEHNZ_URL: mockUrl },
};

// The system's browser if there is one, otherwise that of `npx playwright install chromium`.
const installed = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];

export default defineConfig<LehnzOptions>({
  testDir: "tests",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 16, // the maximum; each project sets its own number
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
