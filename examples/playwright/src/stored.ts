import { useSyncExternalStore } from "react";

/** A value that survives a reload. An unreadable one is discarded. */
export class Stored<T> {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(storage: Storage, key: string, initial: () => T) {
    this.#storage = storage;
    this.#key = key;
    this.#value = read<T>(storage, key) ?? initial();
    this.set(this.#value);
  }

  readonly get = (): T => this.#value;

  set(value: T): void {
    this.#value = value;
    this.#storage.setItem(this.#key, JSON.stringify(value));
    for (const listener of this.#listeners) listener();
  }

  use(): T {
    return useSyncExternalStore(this.#subscribe, this.get);
  }

  readonly #subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

function read<T>(storage: Storage, key: string): T | undefined {
  try {
    return JSON.parse(storage.getItem(key) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}
