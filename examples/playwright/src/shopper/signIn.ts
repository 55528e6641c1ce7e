import { shopper, stranger } from "./shopper";
import { flush, track } from "./tracker";

/** Signs in. `identify` joins the earlier events to the user, so it is sent before any request for that user. */
export async function signIn(userId: string): Promise<void> {
  const before = shopper.get();
  if (before.id === userId) return;
  track({ event_family: "system", event_name: "identify", user_id: userId, previous_user_id: before.id });
  await flush();
  shopper.set({ id: userId, signedIn: true });
}

/** Signs out. The next shopper on this device gets a new id. */
export function signOut(): void {
  shopper.set(stranger());
}
