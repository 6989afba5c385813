import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareAnswers, describeDifferences } from '../../../import/accuracy/compare_answers.ts';
import { openComputation } from '../../../import/accuracy/computation.ts';
import type { Graph } from '../../../import/graph/graph.ts';
import { readTfjsDirectory } from '../../../import/tfjs/tfjs_directory.ts';
import { writeGraphModel } from '../../../import/tfjs/writer/write_graph_model.ts';
import { lossFault } from '../../../scripts/publish/quantization.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { float32Weight } from '../../fixtures/graphs/memory_weight.ts';

const folder = await temporaryFolder();

/** A product with a matrix whose values are a function of row and column. */
function productGraph(rows: number, columns: number, value: (row: number, column: number) => number): Graph {
  const values = Array.from({ length: rows * columns }, (_, index) =>
    value(Math.floor(index / columns), index % columns),
  );
  return {
    nodes: [
      { name: 'x', op: 'Placeholder', input: [], attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'w', op: 'Const', input: [], attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'y', op: 'MatMul', input: ['x', 'w'], attr: { T: { type: 'DT_FLOAT' } } },
    ],
    functions: [],
    weights: new Map([['w', float32Weight([rows, columns], values)]]),
    signatures: {
      serving_default: {
        method: 'tensorflow/serving/predict',
        inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1, rows] } },
        outputs: { scores: { name: 'y:0', dtype: 'float32', shape: [-1, columns] } },
      },
    },
    producer: 1,
  };
}

async function write(name: string, graph: Graph, quantize?: 'float16' | 'uint8') {
  const directory = join(folder, name);
  await mkdir(directory);
  await writeGraphModel(graph, directory, quantize === undefined ? {} : { quantize });
  return openComputation(join(directory, 'model.json'));
}

describe('the accuracy of a changed model', () => {
  test('is reported for every output: the largest differences and the changed classes', async () => {
    // Row 0 prefers class 1 by less than the step of uint8, and row 1 clearly prefers class 0.
    const graph = productGraph(2, 1000, (row, column) =>
      row === 0 ? (column === 1 ? 0.5001 : column === 0 ? 0.5 : 0) : column === 0 ? 1 : -1,
    );
    const [original, changed] = [await write('original', graph), await write('uint8', graph, 'uint8')];
    const examples = [
      {
        inputs: {
          x: [
            [1, 0],
            [0, 1],
          ],
        },
      },
      { inputs: { x: [[0, 1]] } },
    ];
    const [difference, ...others] = await compareAnswers(original, changed, graph.signatures, examples);
    expect(others).toEqual([]);
    expect(difference).toMatchObject({ signature: 'serving_default', output: 'scores' });
    expect(difference?.changedClasses).toEqual({ changed: 1, of: 3 });
    expect(difference?.largestAbsolute).toBeGreaterThan(0);
    expect(difference?.largestAbsolute).toBeLessThan(2 / 255);
    expect(describeDifferences(difference === undefined ? [] : [difference]).join()).toMatch(
      /^serving_default scores: off by at most 0\.00\d+ \(0\.\d+ % of the largest value\), 1 of 3 classes changed$/,
    );
    original.dispose();
    changed.dispose();
  });

  test('is told of finite numbers alone, and on how many examples there are others', async () => {
    const weights = [1, 2, Number.POSITIVE_INFINITY];
    const graph = (finite: number) =>
      productGraph(2, 2, (row, column) => (row === 0 ? finite * (column + 1) : (weights[column + 1] ?? 0)));
    const [original, changed] = [await write('exact', graph(1)), await write('near', graph(1.5))];
    const examples = [{ inputs: { x: [[1, 0]] } }, { inputs: { x: [[0, 1]] } }, { inputs: { x: [[1, 1]] } }];
    const differences = await compareAnswers(original, changed, graph(1).signatures, examples);
    // 0 times infinity is no number, so that only the first column is compared: 1 with 1.5, 2 with 2, and 3 with 3.5.
    expect(differences).toMatchObject([{ largestAbsolute: 0.5, largestRelative: 0.5, notFinite: 3 }]);
    expect(describeDifferences(differences)[0]).toMatch(
      /not finite were not compared, in the answers on 3 examples$/,
    );
    expect(lossFault('int8', differences, 1)).toMatch(
      /cannot be checked on examples whose answers have numbers that are not finite/,
    );
    original.dispose();
    changed.dispose();
  });

  test('is never within a limit where nothing could be compared', async () => {
    const graph = productGraph(1, 2, () => Number.NaN);
    const computation = await write('nan', graph);
    const differences = await compareAnswers(computation, computation, graph.signatures, [
      { inputs: { x: [[1]] } },
    ]);
    expect(differences).toMatchObject([
      { notFinite: 1, nothingCompared: true, changedClasses: { changed: 0, of: 0 } },
    ]);
    expect(describeDifferences(differences)).toEqual([
      'serving_default scores: not measured, since no answer has finite numbers on 1 example',
    ]);
    expect(lossFault('int8', differences, 1)).toBeDefined();
    computation.dispose();
  });

  test('is that of layers models too, and perfect for the same model', async () => {
    const directory = join(REPOSITORY, 'models/digits/1.0.0');
    const model = await readTfjsDirectory(directory);
    if (model.kind !== 'read') throw new Error(model.message);
    const computation = await openComputation(join(directory, 'model.json'));
    const { signatures, golden } = model.content;
    const differences = await compareAnswers(computation, computation, signatures, golden);
    expect(differences.length).toBeGreaterThan(0);
    for (const { largestAbsolute, changedClasses } of differences) {
      expect([largestAbsolute, changedClasses?.changed]).toEqual([0, 0]);
    }
    computation.dispose();
  });
});
