// The limit is the whole organisation's, so after one 429 nothing on this page calls the API until it may.
import { useSyncExternalStore } from "react";

const CHECK_MS = 1000;

let until = 0; // milliseconds since 1970; 0: no limit
let refusals = 0; // in a row
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** Note a 429. The wait is what the API asks for, and from the second one in a row at least 2, 4, 8, ... seconds. */
export function refused(seconds: number): void {
  if (!isLimited()) refusals += 1; // calls that were under way together are refused together
  const backoff = refusals > 1 ? 2 ** Math.min(refusals - 1, 6) : 0;
  until = Math.max(until, Date.now() + (Math.max(seconds, backoff) + Math.random()) * 1000); // not all at one moment
  timer ??= setInterval(check, CHECK_MS);
  notify();
}

export function admitted(): void {
  refusals = 0;
}

export const useIsLimited = (): boolean => useSyncExternalStore(subscribe, isLimited);

/** 0 when there is no limit; renders again every second while there is one. */
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

// The clock is asked every second: one long timer would sleep through a laptop's sleep, and a test's fast-forward.
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
