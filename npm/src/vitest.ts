// As `globalSetup` it starts one mock for the run; in a test file it provides that file's own organisation.
import { URL_VARIABLE } from "./jest.js";
import { startMock } from "./started-mock.js";

export { type Expected, type Fault, freshOrganisation, type MockControl, type Organisation } from "./jest.js";

/** Starts a mock, unless LEHNZ_URL names one that is already running, e.g. to watch it in the dashboard. */
export default async function setup(): Promise<() => void> {
  if (process.env[URL_VARIABLE]) return () => {};
  const { url, stop } = await startMock();
  process.env[URL_VARIABLE] = url; // inherited by the runner's workers
  return stop;
}
