import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../worker/registry/version/canonical_json.ts';

/** The same value with the members of its objects in reverse order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, turned(member)]),
  );
}

test('a document has one text, whatever the order of its members, and the text is that document', () => {
  return fc.assert(
    fc.property(fc.jsonValue(), (document) => {
      const text = canonicalJson(document);
      expect(canonicalJson(turned(document))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(document)));
    }),
  );
});

test('names stand in the order of their code units, and what is left out is left out at the top only', () => {
  const document = { b: 1, a: { signature: 2 }, 10: 3, 9: 4, signature: 5, é: 6 };
  expect(canonicalJson(document, { leaveOut: 'signature' })).toBe(
    '{"10":3,"9":4,"a":{"signature":2},"b":1,"é":6}',
  );
});
