// The limit applies to the whole organisation, so after a 429 nothing on this page calls the API until it ends.
import { useSyncExternalStore } from "react";

const CHECK_MS = 1000;

let until = 0; // milliseconds since 1970; 0: no limit
let refusals = 0; // in a row
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** Record a 429. The wait is as long as the API asks; after repeated 429s it is at least 2, 4, 8, ... seconds. */
export function refused(seconds: number): void {
  if (!isLimited()) refusals += 1; // parallel calls that are refused together count once
  const backoff = refusals > 1 ? 2 ** Math.min(refusals - 1, 6) : 0;
  until = Math.max(until, Date.now() + (Math.max(seconds, backoff) + Math.random()) * 1000); // random, so that clients don't all return at once
  timer ??= setInterval(check, CHECK_MS);
  notify();
}

export function admitted(): void {
  refusals = 0;
}

export const useIsLimited = (): boolean => useSyncExternalStore(subscribe, isLimited);

/** The seconds to wait, 0 without a limit; the component renders again every second while there is one. */
export const useSecondsLeft = (): number => useSyncExternalStore(subscribe, secondsLeft);

export function isLimited(): boolean {
  return until > 0;
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function secondsLeft(): number {
  return until && Math.max(1, Math.floor((until - Date.now()) / 1000));
}

// Checks the clock every second, because one long timer would be late after a laptop's sleep or a test's fast-forward.
function check(): void {
  if (Date.now() >= until) {
    clearInterval(timer);
    timer = undefined;
    until = 0;
  }
  notify();
}

function notify(): void {
  for (const listener of [...listeners]) listener();
}
