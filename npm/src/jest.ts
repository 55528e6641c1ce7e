// A new organisation for a test file, in the mock that lehnz-mock/vitest or lehnz-mock/jest/setup has started.
import { MockControl, newOrganisation } from "./control.js";

export type { Expected, Fault, Organisation } from "./control.js";
export { MockControl };
export const URL_VARIABLE = "LEHNZ_URL";

/** The file's organisation, with the seeded shop. Only this file uses it, so test files may run in parallel. */
export async function freshOrganisation(): Promise<MockControl> {
  const url = process.env[URL_VARIABLE];
  if (!url) throw new Error("no mock was started: put lehnz-mock into globalSetup, or set LEHNZ_URL to a running one");
  const lehnz = new MockControl(url, await newOrganisation(url));
  await lehnz.reset();
  return lehnz;
}
