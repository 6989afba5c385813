import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerpt } from '../../../worker/http/json/json_excerpt.ts';
import { JsonCursor, valueEnd } from '../../../worker/http/json/scan/json_cursor.ts';
import { scanJson, WantedMembers } from '../../../worker/http/json/scan/json_scan.ts';
import { stringText } from '../../../worker/http/json/scan/json_string.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const NONE = new WantedMembers([]);
const DEPTH = 500_000;
const NEST = '['.repeat(DEPTH) + ']'.repeat(DEPTH);

/** The value at a cursor, built with the cursor alone. */
function valueAt(cursor: JsonCursor): unknown {
  const start = cursor.at;
  switch (cursor.kind()) {
    case 'object': {
      const members: [string, unknown][] = [];
      for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
        const name = stringText(cursor.bytes, cursor.at);
        cursor.toMemberValue();
        members.push([name, valueAt(cursor)]);
      }
      return Object.fromEntries(members);
    }
    case 'list': {
      const items: unknown[] = [];
      for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) items.push(valueAt(cursor));
      return items;
    }
    case 'string':
      cursor.skip();
      return stringText(cursor.bytes, start);
    default:
      cursor.skip();
      return JSON.parse(new TextDecoder().decode(cursor.bytes.subarray(start, cursor.at)));
  }
}

describe('faults, in words and offsets of RapidJSON', () => {
  test.each([
    ['', 'The document is empty.', 0],
    [' \n', 'The document is empty.', 2],
    [',', 'The document is empty.', 0],
    ['\0', 'The document is empty.', 0],
    ['instances = [1, 2]', 'Invalid value.', 0],
    ['{"instances": [Na]}', 'Invalid value.', 17],
    ['[Infinite]', 'Invalid value.', 8],
    ['[-]', 'Invalid value.', 2],
    ['[.5]', 'Invalid value.', 1],
    ['[+5]', 'Invalid value.', 1],
    ['[tru]', 'Invalid value.', 4],
    ['[1,]', 'Invalid value.', 3],
    ['[1,,2]', 'Invalid value.', 3],
    ['{"a":}', 'Invalid value.', 5],
    ['{"é": x}', 'Invalid value.', 7],
    ['[01]', 'Missing a comma or ] after an array element.', 2],
    ['[1 2]', 'Missing a comma or ] after an array element.', 3],
    ['[1}', 'Missing a comma or ] after an array element.', 2],
    ['{"instances": [1, 2}', 'Missing a comma or ] after an array element.', 19],
    ['{"instances": [1]', 'Missing a comma or } after an object member.', 17],
    ['{"a": {"b": 1]}', 'Missing a comma or } after an object member.', 13],
    ['{instances: [1]}', 'Missing a name for object member.', 1],
    ['{"a": 1,}', 'Missing a name for object member.', 8],
    ['{"a" 1}', 'Missing a colon after a name of object member.', 5],
    ['[1.]', 'Miss fraction part in number.', 3],
    ['[1e]', 'Miss exponent in number.', 3],
    ['[1e+]', 'Miss exponent in number.', 4],
    ['[1, 1e999]', 'Number too big to be stored in double.', 4],
    ['[-1e309]', 'Number too big to be stored in double.', 1],
    ['[0e999]', 'Number too big to be stored in double.', 1],
    [`[${'9'.repeat(310)}]`, 'Number too big to be stored in double.', 1],
    ['{"a": "b', 'Missing a closing quotation mark in string.', 8],
    ['{"a": "b\0"}', 'Missing a closing quotation mark in string.', 8],
    ['{"a": "\\x"}', 'Invalid escape character in string.', 7],
    ['{"a": "\\u12g4"}', 'Incorrect hex digit after \\u escape in string.', 7],
    ['{"a": "\\ud800"}', 'The surrogate pair in string is invalid.', 7],
    ['{"a": "\\udc00"}', 'The surrogate pair in string is invalid.', 7],
    ['{"a": "\\ud800\\u0041"}', 'The surrogate pair in string is invalid.', 7],
    ['{"a": "\t"}', 'Invalid encoding in string.', 7],
  ])('%j', (text, reason, offset) => {
    expect(scanJson(encode(text), NONE)).toEqual({ kind: 'malformed', reason, offset });
  });

  test('of endless brackets, in one bit of memory per level', () => {
    const lists = new Uint8Array(16 * 1024 * 1024).fill(0x5b);
    expect(scanJson(lists, NONE)).toEqual({
      kind: 'malformed',
      reason: 'Invalid value.',
      offset: lists.length,
    });
    const objects = encode('{"a":'.repeat(1_000_000));
    expect(scanJson(objects, NONE)).toMatchObject({ kind: 'malformed', offset: objects.length });
  });
});

describe('what is taken', () => {
  test.each([
    '[NaN, -NaN, Infinity, -Infinity, Inf, -Inf]',
    '[1e308, 1e-999, 0.000001e310]',
    '{"a": 1} and more',
    '{"a": 1}]',
    '\ufeff{"a": 1}',
    '["\\ud83d\\ude00", "\\u0000", "\u007f"]',
    `{"a": ${NEST}}`,
    `[${'9'.repeat(308)}]`,
  ])('%.60s', (text) => {
    expect(scanJson(encode(text), NONE).kind).toBe('json');
  });

  test('bytes in strings that are not UTF-8', () => {
    const bytes = Uint8Array.of(0x5b, 0x22, 0xff, 0xc0, 0x22, 0x5d);
    expect(scanJson(bytes, NONE).kind).toBe('json');
  });

  test.each([
    [
      'the first list of numbers of its name',
      '{"x": 1, "a": [[1, 2.5]], "b": [7], "a": [3]}',
      [[1, 2], 1, 2.5],
    ],
    ['nothing of a list of strings', '{"a": ["1"], "b": 2}', undefined],
    ['nothing of another name', '{"b": [1, 2]}', undefined],
    ['nothing of a deeper member', '{"b": {"a": [1]}}', undefined],
  ])('reads as floats on the way: %s', (_name, text, expected) => {
    const scan = scanJson(encode(text), new WantedMembers(['a', 'b'], ['a']));
    if (scan.kind !== 'json') throw new Error(scan.reason);
    const { floats } = scan.members;
    expect(floats && [floats.shape, ...floats.values]).toEqual(expected);
    expect(scan.members.get('b')).toBe(text.indexOf('"b": ') + 5);
  });

  test.each([
    ['{"a": 1, "b": 2, "a": 3}', 6],
    ['{"b": {"a": 1}}', undefined],
    ['{"\\u0061": 1}', 11],
    ['{"aa": 1, "": 2, "a\\n": 3}', undefined],
    ['[{"a": 1}]', undefined],
  ])('members of the top-level object: %s', (text, expected) => {
    const scan = scanJson(encode(text), new WantedMembers(['a']));
    expect(scan.kind === 'json' && scan.members.get('a')).toBe(expected);
    expect(scan.kind === 'json' && scan.members.get('b')).toBeUndefined();
  });
});

/** JSON with a character changed, removed or added. Most are invalid in various ways. */
const almostJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', ',', '"', '{', ']', '}', 'e', '.', '-', '0', '\\', ' ', 'n'),
  )
  .chain(([text, at, character]) => {
    const index = text.length === 0 ? 0 : at % text.length;
    return fc.constantFrom(
      text,
      text.slice(0, index) + character + text.slice(index),
      text.slice(0, index) + character + text.slice(index + 1),
    );
  });

test('takes what JSON.parse takes, means the same, and refuses the rest', () => {
  fc.assert(
    fc.property(fc.oneof(almostJson, fc.string(), fc.json()), (text) => {
      const bytes = encode(text);
      const scan = scanJson(bytes, NONE);
      if (scan.kind === 'malformed') {
        // RapidJSON requires surrogates in pairs and finite numbers.
        if (!/\\ud[89a-f]|[0-9]e/i.test(text)) expect(() => JSON.parse(text)).toThrow();
        expect(scan.offset).toBeLessThanOrEqual(bytes.length);
        return;
      }
      const cursor = new JsonCursor(bytes, scan.root);
      // Anything may follow a top-level scalar. The end of a value is checked only in containers.
      if (!['object', 'list'].includes(cursor.kind())) return;
      const end = valueEnd(bytes, scan.root);
      const value = valueAt(cursor);
      expect(cursor.at).toBe(end);
      expect(value).toEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))));
    }),
    { numRuns: 3000 },
  );
});

describe('excerpt', () => {
  test.each([
    [' {"a" : [1.0, "x y", null, true], "b": {}} ', 1, '{"a":[1.0,"x y",null,true],"b":{}}'],
    ['[1, 2]', 1, '1'],
    ['["a,b", 2]', 1, '"a,b"'],
    ['[]', 0, '[]'],
    ['[NaN]', 1, 'NaN'],
    ['{"a":12}', 5, '12'],
  ])('%s from %i', (text, start, expected) => {
    expect(excerpt(encode(text), start)).toBe(expected);
  });

  test.each([
    ['a long string', JSON.stringify('x'.repeat(1e6))],
    ['a long list', `[${'1, '.repeat(1e6)}1]`],
    ['a deep list', NEST],
    ['spaces and strings', `[ "${'x'.repeat(200)}" , "${'y'.repeat(200)}" ]`],
  ])('of %s is 256 characters', (_, text) => {
    expect(excerpt(encode(text), 0)).toHaveLength(256 + '...'.length);
    expect(excerpt(encode(text), 0)).toMatch(/\.\.\.$/);
  });
});
