import { describe, expect, test } from 'vitest';
import { content, importGraph, problem } from '../../fixtures/commands/importing.ts';

describe('examples beside a model', () => {
  test('become warmup requests and golden examples', async () => {
    const golden = [{ inputs: { x: [1, 2] }, outputs: { y: [2.5, 3] }, tolerance: 0.001 }];
    const result = await importGraph(
      {},
      {
        'warmup.json': { examples: [{ signature_name: 'serving_default', inputs: { x: [1, 2, 5] } }] },
        'golden.json': { examples: golden },
      },
    );
    expect(content(result).golden).toEqual(golden);
    expect(content(result).warmup).toEqual([
      { signature: 'serving_default', inputs: { x: { kind: 'values', shape: [3], values: [1, 2, 5] } } },
    ]);
  });

  test.for([
    ['warmup.json', { examples: [{ inputs: {} }] }, /warmup\.json: examples\[0\]\.inputs: "x" is missing/],
    ['warmup.json', { examples: [{ inputs: { x: [1], z: [1] } }] }, /inputs\["z"\]/],
    [
      'warmup.json',
      { examples: [{ inputs: { x: [[1]] } }] },
      /inputs\["x"\] has shape \[1,1\] and not \[\?\]/,
    ],
    ['warmup.json', { examples: [{ inputs: { x: ['1'] } }] }, /inputs\["x"\] has "1" in place of float32/],
    ['warmup.json', { examples: [{ signature_name: 'other', inputs: { x: [1] } }] }, /no signature "other"/],
    ['warmup.json', { examples: {} }, /warmup\.json: examples/],
    ['golden.json', { examples: [{ inputs: { x: [1] } }] }, /golden\.json: examples\.0\.outputs/],
    ['golden.json', { examples: [{ inputs: { x: [1] }, outputs: {} }] }, /examples\[0\]\.outputs is empty/],
    ['golden.json', { examples: [{ inputs: { x: [1] }, outputs: { y: [1] }, tolerance: -1 }] }, /tolerance/],
    [
      'golden.json',
      '{"examples": [{"inputs": {"x": [1]}, "outputs": {"y": [1]}, "tolerances": {"y": 1e999}}]}',
      /tolerances\.y must be a finite number/,
    ],
    [
      'golden.json',
      `{"examples": [{"inputs": {"x": ${'['.repeat(9)}${']'.repeat(9)}}, "outputs": {"y": 1}}]}`,
      /more than 8 dimensions/,
    ],
  ] as const)('in %s are refused where they do not fit: %#', async ([name, file, expected]) => {
    expect(problem(await importGraph({}, { [name]: file }))).toMatch(expected);
  });
});
