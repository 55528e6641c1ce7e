// The current shopper: a generated id until the sign-in, then the shop's id of the user.
import { Stored } from "../stored";

export type Shopper = { id: string; signedIn: boolean };

export const shopper = new Stored<Shopper>(localStorage, "shopper", stranger);

export function stranger(): Shopper {
  return { id: crypto.randomUUID(), signedIn: false };
}
