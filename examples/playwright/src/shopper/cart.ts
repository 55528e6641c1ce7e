import { Stored } from "../stored";
import type { Product } from "./products";
import { track } from "./tracker";

/** `recommendationId`: the recommendation that led to this product; every event up to the purchase contains it. */
export type Line = { product: Product; quantity: number; recommendationId?: string };

const cart = new Stored<Line[]>(localStorage, "cart", () => []);

export const useCart = (): Line[] => cart.use();
export const countOf = (lines: Line[]): number => lines.reduce((sum, line) => sum + line.quantity, 0);
export const totalOf = (lines: Line[]): number =>
  lines.reduce((sum, line) => sum + line.quantity * line.product.price, 0);

export function addToCart(product: Product, recommendationId?: string): void {
  const before = cart.get().find((line) => line.product.id === product.id);
  const line = { ...echo(recommendationId), ...before, product, quantity: (before?.quantity ?? 0) + 1 };
  cart.set(before ? cart.get().map((each) => (each === before ? line : each)) : [...cart.get(), line]);
  track({ event_family: "engagement", event_name: "add_to_cart", item_id: product.id, ...echoed(line) });
}

export function removeFromCart(line: Line): void {
  cart.set(cart.get().filter((each) => each !== line));
  track({ event_family: "engagement", event_name: "remove_from_cart", item_id: line.product.id, ...echoed(line) });
}

/** Sends a purchase event for each line; price and quantity give the revenue. */
export function buy(): void {
  const order_id = crypto.randomUUID();
  track({ event_family: "conversion", event_name: "checkout_start" });
  for (const line of cart.get()) {
    const metadata = { order_id, price: line.product.price, quantity: line.quantity };
    const bought = { item_id: line.product.id, ...echoed(line), metadata };
    track({ event_family: "conversion", event_name: "purchase", ...bought });
  }
  cart.set([]);
}

const echo = (recommendationId?: string) => (recommendationId ? { recommendationId } : {});
const echoed = (line: Line) => (line.recommendationId ? { recommendation_id: line.recommendationId } : {});
