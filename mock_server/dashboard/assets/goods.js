/** Shows items as a shop does, with picture, title and price; and data with long texts folded. */
import { element } from "./dom.js";

const FOLD_CHARACTERS = 120;
const PICTURES = ["image_url", "image", "image_link", "picture", "thumbnail", "image_src"];
const SHOWABLE = /^(data:image\/|https?:\/\/)/;

/** Show the picture of an item, or a placeholder of the same size. Its text alternative is the title beside it. */
export function picture(source, size = "") {
  const place = () => element("span", { class: `picture none ${size}`, "aria-hidden": "true" });
  if (!source || !SHOWABLE.test(source)) return place();
  const image = element("img", { class: `picture ${size}`, src: source, alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(place()));
  return image;
}

export const pictureIn = (attributes) => PICTURES.map((name) => attributes[name]).find((value) => typeof value === "string" && SHOWABLE.test(value)) ?? null;

/** Write 79.28 and EUR as people do; without a currency, only the number. */
export function price(value, currency) {
  if (typeof value !== "number") return null;
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  try {
    return new Intl.NumberFormat("en-GB", currency ? { style: "currency", currency } : digits).format(value);
  } catch {
    return `${new Intl.NumberFormat("en-GB", digits).format(value)} ${currency}`; // the text is not a currency code
  }
}

/** Return the same data with long texts replaced by their kind and length. */
export function folded(value) {
  if (typeof value === "string" && value.length > FOLD_CHARACTERS) {
    const kind = /^data:([\w/+.-]+)/.exec(value)?.[1];
    return kind ? `data:${kind}, ${value.length} characters` : `${value.slice(0, FOLD_CHARACTERS)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map(folded);
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, folded(each)]));
  return value;
}

/** Show indented JSON with long texts folded, and a button that unfolds them. */
export function foldedJson(value, label) {
  const short = folded(value);
  const [text, whole] = [JSON.stringify(short, null, 2), JSON.stringify(value, null, 2)];
  const shown = element("pre", { tabindex: "0", "aria-label": label }, text);
  if (text === whole) return shown;
  const toggle = element("button", { type: "button", class: "small", click: () => {
    const isWhole = shown.textContent === whole;
    shown.textContent = isWhole ? text : whole;
    toggle.textContent = isWhole ? "Show all of it" : "Fold it";
  } }, "Show all of it");
  return [shown, toggle];
}

