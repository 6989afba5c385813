import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { OnnxBuilder } from '../../fixtures/onnx/onnx_builder.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

/** Queries of zero give all keys that they see the same share, so that the answer is the mean of these keys' values. */
const QUERIES = [0, 0];

interface Case {
  readonly values: readonly number[];
  readonly attributes?: Readonly<Record<string, number | { readonly float: number }>>;
  readonly past?: readonly number[];
  readonly count?: number;
  /** For each query and key. */
  readonly mask?: readonly number[];
}

async function attended(model: string, { values, attributes = {}, past, count, mask }: Case) {
  const b = new OnnxBuilder(24);
  const q = b.input('q', [1, 1, 2, 1]);
  const [k, v] = [1, 2].map(() => b.floats([1, 1, values.length, 1], values));
  const before = past && b.floats([1, 1, past.length, 1], past);
  const isSeen = mask && b.node('Greater', [b.floats([2, mask.length / 2], mask), b.scalar(0)]);
  const counts = count === undefined ? '' : b.integers([count]);
  const y = b.node(
    'Attention',
    [q, k ?? '', v ?? '', isSeen ?? '', before ?? '', before ?? '', counts],
    attributes,
  );
  b.output(y, [1, 1, 2, 1]);
  await publishModel(edge.store, await b.write(), model, '1');
  const answer = await infer(edge.isolates[0], model, {
    q: { shape: [1, 1, 2, 1], datatype: 'FP32', data: QUERIES },
  });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.outputs[y]?.data;
}

test.each<[string, Case, readonly number[]]>([
  ['all', { values: [1, 2, 6] }, [3, 3]],
  ['a causal order', { values: [2, 4], attributes: { is_causal: 1 } }, [2, 3]],
  [
    'a causal order after keys of the past',
    { values: [2, 4], past: [6], attributes: { is_causal: 1 } },
    [4, 4],
  ],
  ['a number of keys', { values: [1, 3, 100, 100], count: 2 }, [2, 2]],
  [
    'a causal order at the end of a number of keys',
    { values: [1, 3, 5, 100], count: 3, attributes: { is_causal: 1 } },
    [2, 3],
  ],
  [
    'a limit of scores before the mask',
    { values: [1, 100], mask: [1, 0, 1, 0], attributes: { softcap: { float: 2 } } },
    [1, 1],
  ],
  ['a mask that hides all keys from a query', { values: [1, 3], mask: [0, 0, 1, 1] }, [0, 2]],
])('a query sees %s', async (name, given, wanted) => {
  expect(await attended(name.replaceAll(' ', '_'), given)).toEqual(wanted);
});
