import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { type Pointer, PointerSchema, versionsInUse } from '../../../worker/registry/pointer/pointer.ts';
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
import { changeRecord } from '../../fixtures/worker/published_models.ts';

const record = changeRecord('why not');
const publish = (version: string) => publishTransition(version, record);
const stage = (version: string) => stageTransition(version, record);
const promote = (version?: string) => promoteTransition(version, record);
const rollback = (version?: string) => rollbackTransition(version, record);
const canary = (percent: number, version?: string) => canaryTransition({ version, percent }, record);
const shadow = (percent: number, version?: string) => shadowTransition({ version, percent }, record);

/** The pointer after these transitions, each of which must change it. */
function applied(...transitions: PointerTransition[]): Pointer {
  let pointer: Pointer | undefined;
  for (const transition of transitions) {
    const step = transition(pointer);
    if (step.kind !== 'changed') throw new Error(`a step was ${JSON.stringify(step)}`);
    pointer = step.pointer;
  }
  return v.parse(PointerSchema, pointer);
}

const refusal = (reason: RegExp) => ({ kind: 'refused', reason: expect.stringMatching(reason) });

describe('staging', () => {
  test('leaves current as it is, and says since when', () => {
    const pointer = applied(publish('1.0.0'), stage('1.1.0'));
    expect(pointer).toMatchObject({
      current: '1.0.0',
      previous: null,
      next: { version: '1.1.0', stagedAt: record.at },
    });
    expect(pointer.history[0]).toMatchObject({ action: 'stage', from: null, to: '1.1.0', by: 'a test' });
    expect(stage('1.1.0')(pointer)).toEqual({ kind: 'unchanged', pointer });
  });

  test('of another version takes the place of the first', () => {
    const pointer = applied(publish('1.0.0'), stage('1.1.0'), stage('1.2.0'));
    expect(pointer.next?.version).toBe('1.2.0');
    expect(pointer.history[0]).toMatchObject({ from: '1.1.0', to: '1.2.0' });
  });

  test('needs a current version, and does nothing for it', () => {
    expect(stage('1.0.0')(undefined)).toEqual(refusal(/nothing could serve/));
    expect(stage('1.0.0')(applied(publish('1.0.0'))).kind).toBe('unchanged');
  });

  test('is undone, once, and only of the version named', () => {
    const pointer = applied(publish('1.0.0'), stage('1.1.0'));
    expect(unstageTransition('2.0.0', record)(pointer)).toEqual(refusal(/1\.1\.0 is staged, not 2\.0\.0/));
    const undone = applied(publish('1.0.0'), stage('1.1.0'), unstageTransition(undefined, record));
    expect(undone.next).toBeUndefined();
    expect(unstageTransition('1.1.0', record)(undone).kind).toBe('unchanged');
  });

  test('outlasts a publish and a rollback of other versions, and ends when it becomes current', () => {
    expect(applied(publish('1.0.0'), stage('1.1.0'), publish('1.0.1')).next?.version).toBe('1.1.0');
    const published = applied(publish('1.0.0'), stage('1.1.0'), publish('1.1.0'));
    expect(published.next).toBeUndefined();
    expect(published.history[0]?.ended).toEqual({ next: '1.1.0' });
  });
});

describe('promote', () => {
  test('flips to what is staged, and a rollback undoes it', () => {
    const pointer = applied(publish('1.0.0'), stage('1.1.0'), promote());
    expect(pointer).toMatchObject({ current: '1.1.0', previous: '1.0.0', generation: 3 });
    expect(pointer.next).toBeUndefined();
    expect(pointer.history[0]).toMatchObject({ action: 'promote', from: '1.0.0', to: '1.1.0' });
    expect(promote()(pointer)).toEqual({ kind: 'unchanged', pointer });
    expect(applied(publish('1.0.0'), stage('1.1.0'), promote(), rollback()).current).toBe('1.0.0');
  });

  test('finishes a canary', () => {
    const pointer = applied(publish('1.0.0'), canary(10, '1.1.0'), canary(50, '1.1.0'), promote());
    expect(pointer.current).toBe('1.1.0');
    expect(pointer.canary).toBeUndefined();
    expect(pointer.history[0]?.ended).toEqual({ canary: '1.1.0' });
  });

  test('asks for a version if one version is staged and another is the canary', () => {
    const pointer = applied(publish('1.0.0'), canary(10, '1.1.0'), stage('1.2.0'));
    expect(promote()(pointer)).toEqual(
      refusal(/1\.2\.0 is staged and 1\.1\.0 is the canary: name the version to promote/),
    );
    expect(applied(publish('1.0.0'), canary(10, '1.1.0'), stage('1.2.0'), promote('1.1.0'))).toMatchObject({
      current: '1.1.0',
      next: { version: '1.2.0' },
    });
  });

  test('is refused after a publish, or if nothing is staged', () => {
    expect(promote()(applied(publish('1.0.0')))).toEqual(refusal(/no version is staged beside 1\.0\.0/));
    expect(promote()(undefined).kind).toBe('refused');
    // A pipeline that runs twice must not promote the version again after a rollback.
    expect(promote()(applied(publish('1.0.0'), stage('1.1.0'), promote(), rollback())).kind).toBe('refused');
  });
});

describe.each([
  ['canary', canary],
  ['shadow', shadow],
] as const)('a %s', (role, change) => {
  test('begins, grows and ends, each in the history', () => {
    const pointer = applied(publish('1.0.0'), change(0.5, '1.1.0'), change(50, '1.1.0'));
    expect(pointer).toMatchObject({
      current: '1.0.0',
      [role]: { version: '1.1.0', percent: 50, generation: 3 },
    });
    expect(change(50, '1.1.0')(pointer)).toEqual({ kind: 'unchanged', pointer });
    const ended = applied(publish('1.0.0'), change(0.5, '1.1.0'), change(50, '1.1.0'), change(0));
    expect(ended[role]).toBeUndefined();
    expect(ended.history.map(({ action, from, to, percent }) => [action, from, to, percent])).toEqual([
      [role, '1.1.0', '1.1.0', 0],
      [role, '1.1.0', '1.1.0', 50],
      [role, null, '1.1.0', 0.5],
      ['publish', null, '1.0.0', undefined],
    ]);
    expect(change(0, '1.1.0')(ended).kind).toBe('unchanged');
  });

  test('is another version than the current one, and one at a time', () => {
    const pointer = applied(publish('1.0.0'), change(10, '1.1.0'));
    expect(change(10, '1.0.0')(applied(publish('1.0.0')))).toEqual(refusal(/is already current/));
    for (const percent of [0, 20]) {
      expect(change(percent, '1.2.0')(pointer)).toEqual(refusal(/1\.1\.0 is the .* at 10 %, not 1\.2\.0/));
    }
    expect(change(10)(applied(publish('1.0.0')))).toEqual(refusal(/name the version/));
    expect(change(10, '1.1.0')(undefined).kind).toBe('refused');
  });

  test.each([-1, 100.1, Number.NaN, Number.POSITIVE_INFINITY])('of %d percent is refused', (percent) => {
    expect(change(percent, '1.1.0')(applied(publish('1.0.0')))).toEqual(refusal(/from 0 to 100/));
  });

  test.each([
    ['rollback', rollback()],
    ['publish', publish('3')],
    ['promote', promote('3')],
  ] as const)('ends with a %s, which says so', (action, flip) => {
    const pointer = applied(publish('1.0.0'), publish('2.0.0'), change(10, '1.1.0'), flip);
    expect(pointer[role]).toBeUndefined();
    expect(pointer.history[0]).toMatchObject({ action, ended: { [role]: '1.1.0' } });
  });

  test('is not pruned, and a pruned version does not become one', () => {
    const prune = pruneTransition(() => ['1.1.0', '1.2.0', '1.3.0'], record);
    const pointer = applied(publish('1.0.0'), change(10, '1.1.0'), stage('1.2.0'), prune);
    expect(pointer.retired).toEqual(['1.3.0']);
    expect(versionsInUse(pointer)).toEqual(new Set(['1.0.0', '1.1.0', '1.2.0']));
    const withPruned = applied(publish('1.0.0'), prune);
    for (const transition of [change(10, '1.3.0'), stage('1.3.0'), promote('1.3.0')]) {
      expect(transition(withPruned)).toEqual(refusal(/1\.3\.0 was pruned/));
    }
  });
});

describe('labels', () => {
  test('are any number, move and go', () => {
    const pointer = applied(
      publish('1.0.0'),
      labelTransition('stable', '1.0.0', record),
      labelTransition('beta', '1.1.0', record),
      labelTransition('beta', '1.2.0', record),
      unlabelTransition('stable', record),
    );
    expect(pointer.labels).toEqual({ beta: '1.2.0' });
    expect(pointer.history[0]).toMatchObject({ action: 'unlabel', label: 'stable', to: '1.0.0' });
    expect(unlabelTransition('stable', record)(pointer)).toEqual({ kind: 'unchanged', pointer });
  });

  test('may have the names of members of Object.prototype', () => {
    const unlabel = unlabelTransition('toString', record);
    expect(unlabel(applied(publish('1.0.0'))).kind).toBe('unchanged');
    const pointer = applied(publish('1.0.0'), labelTransition('toString', '1.1.0', record));
    expect(pointer.history[0]).toMatchObject({ from: null, to: '1.1.0' });
    expect(applied(publish('1.0.0'), labelTransition('toString', '1.1.0', record), unlabel).labels).toEqual(
      {},
    );
  });
});
