import { shopper, stranger } from "./shopper";
import { flush, track } from "./tracker";

/** `identify` joins what was done before the sign-in to the shopper; it is sent before anything is asked for them. */
export async function signIn(userId: string): Promise<void> {
  const before = shopper.get();
  if (before.id === userId) return;
  track({ event_family: "system", event_name: "identify", user_id: userId, previous_user_id: before.id });
  await flush();
  shopper.set({ id: userId, signedIn: true });
}

/** The next one at this device is somebody else. */
export function signOut(): void {
  shopper.set(stranger());
}
