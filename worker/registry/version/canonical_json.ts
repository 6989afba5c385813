/**
 * A document as the one text that it has: JSON without white space, the members of every object in the order of
 * their names' UTF-16 code units, numbers and strings as ECMAScript writes them (as RFC 8785 says).
 *
 * @param leaveOut a member of the document itself that is left out
 */
export function canonicalJson(document: unknown, { leaveOut }: { readonly leaveOut?: string } = {}): string {
  // By way of JSON, so that a document is the same before it was stored and after.
  const stored: unknown = JSON.parse(JSON.stringify(document));
  return write(isObject(stored) ? omit(stored, leaveOut) : stored);
}

// Written by hand: a replacer that sorts would lose to objects' own order, in which integer names come first.
function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(',')}}`;
}

function omit(value: Readonly<Record<string, unknown>>, name: string | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([member]) => member !== name));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
