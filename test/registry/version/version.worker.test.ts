import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  nextVersion,
  parseVersion,
  VERSION_BUMPS,
} from '../../../worker/registry/version/version.ts';

const part = fc.nat({ max: 999_999_999 });
const semantic = fc.tuple(part, part, part).map((parts) => parts.join('.'));
const integer = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map(String);
const version = fc.oneof(semantic, integer);

describe('parseVersion', () => {
  test.each([
    ['1.2.3', '1.2.3'],
    ['0.0.0', '0.0.0'],
    ['7', '7'],
    ['00000123', '123'],
  ])('reads %s as %s', (text, expected) => {
    expect(parseVersion(text)).toBe(expected);
  });

  test.each([
    '',
    '1.2',
    '1.2.3.4',
    '01.2.3',
    '1.2.x',
    '-1',
    '1e3',
    ' 1',
    '1\n',
    '1.2.3-rc1',
    '../1',
    '1'.repeat(19),
  ])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  test('keeps every canonical version as it is', () => {
    fc.assert(fc.property(version, (text) => parseVersion(text) === text));
  });
});

describe('compareVersions', () => {
  test('orders by number, not by text, and an integer just before its N.0.0', () => {
    const shuffled = ['10.0.0', '2', '1.10.0', '9.9.9', '10', '1.9.0', '2.0.0'];
    expect(shuffled.sort(compareVersions)).toEqual([
      '1.9.0',
      '1.10.0',
      '2',
      '2.0.0',
      '9.9.9',
      '10',
      '10.0.0',
    ]);
  });

  test('is a total order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        expect(compareVersions(a, b) === 0).toBe(a === b);
        if (compareVersions(a, b) < 0 && compareVersions(b, c) < 0) {
          expect(compareVersions(a, c)).toBeLessThan(0);
        }
      }),
    );
  });
});

describe('nextVersion', () => {
  test.each([
    ['1.4.2', 'major', '2.0.0'],
    ['1.4.2', 'minor', '1.5.0'],
    ['1.4.2', 'patch', '1.4.3'],
    ['41', 'major', '42'],
    ['41', 'patch', '42'],
  ] as const)('%s, %s: %s', (before, bump, after) => {
    expect(nextVersion(before, bump)).toBe(after);
  });

  test('always comes after', () => {
    fc.assert(
      fc.property(version, fc.constantFrom(...VERSION_BUMPS), (text, bump) => {
        expect(compareVersions(text, nextVersion(text, bump))).toBeLessThan(0);
      }),
    );
  });
});
