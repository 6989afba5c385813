import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namedVersion, versionAfter, versionOfContent } from '../../../scripts/publish/choose_version.ts';
import type { Pointer } from '../../../worker/registry/pointer/pointer.ts';
import { compareVersions, VERSION_BUMPS } from '../../../worker/registry/version/version.ts';

const pointer = (current: string, retired: string[] = []): Pointer => ({
  schema: 1,
  generation: 1,
  current,
  previous: null,
  labels: {},
  retired,
  history: [
    {
      generation: 1,
      id: 'a',
      action: 'publish',
      from: null,
      to: current,
      at: '2026-11-22T12:00:00Z',
      by: 'test',
    },
  ],
});

const part = fc.nat(20);
const version = fc.oneof(
  fc.tuple(part, part, part).map((parts) => parts.join('.')),
  part.map(String),
);

describe('the version that a publisher names', () => {
  test.for([
    [{ version: '2.0.0', directoryName: '1.1.0' }, '2.0.0'],
    [{ directoryName: '1.1.0' }, '1.1.0'],
    [{ directoryName: '00000123' }, '123'],
    [{ bump: 'minor', directoryName: '1.1.0' }, undefined],
    [{ directoryName: 'half_plus_two' }, undefined],
  ] as const)('%j -> %s', ([options, expected]) => {
    expect(namedVersion(options)).toBe(expected);
  });
});

describe('the version of a content that is already published', () => {
  test('is the current one if it has the content, else the highest one that was not pruned', () => {
    expect(versionOfContent(['1.0.0', '3.0.0'], pointer('1.0.0'))).toBe('1.0.0');
    expect(versionOfContent(['1.0.0', '10.0.0', '9.0.0'], pointer('2.0.0'))).toBe('10.0.0');
    expect(versionOfContent(['1.0.0', '3.0.0'], pointer('2.0.0', ['3.0.0']))).toBe('1.0.0');
    expect(versionOfContent([], undefined)).toBeUndefined();
  });
});

describe('the version after all others', () => {
  test('begins with 1.0.0', () => {
    expect(versionAfter([], undefined, 'major')).toBe('1.0.0');
  });

  test.for([
    ['major', '3.0.0'],
    ['minor', '2.10.0'],
    ['patch', '2.9.2'],
  ] as const)('raises the %s part', ([bump, expected]) => {
    expect(versionAfter(['2.9.1', '1.9.9', '2.0.10'], undefined, bump)).toBe(expected);
  });

  test('is higher than every published and every pruned one', () => {
    return fc.assert(
      fc.property(
        fc.array(version, { minLength: 1 }),
        fc.array(version),
        version,
        fc.constantFrom(...VERSION_BUMPS),
        (published, retired, current, bump) => {
          const next = versionAfter(published, pointer(current, retired), bump);
          for (const known of [...published, ...retired, current]) {
            expect(compareVersions(next, known)).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
