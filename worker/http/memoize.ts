/** Texts beyond this many and this long are not remembered: clients choose them. */
const MOST_TEXTS = 256;
const LONGEST_TEXT = 512;

/**
 * The same pure function, which remembers what it made of the last texts. Clients ask the same few paths again
 * and again, and parsing one takes as long as a small model computes.
 */
export function remembered<Value extends string | object>(
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
