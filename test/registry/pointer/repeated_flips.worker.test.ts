import { describe, expect, test } from 'vitest';
import { changePointerIn } from '../../../worker/registry/pointer/change/change_pointer.ts';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { requirePointer, updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import {
  promoteTransition,
  publishTransition,
  rollbackTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import { bucket, changeRecord, uniqueModel } from '../../fixtures/worker/published_models.ts';

const lease = { ms: 20_000, clockSkewMs: 100 };
const wait = () => Promise.resolve();

/** Makes two versions current, one after the other, and flips once more at a moment in the distant future. */
async function pendingFlip(last: typeof rollbackTransition): Promise<string> {
  const model = uniqueModel();
  const options = { wait, agreement: { lease } };
  for (const version of ['1.0.0', '2.0.0'])
    await updatePointer(bucket, model, publishTransition(version, changeRecord()), options);
  await updatePointer(bucket, model, last('1.0.0', changeRecord()), options);
  return model;
}

describe.each([
  ['rollback', POINTER_CHANGES.rollback, rollbackTransition],
  ['promotion', POINTER_CHANGES.promote, promoteTransition],
])('a %s of no version while the same is pending', (_, change, transition) => {
  test('brings it forward in an emergency', async () => {
    const model = await pendingFlip(transition);
    const make = changePointerIn(bucket, { wait, lease });
    const update = await make(model, change.of({}), changeRecord(), { immediately: true });
    expect(update).toMatchObject({ kind: 'changed', pointer: { generation: 4, current: '1.0.0' } });
    expect(await requirePointer(bucket, model)).not.toHaveProperty('pending');
  });

  test('changes nothing otherwise, and waits until it is in effect', async () => {
    const model = await pendingFlip(transition);
    const waits: number[] = [];
    const make = changePointerIn(bucket, { wait, lease });
    const timing = { onSettling: (milliseconds: number) => waits.push(milliseconds) };
    const update = await make(model, change.of({}), changeRecord(), timing);
    expect(update).toMatchObject({ kind: 'unchanged', pointer: { generation: 3, current: '1.0.0' } });
    expect(waits).toEqual([20_600]);
  });
});
