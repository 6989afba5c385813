import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  HISTORY_LENGTH,
  type Pointer,
  PointerSchema,
  versionsInUse,
} from '../../../worker/registry/pointer.ts';
import {
  labelTransition,
  type PointerTransition,
  pruneTransition,
  publishTransition,
  rollbackTransition,
} from '../../../worker/registry/pointer_transitions.ts';
import { changeRecord } from '../shared/published_models.ts';

const VERSIONS = ['1.0.0', '1.1.0', '2.0.0', '3'];
const anyVersion = fc.constantFrom(...VERSIONS);
const anyTransition: fc.Arbitrary<PointerTransition> = fc.oneof(
  anyVersion.map((version) => publishTransition(version, changeRecord())),
  anyVersion.map((version) => publishTransition(version, changeRecord(), 'stable')),
  fc.option(anyVersion, { nil: undefined }).map((version) => rollbackTransition(version, changeRecord())),
  anyVersion.map((version) => labelTransition('canary', version, changeRecord())),
  fc.subarray(VERSIONS).map((versions) => pruneTransition(() => versions, changeRecord('cleaning up'))),
);

function apply(transitions: readonly PointerTransition[]): Pointer[] {
  const states: Pointer[] = [];
  for (const transition of transitions) {
    const step = transition(states.at(-1));
    if (step.kind === 'changed') states.push(step.pointer);
  }
  return states;
}

describe('any sequence of transitions', () => {
  test('counts generations one by one and keeps each in the history exactly once', () => {
    fc.assert(
      fc.property(fc.array(anyTransition, { maxLength: 120 }), (transitions) => {
        const states = apply(transitions);
        states.forEach((pointer, index) => {
          expect(v.is(PointerSchema, pointer)).toBe(true);
          expect(pointer.generation).toBe(index + 1);
          const expected = Array.from(
            { length: Math.min(HISTORY_LENGTH, index + 1) },
            (_, age) => pointer.generation - age,
          );
          expect(pointer.history.map(({ generation }) => generation)).toEqual(expected);
        });
      }),
    );
  });

  test('never points to a version that was retired', () => {
    fc.assert(
      fc.property(fc.array(anyTransition, { maxLength: 60 }), (transitions) => {
        for (const pointer of apply(transitions)) {
          const inUse = versionsInUse(pointer);
          expect(pointer.retired.filter((version) => inUse.has(version))).toEqual([]);
        }
      }),
    );
  });

  test('remembers as previous what was current before the last flip', () => {
    fc.assert(
      fc.property(fc.array(anyTransition, { maxLength: 60 }), (transitions) => {
        const states = apply(transitions);
        let flippedFrom: string | null = null;
        states.forEach((pointer, index) => {
          const before = states[index - 1];
          if (before !== undefined && before.current !== pointer.current) flippedFrom = before.current;
          expect(pointer.previous).toBe(flippedFrom);
        });
      }),
    );
  });
});

describe('rollback', () => {
  test('undoes a publish, and undoes itself', () => {
    const states = apply([
      publishTransition('1.0.0', changeRecord()),
      publishTransition('1.1.0', changeRecord()),
      rollbackTransition(undefined, changeRecord('it was slow')),
      rollbackTransition(undefined, changeRecord()),
    ]);
    expect(states.map(({ current, previous }) => [current, previous])).toEqual([
      ['1.0.0', null],
      ['1.1.0', '1.0.0'],
      ['1.0.0', '1.1.0'],
      ['1.1.0', '1.0.0'],
    ]);
    expect(states[2]?.history[0]).toMatchObject({
      action: 'rollback',
      from: '1.1.0',
      to: '1.0.0',
      reason: 'it was slow',
    });
  });

  test('is refused where there is nothing to go back to', () => {
    expect(rollbackTransition(undefined, changeRecord())(undefined).kind).toBe('refused');
    const [first] = apply([publishTransition('1.0.0', changeRecord())]);
    expect(rollbackTransition(undefined, changeRecord())(first).kind).toBe('refused');
  });
});

describe('publish', () => {
  test('of the current version changes nothing', () => {
    const [first] = apply([publishTransition('1.0.0', changeRecord())]);
    expect(publishTransition('1.0.0', changeRecord())(first).kind).toBe('unchanged');
  });

  test('moves its label in the same step', () => {
    const states = apply([
      publishTransition('1.0.0', changeRecord(), 'stable'),
      publishTransition('1.1.0', changeRecord()),
      publishTransition('2.0.0', changeRecord(), 'stable'),
    ]);
    expect(states.map(({ labels }) => labels.stable)).toEqual(['1.0.0', '1.0.0', '2.0.0']);
  });

  test('keeps members that a newer tool wrote', () => {
    const [first] = apply([publishTransition('1.0.0', changeRecord())]);
    const newer = v.parse(PointerSchema, { ...first, canary: { version: '2.0.0', percent: 5 } });
    const step = publishTransition('1.1.0', changeRecord())(newer);
    expect(step.kind === 'changed' && step.pointer).toMatchObject({
      canary: { version: '2.0.0', percent: 5 },
    });
  });
});
