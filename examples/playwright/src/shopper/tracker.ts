// Events are collected for a second and sent together; the rest is sent when the page is hidden or closed.
import { type LehnzEvent, RateLimited, Refused, sendEvents } from "../api/lehnz";
import { admitted, isLimited, refused, subscribe } from "../api/rateLimit";
import { Stored } from "../stored";
import { shopper } from "./shopper";

const COLLECT_MS = 1000;
const RETRY_MS = 5000;
const BATCH = 50; // some 300 bytes each: far below the 64 KiB limit of keepalive requests
const KEPT = 500;

const session = new Stored(sessionStorage, "session", () => crypto.randomUUID());
const unsent = new Stored<LehnzEvent[]>(sessionStorage, "unsent-events", () => []);
let timer: ReturnType<typeof setTimeout> | undefined;

type Interaction = Pick<LehnzEvent, "event_family" | "event_name"> & Partial<LehnzEvent>;

/** Every event after a recommendation has its `recommendation_id`. A repeated event counts once, by its event id. */
export function track(interaction: Interaction): void {
  const event = {
    user_id: shopper.get().id,
    event_id: crypto.randomUUID(),
    event_timestamp: new Date().toISOString(),
    context: { session_id: session.get() },
    ...interaction,
  };
  unsent.set([...unsent.get(), event].slice(-KEPT));
  sendIn(COLLECT_MS);
}

/** Send the collected events, unless a rate limit applies. After a failure they are kept. */
export async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const batch = unsent.get().slice(0, BATCH);
  if (batch.length === 0 || isLimited()) return;
  unsent.set(unsent.get().slice(BATCH));
  try {
    await sendEvents(batch);
    admitted();
    if (unsent.get().length > 0) sendIn(0);
  } catch (error) {
    if (error instanceof Refused && error.status < 500) {
      console.error(`${batch.length} events were refused: ${error.message}`);
      return;
    }
    unsent.set([...batch, ...unsent.get()].slice(-KEPT));
    if (error instanceof RateLimited) refused(error.seconds);
    else sendIn(RETRY_MS);
  }
}

function sendIn(milliseconds: number): void {
  timer ??= setTimeout(() => void flush(), milliseconds);
}

subscribe(() => {
  if (!isLimited() && unsent.get().length > 0) sendIn(0);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void flush();
});
if (unsent.get().length > 0) sendIn(COLLECT_MS); // events of an earlier page that was reloaded or closed
