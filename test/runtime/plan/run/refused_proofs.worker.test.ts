import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, inject, test } from 'vitest';
import { type PlanProof, type PlanProofs, PlanProofsSchema } from '../../../../worker/model/plan_proof.ts';
import { runtimeMemory } from '../../../../worker/runtime/backend/memory.ts';
import {
  CONVOLUTION_SHAPE,
  convolution,
  directConvolution,
} from '../../../fixtures/worker/planned_convolutions.ts';
import {
  answer,
  computed,
  loadGraph,
  proven,
  requests,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

describe.each([
  { made: 'with the executor', network: convolution },
  { made: 'without the executor', network: directConvolution },
])('a proof that is not that of this plan, made $made', ({ network }) => {
  const x = varied(CONVOLUTION_SHAPE, 5);
  const answers = async (proofs: PlanProofs) => {
    const before = (await runtimeMemory()).tensors;
    const model = await loadGraph(network, proofs);
    const all = [await answer(model, { x }, ['y']), await answer(model, { x }, ['y'])];
    model.model.dispose();
    expect((await runtimeMemory()).tensors).toBe(before);
    return { all, stored: model.stored };
  };
  const changed = (proofs: PlanProofs, change: (proof: PlanProof) => PlanProof): PlanProofs => ({
    ...proofs,
    shapes: proofs.shapes.map(change),
  });

  test.each<[string, (proof: PlanProof) => PlanProof]>([
    ['outputs of another probe', (proof) => ({ ...proof, probe: 1 })],
    [
      'too few bytes',
      (proof) => ({ ...proof, outputs: proof.outputs.map((output) => ({ ...output, values: 'AAAA' })) }),
    ],
    [
      'a shape of more elements',
      (proof) => ({
        ...proof,
        outputs: proof.outputs.map((output) => ({ ...output, shape: [2 ** 31 - 1] })),
      }),
    ],
  ])('with %s is refused, and the executor answers', async (_, change) => {
    const expected = await computed(network, { x });
    const { all, stored } = await answers(
      changed(await proven(network, requests(CONVOLUTION_SHAPE)), change),
    );
    expect(stored).toEqual(['refused']);
    expect(all[0]).toEqual(expected);
  });

  test('of another runtime is not used', async () => {
    const proofs = await proven(network, requests(CONVOLUTION_SHAPE));
    const expected = await computed(network, { x });
    const { all, stored } = await answers({ ...proofs, runtime: '0'.repeat(64) });
    expect(stored).toEqual(['other runtime']);
    expect(all[0]).toEqual(expected);
  });

  test('of another model of the same shapes is refused', async () => {
    const values = weight([16]).values.map((value) => value + 0.25);
    const shifted = {
      ...network,
      weights: { ...network.weights, offset: { ...weight([16]), values } },
    };
    const { stored } = await answers(await proven(shifted, requests(CONVOLUTION_SHAPE)));
    expect(stored).toEqual(['refused']);
  });

  test('whatever its damage, does not change an answer', async () => {
    const proofs = await proven(network, requests(CONVOLUTION_SHAPE));
    const text = JSON.stringify(proofs);
    const expected = (await computed(network, { x })).y?.map(Number) ?? [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.constantFrom('0', '9', 'A', 'z', '"', '{', ',', '-')), {
          minLength: 1,
          maxLength: 3,
        }),
        async (changes) => {
          const characters = [...text];
          for (const [position, character] of changes) characters[position] = character;
          const read = v.safeParse(PlanProofsSchema, json(characters.join('')));
          const model = await loadGraph(network, read.success ? read.output : undefined);
          const { y = [] } = await answer(model, { x }, ['y']);
          model.model.dispose();
          for (const [index, value] of y.entries())
            expect(Math.abs(Number(value) - (expected[index] ?? Number.NaN))).toBeLessThan(1e-3);
          expect(y).toHaveLength(expected.length);
        },
      ),
      { numRuns: Math.ceil(inject('fuzzCases') / 60) },
    );
  });
});

/** A document that is not JSON has no proofs. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
