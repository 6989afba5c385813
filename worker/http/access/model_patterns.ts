/** The names of models that a key is for. In a name, `*` stands for any characters. */
export class ModelPatterns {
  /** As the operator wrote them. */
  readonly text: string;
  readonly #patterns: readonly (readonly string[])[];

  constructor(patterns: readonly string[]) {
    this.text = patterns.join(', ');
    this.#patterns = patterns.map((pattern) => pattern.split('*'));
  }

  includes(model: string): boolean {
    return this.#patterns.some((parts) => matches(parts, model));
  }
}

const PATTERN = /^[A-Za-z0-9_.*-]{1,128}$/;

export function isModelPattern(text: string): boolean {
  return PATTERN.test(text);
}

/** Finds the parts between the stars one after the other. A client chooses the name, so that nothing is tried twice. */
function matches([first = '', ...rest]: readonly string[], name: string): boolean {
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
