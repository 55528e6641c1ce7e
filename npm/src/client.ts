// A client of the lehnz API for pages (publishable key) and servers (secret key). No dependency.
import { type Event, type FieldError, type Item, type Recommendation, type RecommendRequest, standardEvents, type User } from "./types.js";

export type { Event, Item, Recommendation, RecommendRequest, Result, User } from "./types.js";

type StandardName = keyof typeof standardEvents;
type Tracked = Omit<Event, "user_id" | "event_family" | "event_name"> & { user_id?: string };
/** A documented event, whose family is known, or a custom event with its family. */
export type TrackedEvent =
  | (Tracked & { event_name: StandardName; event_family?: Event["event_family"] })
  | (Tracked & { event_name: Lowercase<string>; event_family: Event["event_family"] });

export type LehnzOptions = {
  url: string;
  key: string; // lehnz_pk_... in a page; lehnz_sk_... (items, users) on a server only
  timeoutMs?: number; // of one request
  maxWaitMs?: number; // how long `recommend` waits for a rate limit to end before it throws
  storage?: Pick<Storage, "getItem" | "setItem">; // of the shopper's id; default localStorage, none on a server
  onError?: (error: LehnzError) => void; // events that were refused
};

/** An error of the API, or no response (status 0). `detail` lists the fields and the rules that they broke. */
export class LehnzError extends Error {
  readonly status: number;
  readonly detail: string | FieldError[] | null;

  constructor(message: string, status = 0, detail: string | FieldError[] | null = null) {
    super(message);
    this.status = status;
    this.detail = detail;
  }
}

const DEFAULTS = {
  timeoutMs: 10_000,
  maxWaitMs: 3_000,
  onError: (error: LehnzError): void => console.warn(`lehnz: ${error.message}`, error.detail ?? ""),
};
const KEEPALIVE_BYTES = 60_000; // browsers refuse more than 64 KiB of pending keepalive requests
const COLLECT_MS = 500; // events are collected for this long
const ATTEMPTS = 3; // in total, for a call that gets no response or a 5xx
const SHOWN_ITEMS = 500; // the last items whose recommendation_id is remembered
const KEPT_EVENTS = 5_000; // the most that are kept while events can't be sent

export class Lehnz {
  readonly #options: typeof DEFAULTS & LehnzOptions;
  readonly #inPage = typeof document !== "undefined";
  readonly #storage = () => this.#options.storage ?? (this.#inPage ? localStorage : undefined);
  readonly #memory = new Map<string, unknown>();
  readonly #shown: Map<string, string>; // item_id: the recommendation that showed it last
  #queue: Event[];
  #keepalive = 0; // bytes of open keepalive requests
  #failures = 0; // failed sends in a row
  #refusals = 0; // 429 in a row
  #limitedUntil = 0;
  #due: Promise<void> | undefined; // of the next flush
  #flushed = Promise.resolve(); // one flush at a time: two could exceed the browser's limit

  constructor({ url, key, ...options }: LehnzOptions) {
    if (!url || !/^lehnz_[ps]k_/.test(key ?? ""))
      throw new LehnzError(`url is ${url}, and the key must begin with lehnz_pk_ or lehnz_sk_: are the environment variables set?`);
    if (this.#inPage && key.startsWith("lehnz_sk_"))
      throw new LehnzError("a secret key must not be used in a page: use the publishable one (lehnz_pk_...)");
    this.#options = { ...DEFAULTS, ...options, key, url: url.replace(/\/+$/, "") };
    this.#shown = new Map(this.#load<[string, string][]>("shown"));
    this.#queue = this.#load<Event[]>("unsent") ?? []; // stored until sent; the API counts a repeated event_id once
    if (this.#queue.length > 0) this.#sendIn(COLLECT_MS);
    if (this.#inPage) document.addEventListener("visibilitychange", () => document.hidden && this.#leave());
  }

  /** The page's user id: that given to `identify`, or an anonymous id kept in this browser. Undefined on a server. */
  get userId(): string | undefined {
    if (!this.#inPage && !this.#options.storage) return undefined;
    if (!this.#load("user")) {
      this.#save("anonymous", uuid());
      this.#save("user", this.#load("anonymous"));
    }
    return this.#load("user");
  }

  /** Joins the events of the anonymous id to `userId`. Call it when the shopper signs in. */
  identify(userId: string): void {
    const before = this.userId;
    this.#save("user", userId);
    if (before && before !== userId && before === this.#load("anonymous"))
      this.track({ event_name: "identify", user_id: userId, previous_user_id: before });
  }

  /** Makes a new anonymous id. Call it when the shopper signs out. */
  forget(): void {
    this.#save("user", null);
  }

  /** Gets one page of recommendations. `user_id` defaults to the page's user. Throws a LehnzError. */
  async recommend(query: RecommendRequest = {}, options: { signal?: AbortSignal } = {}): Promise<Recommendation> {
    const own = this.userId === undefined ? {} : { user_id: this.userId };
    const list = await this.#call<Recommendation>("/v1/recommend", { ...own, ...query }, options.signal);
    for (const { item_id } of list.results) this.#shown.set(item_id, list.recommendation_id);
    this.#save("shown", [...this.#shown].slice(-SHOWN_ITEMS));
    return list;
  }

  /** Sends the event soon, with others; never throws. Adds the recommendation_id of the item's list, unless null. */
  track(events: TrackedEvent | TrackedEvent[]): void {
    for (const event of [events].flat()) {
      const list = event.item_id ? this.#shown.get(event.item_id) : undefined;
      const user_id = event.user_id ?? this.userId;
      const event_family = event.event_family ?? standardEvents[event.event_name as StandardName];
      const known = { event_id: uuid(), event_timestamp: new Date().toISOString(), ...(list && { recommendation_id: list }) };
      if (user_id) this.#queue.push({ ...known, ...event, user_id, event_family });
      else this.#options.onError(new LehnzError(`the event "${event.event_name}" has no user_id`));
    }
    this.#queue.splice(0, this.#queue.length - KEPT_EVENTS);
    if (this.#queue.length > 0) this.#sendIn(COLLECT_MS);
  }

  /** Needs the secret key. Takes at most 1,000 items or users at once; if one is invalid, none is stored. */
  upsertItems = (items: Item | Item[]): Promise<{ accepted: number }> => this.#call("/v1/ingest/items/upsert", items);
  upsertUsers = (users: User | User[]): Promise<{ accepted: number }> => this.#call("/v1/ingest/users/upsert", users);

  /** Sends the collected events now. Never throws: events that can't be sent are kept, refused ones go to `onError`. */
  flush(): Promise<void> {
    return (this.#flushed = this.#flushed.then(() => this.#sendQueue()));
  }

  async #sendQueue(): Promise<void> {
    while (this.#queue.length > 0 && Date.now() >= this.#limitedUntil) if (!(await this.#sendBatch())) break;
    if (this.#queue.length > 0) this.#sendIn(Math.max(this.#limitedUntil - Date.now(), backoff(this.#failures)));
    else this.#save("unsent", []);
  }

  /** Sends at once what the browser completes after the page is closed, and keeps the rest for the next page. */
  #leave(): void {
    const room = (): number => KEEPALIVE_BYTES - this.#keepalive;
    const fits = (event: Event | undefined): boolean => !!event && bytes(JSON.stringify([event])) <= room();
    while (Date.now() >= this.#limitedUntil && fits(this.#queue[0])) void this.#sendBatch(room());
    this.#save("unsent", this.#queue);
  }

  async #sendBatch(room = KEEPALIVE_BYTES): Promise<boolean> {
    const batch = takeBatch(this.#queue, room);
    const body = JSON.stringify(batch);
    const keepalive = this.#inPage && this.#keepalive + bytes(body) <= KEEPALIVE_BYTES;
    const size = keepalive ? bytes(body) : 0;
    this.#keepalive += size;
    try {
      await this.#request("/v1/ingest/events/ingest", body, { keepalive });
      this.#failures = 0;
      return true;
    } catch (error) {
      if (!isTemporary(error as LehnzError)) return this.#giveUp(batch, error as LehnzError);
      this.#queue.unshift(...batch);
      this.#failures += 1;
      return false;
    } finally {
      this.#keepalive -= size;
    }
  }

  /** One invalid event refuses the whole batch: drops the events that the API names, and sends the others again. */
  #giveUp(batch: Event[], error: LehnzError): boolean {
    const fields = Array.isArray(error.detail) ? error.detail : [];
    const bad = new Set(fields.map(({ field }) => Number(/^\$\[(\d+)\]/.exec(field)?.[1])));
    if (batch.some((_, index) => bad.has(index))) this.#queue.unshift(...batch.filter((_, index) => !bad.has(index)));
    this.#options.onError(error);
    return true;
  }

  async #call<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const wait = this.#limitedUntil - Date.now();
      if (wait > this.#options.maxWaitMs) throw new LehnzError(`rate limited for ${Math.ceil(wait / 1_000)} s`, 429);
      await until(this.#limitedUntil, signal);
      try {
        return await this.#request<T>(path, JSON.stringify(body), signal ? { signal } : {});
      } catch (error) {
        if (signal?.aborted || !isTemporary(error as LehnzError) || attempt === ATTEMPTS) throw error;
        if ((error as LehnzError).status !== 429) await until(Date.now() + backoff(attempt), signal);
      }
    }
  }

  async #request<T>(path: string, body: string, init: RequestInit): Promise<T> {
    const headers = { "X-API-KEY": this.#options.key, "Content-Type": "application/json" };
    const timeout = AbortSignal.timeout(this.#options.timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    try {
      const response = await fetch(this.#options.url + path, { method: "POST", headers, body, ...init, signal });
      const { success, data, message, error } = await response.json().catch(() => ({})); // not JSON, as a gateway's error page
      if (response.status === 429) this.#limit(response.headers);
      else this.#refusals = 0;
      if (response.ok && success) return data as T;
      throw new LehnzError(message ?? `status ${response.status}`, response.ok ? 0 : response.status, error ?? null);
    } catch (error) {
      if (error instanceof LehnzError || init.signal?.aborted) throw error;
      throw new LehnzError(`no response from ${this.#options.url}${path}: ${(error as Error).message}`);
    }
  }

  /** Sends nothing until the rate limit's wait is over; each further 429 in a row doubles the wait. */
  #limit(headers: Headers): void {
    if (Date.now() >= this.#limitedUntil) this.#refusals += 1; // parallel calls that are refused together count once
    const [after = 0, reset = 0] = ["Retry-After", "RateLimit-Reset"].map((name) => Number(headers.get(name)) || 0);
    const wait = Math.max(1, after, reset) * 1_000 + Math.random() * 500;
    this.#limitedUntil = Math.max(this.#limitedUntil, Date.now() + Math.max(wait, backoff(this.#refusals - 1)));
  }

  #sendIn(milliseconds: number): void {
    this.#due ??= until(Date.now() + milliseconds).then(() => ((this.#due = undefined), this.flush()));
  }

  /** Returns the stored value, or the one in memory if the stored one is damaged or storage is not allowed. */
  #load<T>(name: string): T | undefined {
    try {
      return JSON.parse(this.#storage()!.getItem(`lehnz.${name}`)!) ?? undefined;
    } catch {
      return this.#memory.get(name) as T | undefined;
    }
  }

  #save(name: string, value: unknown): void {
    this.#memory.set(name, value);
    try {
      this.#storage()?.setItem(`lehnz.${name}`, JSON.stringify(value));
    } catch {} // storage is full or not allowed
  }
}

/** Takes from the queue as many events as fit into `room` bytes, at least one. */
function takeBatch(queue: Event[], room: number): Event[] {
  let size = 1; // two brackets, and one comma fewer than events
  const end = queue.findIndex((event) => (size += bytes(JSON.stringify(event)) + 1) > room);
  return queue.splice(0, end < 0 ? queue.length : Math.max(end, 1));
}

/** Resolves at a time. Checks the clock every second, because a long timer is late after a laptop's sleep. */
function until(moment: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): boolean => (signal?.aborted ? (reject(signal.reason), true) : Date.now() >= moment && (resolve(), true));
    if (look()) return;
    const timer = setInterval(() => look() && clearInterval(timer), Math.min(1_000, moment - Date.now()));
  });
}

const uuid = (): string => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
  (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (Number(c) / 4)))).toString(16));
const bytes = (text: string): number => new TextEncoder().encode(text).length;
const backoff = (times: number): number => (times > 0 ? Math.min(500 * 2 ** times, 60_000) * (1 + Math.random() / 4) : 0);
const isTemporary = ({ status }: LehnzError): boolean => status === 0 || status === 429 || status >= 500;
