// Jest's `globalSetup`: the same as Vitest's. The mock ends with Jest's own process.
import setup from "./vitest.js";

export default async function (): Promise<void> {
  await setup();
}
