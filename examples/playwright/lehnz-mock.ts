// Playwright fixtures for the lehnz mock. Copy this file into your tests, and:
//
//   import { expect, test } from "./lehnz-mock";
//   test("...", async ({ page, lehnz }) => { await lehnz.exhaust(); ... });
//
// Each worker gets an organisation of its own with the seeded shop, and each test starts from that shop. What a page
// sends with any publishable key goes to the worker's organisation, and the page's clock shows the mock's time.
import { type BrowserContext, test as base } from "@playwright/test";

export { expect } from "@playwright/test";

const TTL_SECONDS = 3600; // what a killed run leaves behind is gone after this
const PATIENCE_MS = 5000;

export type Organisation = { tenant_id: string; publishable_key: string; secret_key: string };
export type Options = { lehnzUrl: string };

export const test = base.extend<{ lehnz: LehnzMock }, Options & { organisation: Organisation }>({
  lehnzUrl: [process.env.LEHNZ_URL ?? "http://127.0.0.1:4010", { scope: "worker", option: true }],

  organisation: [
    async ({ lehnzUrl }, use) => {
      const control = new Control(lehnzUrl);
      await control.checkClock();
      const organisation = await control.post("/organisations", { seeded: true, ttl_seconds: TTL_SECONDS });
      await use(organisation);
      await control.call("DELETE", `/organisations/${organisation.tenant_id}`);
    },
    { scope: "worker" },
  ],

  lehnz: [
    async ({ lehnzUrl, organisation }, use) => {
      const lehnz = new LehnzMock(new Control(lehnzUrl), organisation);
      await lehnz.reset();
      await use(lehnz);
    },
    { auto: true },
  ],

  context: async ({ context, lehnz }, use) => {
    await lehnz.attach(context);
    await use(context);
  },
});

/** The mock, as the tests of one worker see it: every call concerns their organisation alone. */
export class LehnzMock {
  readonly #contexts: BrowserContext[] = [];
  #since = 0; // the exchange before the first of this test

  constructor(
    private readonly control: Control,
    readonly organisation: Organisation,
  ) {}
}
