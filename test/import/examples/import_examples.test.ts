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
    [
      'a missing input',
      'warmup.json',
      { examples: [{ inputs: {} }] },
      /warmup\.json: examples\[0\]\.inputs: "x" is missing/,
    ],
    ['an unknown input', 'warmup.json', { examples: [{ inputs: { x: [1], z: [1] } }] }, /inputs\["z"\]/],
    [
      'a wrong shape',
      'warmup.json',
      { examples: [{ inputs: { x: [[1]] } }] },
      /inputs\["x"\] has shape \[1,1\] and not \[\?\]/,
    ],
    [
      'a wrong dtype',
      'warmup.json',
      { examples: [{ inputs: { x: ['1'] } }] },
      /inputs\["x"\] has "1" in place of float32/,
    ],
    [
      'an unknown signature',
      'warmup.json',
      { examples: [{ signature_name: 'other', inputs: { x: [1] } }] },
      /no signature "other"/,
    ],
    ['an object for the list', 'warmup.json', { examples: {} }, /warmup\.json: examples/],
    [
      'missing outputs',
      'golden.json',
      { examples: [{ inputs: { x: [1] } }] },
      /golden\.json: examples\.0\.outputs/,
    ],
    [
      'empty outputs',
      'golden.json',
      { examples: [{ inputs: { x: [1] }, outputs: {} }] },
      /examples\[0\]\.outputs is empty/,
    ],
    [
      'a negative tolerance',
      'golden.json',
      { examples: [{ inputs: { x: [1] }, outputs: { y: [1] }, tolerance: -1 }] },
      /tolerance/,
    ],
    [
      'an infinite tolerance',
      'golden.json',
      '{"examples": [{"inputs": {"x": [1]}, "outputs": {"y": [1]}, "tolerances": {"y": 1e999}}]}',
      /tolerances\.y must be a finite number/,
    ],
    [
      'too many dimensions',
      'golden.json',
      `{"examples": [{"inputs": {"x": ${'['.repeat(9)}${']'.repeat(9)}}, "outputs": {"y": 1}}]}`,
      /more than 8 dimensions/,
    ],
  ] as const)('are refused where they do not fit: %s', async ([_, name, file, expected]) => {
    expect(problem(await importGraph({}, { [name]: file }))).toMatch(expected);
  });
});
