import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import type { LehnzOptions } from "./lehnz-mock";

// Beside a mock and a dev server that you may be using, and with the clock standing still.
const mockPort = process.env.MOCK_PORT ?? "4011";
const shopPort = process.env.SHOP_PORT ?? "5174";
const mockUrl = `http://127.0.0.1:${mockPort}`;
const shopUrl = `http://localhost:${shopPort}`;

// A browser of the system, where there is one; else `npx playwright install chromium` has been here.
const installed = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];

export default defineConfig<LehnzOptions>({
  testDir: "tests",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 16, // the projects say how many they use
  reporter: process.env.CI ? [["list"], ["html", { open: "never" }]] : "list",
  use: {
    baseURL: shopUrl,
    lehnzUrl: mockUrl,
    trace: "retain-on-failure",
    launchOptions: { args: quiet, ...(installed && { executablePath: installed }) },
  },
  projects: [
    { name: "shop", testMatch: "shop/*.spec.ts", workers: 2 },
    { name: "isolation", testMatch: "isolation.spec.ts", workers: 16 },
  ],
  webServer: [
    {
      command: `make --no-print-directory -C ../.. mock ARGS="--port ${mockPort} --clock virtual --ingest-delay 0 --quiet"`,
      url: `${mockUrl}/_mock/health`,
      timeout: 180_000, // the first time installs it
      reuseExistingServer: !process.env.CI,
      gracefulShutdown: { signal: "SIGTERM", timeout: 5000 },
    },
    {
      command: `npm run dev -- --port ${shopPort} --strictPort`,
      url: shopUrl,
      env: { VITE_LEHNZ_URL: mockUrl },
      reuseExistingServer: !process.env.CI,
    },
  ],
});
