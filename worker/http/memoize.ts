/** More or longer texts are not memoized, since clients choose them. */
const MOST_TEXTS = 256;
const LONGEST_TEXT = 512;

/**
 * Memoizes a pure function of a text. Clients request the same few paths repeatedly, and parsing one takes as long as a
 * small model computes.
 */
export function memoize<Value extends string | object>(
  make: (text: string) => Value,
): (text: string) => Value {
  const values = new Map<string, Value>();
  return (text) => {
    const known = values.get(text);
    if (known !== undefined) return known;
    const made = make(text);
    if (text.length > LONGEST_TEXT) return made;
    if (values.size === MOST_TEXTS) values.clear();
    values.set(text, made);
    return made;
  };
}
