/** Keeps the choices on a page in its URL, so that a link to it can be shared. */

/** Fill `fields` from the URL. A field for which the URL has no valid value is unchanged. Returns a function that
    writes the fields into the URL. */
export function remembered(fields) {
  const asked = new URLSearchParams(location.search);
  for (const field of fields) if (asked.has(field.id) && takes(field, asked.get(field.id))) field.value = asked.get(field.id);
  return () => remember(Object.fromEntries(fields.map((field) => [field.id, field.value.trim()])));
}

const takes = (field, value) => !field.options || [...field.options].some((option) => option.value === value);

/** Write values into the URL without a history entry; empty ones are removed. */
export function remember(values) {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === "" || value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  history.replaceState(null, "", `?${parameters}`);
}
