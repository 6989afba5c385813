import { expect, test } from 'vitest';
import { RecentModels } from '../../../worker/serving/request/recent_models.ts';

test('the names of models are read once in half a minute, however often they are asked for', async () => {
  let time = 1_000_000;
  let reads = 0;
  let published: readonly string[] | undefined = ['a'];
  const recent = new RecentModels(
    async () => {
      reads += 1;
      return published;
    },
    () => time,
  );
  // The second is asked for while the first is read, and does not wait for it.
  expect(await Promise.all([recent.names(), recent.names()])).toEqual([['a'], []]);
  published = ['a', 'b'];
  time += 29_999;
  expect(await recent.names()).toEqual(['a']);
  expect(reads).toBe(1);
  time += 1;
  expect(await recent.names()).toEqual(['a', 'b']);
  published = undefined;
  time += 30_000;
  expect(await recent.names()).toEqual(['a', 'b']);
  expect(reads).toBe(3);
});
