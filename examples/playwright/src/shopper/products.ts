// The shop's data about its products. A real shop asks its own backend; this one remembers the recommended items.
import type { Recommendation } from "../api/lehnz";
import { Stored } from "../stored";

export type Product = { id: string; title: string; brand: string; price: number; imageUrl: string };

const products = new Stored<Record<string, Product>>(sessionStorage, "products", () => ({}));

export const useProducts = (): Record<string, Product> => products.use();

export function productsOf(recommendation: Recommendation): Product[] {
  return recommendation.results.map(({ item_id, metadata }) => ({
    id: item_id,
    title: text(metadata.title ?? metadata.name) || item_id,
    brand: text(metadata.brand),
    price: Number(metadata.price ?? 0),
    imageUrl: text(metadata.image_url),
  }));
}

export function remember(seen: Product[]): void {
  products.set({ ...products.get(), ...Object.fromEntries(seen.map((product) => [product.id, product])) });
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
export const priceText = (price: number): string => money.format(price);
