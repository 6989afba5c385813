import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDeeperThan } from '../../../worker/registry/storage/json_depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('the depth of any JSON text is the depth of what it says', () => {
  // A scan could misread strings with brackets, quotes and backslashes.
  const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a') });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'large' },
      text,
      fc.constantFrom(null, 1, true),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(0, 2), (value, indent) => {
      const json = JSON.stringify(value, null, indent);
      const depth = depthOf(JSON.parse(json));
      expect(isDeeperThan(json, depth)).toBe(false);
      if (depth > 0) expect(isDeeperThan(json, depth - 1)).toBe(true);
    }),
  );
});

test.each(['"', '"\\', '[[[', '{"a', ''])('an unfinished text ends the scan: %s', (text) => {
  expect(isDeeperThan(text, 10)).toBe(false);
});
