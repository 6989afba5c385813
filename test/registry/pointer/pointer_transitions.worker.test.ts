import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  candidateVersions,
  HISTORY_LENGTH,
  isFlip,
  type Pointer,
  PointerSchema,
  versionsInUse,
} from '../../../worker/registry/pointer/pointer.ts';
import {
  labelTransition,
  type PointerTransition,
  promoteTransition,
  pruneTransition,
  publishTransition,
  rollbackTransition,
  unlabelTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import {
  canaryTransition,
  shadowTransition,
  stageTransition,
  unstageTransition,
} from '../../../worker/registry/pointer/rollout_transitions.ts';
import { successionFault } from '../../fixtures/worker/pointer_succession.ts';
import { changeRecord } from '../../fixtures/worker/published_models.ts';

const VERSIONS = ['1.0.0', '1.1.0', '2.0.0', '3'];
const anyVersion = fc.constantFrom(...VERSIONS);
const perhapsVersion = fc.option(anyVersion, { nil: undefined });
const anyTrial = fc.record({ version: perhapsVersion, percent: fc.constantFrom(0, 0.5, 10, 50, 100, 101) });
const anyTransition: fc.Arbitrary<PointerTransition> = fc.oneof(
  anyVersion.map((version) => publishTransition(version, changeRecord())),
  anyVersion.map((version) => publishTransition(version, changeRecord(), 'stable')),
  perhapsVersion.map((version) => rollbackTransition(version, changeRecord())),
  perhapsVersion.map((version) => promoteTransition(version, changeRecord())),
  anyVersion.map((version) => labelTransition('canary', version, changeRecord())),
  fc.constant(unlabelTransition('canary', changeRecord())),
  anyVersion.map((version) => stageTransition(version, changeRecord())),
  perhapsVersion.map((version) => unstageTransition(version, changeRecord())),
  anyTrial.map((trial) => canaryTransition(trial, changeRecord())),
  anyTrial.map((trial) => shadowTransition(trial, changeRecord())),
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

  test('produces pointers that may each follow the one before', () => {
    fc.assert(
      fc.property(fc.array(anyTransition, { maxLength: 60 }), (transitions) => {
        const states = apply(transitions);
        const faults = states.map((pointer, index) => successionFault(states[index - 1], pointer));
        expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
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

  test('leaves no trial of the current version, and none against a version that is not current', () => {
    fc.assert(
      fc.property(fc.array(anyTransition, { maxLength: 60 }), (transitions) => {
        const states = apply(transitions);
        states.forEach((pointer, index) => {
          const { current, canary, shadow, history } = pointer;
          expect(candidateVersions(pointer)).not.toContain(current);
          const before = states[index - 1];
          if (before === undefined || before.current === current) return;
          expect([canary, shadow]).toEqual([undefined, undefined]);
          expect(history[0] && isFlip(history[0])).toBe(true);
          expect(history[0]?.ended?.canary).toBe(before.canary?.version);
          expect(history[0]?.ended?.shadow).toBe(before.shadow?.version);
        });
      }),
    );
  });

  test('has the same effect once and twice', () => {
    fc.assert(
      fc.property(fc.array(anyTransition, { maxLength: 30 }), anyTransition, (transitions, transition) => {
        const before = apply(transitions).at(-1);
        const once = transition(before);
        if (once.kind !== 'changed') return;
        // A rollback without a version alternates between two versions.
        if (once.pointer.history[0]?.action === 'rollback') return;
        expect(transition(once.pointer)).toEqual({ kind: 'unchanged', pointer: once.pointer });
      }),
    );
  });

  test('moves labels and candidates without touching what is current', () => {
    fc.assert(
      fc.property(fc.array(anyTransition, { maxLength: 60 }), (transitions) => {
        const states = apply(transitions);
        states.forEach((pointer, index) => {
          const [newest] = pointer.history;
          const before = states[index - 1];
          if (before === undefined || newest === undefined || isFlip(newest)) return;
          expect([pointer.current, pointer.previous]).toEqual([before.current, before.previous]);
        });
      }),
    );
  });
});

describe('rollback', () => {
  test('undoes a publish once, and is undone by name', () => {
    const states = apply([
      publishTransition('1.0.0', changeRecord()),
      publishTransition('1.1.0', changeRecord()),
      rollbackTransition(undefined, changeRecord('it was slow')),
    ]);
    const last = states.at(-1);
    expect(rollbackTransition(undefined, changeRecord())(last)).toEqual({ kind: 'unchanged', pointer: last });
    states.push(
      ...apply([
        publishTransition('1.0.0', changeRecord()),
        publishTransition('1.1.0', changeRecord()),
        rollbackTransition(undefined, changeRecord()),
        rollbackTransition('1.1.0', changeRecord()),
      ]).slice(3),
    );
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

  test('is refused where there is nothing to roll back to', () => {
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

  test('keeps members and actions that a newer tool wrote', () => {
    const [first] = apply([publishTransition('1.0.0', changeRecord())]);
    const history = [{ ...first?.history[0], action: 'mirror' }];
    const newer = v.parse(PointerSchema, { ...first, history, mirror: { version: '2.0.0' } });
    const step = publishTransition('1.1.0', changeRecord())(newer);
    expect(step.kind === 'changed' && step.pointer).toMatchObject({
      mirror: { version: '2.0.0' },
      history: [{ action: 'publish' }, { action: 'mirror' }],
    });
  });
});
