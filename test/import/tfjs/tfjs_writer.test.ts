import '@tensorflow/tfjs-backend-cpu';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { enableProdMode, io, tensor } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Graph, Weight } from '../../../import/graph/graph.ts';
import { writeGraphModel } from '../../../import/tfjs/writer/write_graph_model.ts';
import { writeLayersModel } from '../../../import/tfjs/writer/write_layers_model.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { loadGraph, readArtifacts } from '../../fixtures/graphs/load_graph.ts';
import { bytesWeight, float32Weight, int32Weight } from '../../fixtures/graphs/memory_weight.ts';

enableProdMode();

const folder = await temporaryFolder();
let directories = 0;
async function newDirectory(): Promise<string> {
  const directory = join(folder, String(directories++));
  await mkdir(directory);
  return directory;
}

/** x * w + b through a library function and without. */
const graph: Graph = {
  nodes: [
    {
      name: 'x',
      op: 'Placeholder',
      input: [],
      attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '-1' }, { size: '2' }] } } },
    },
    { name: 'w', op: 'Const', input: [], attr: { dtype: { type: 'DT_FLOAT' } } },
    {
      name: 'product',
      op: 'MatMul',
      input: ['x', 'w'],
      attr: { T: { type: 'DT_FLOAT' }, transpose_a: { b: false }, transpose_b: { b: false } },
    },
    {
      name: 'y',
      op: 'PartitionedCall',
      input: ['product'],
      attr: { f: { func: { name: 'add' } } },
    },
    { name: 'twice', op: 'AddV2', input: ['product', 'product'], attr: { T: { type: 'DT_FLOAT' } } },
  ],
  functions: [],
  weights: new Map([['w', float32Weight([2, 2], [1, 2, 3, 4])]]),
  signatures: {
    doubled: {
      method: 'tensorflow/serving/predict',
      inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1, 2] } },
      outputs: { out: { name: 'twice:0', dtype: 'float32', shape: [-1, 2] } },
    },
    serving_default: {
      method: 'tensorflow/serving/regress',
      inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1, 2] } },
      outputs: { out: { name: 'product:0', dtype: 'float32', shape: null } },
    },
  },
  producer: 1087,
};

describe('a graph model', () => {
  test('answers through tfjs what its graph computes, by every signature', async () => {
    const directory = await newDirectory();
    const written = await writeGraphModel(graph, directory);
    expect(await readdir(directory)).toEqual(['group1-shard1of1.bin', 'model.json']);
    expect(written).toEqual({ topology: 'model.json', shards: ['group1-shard1of1.bin'], weightBytes: 16 });
    const model = await loadGraph(directory);
    const x = tensor([[1, 1]]);
    expect(model.predict({ x })).toMatchObject({ shape: [1, 2] });
    const [product, twice] = [model.execute({ x }, 'product:0'), model.execute({ x }, 'twice:0')];
    if (Array.isArray(product) || Array.isArray(twice)) throw new Error('one output was asked for');
    expect([...product.dataSync(), ...twice.dataSync()]).toEqual([4, 6, 8, 12]);
    const json = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8'));
    expect(json.signature.outputs.out).toEqual({
      name: 'product:0',
      dtype: 'DT_FLOAT',
      tensorShape: { unknownRank: true },
    });
    expect(json.userDefinedMetadata.signatures).toEqual(graph.signatures);
  });

  test('has the same bytes every time', async () => {
    const [first, second] = [await newDirectory(), await newDirectory()];
    await writeGraphModel(graph, first);
    await writeGraphModel(graph, second);
    for (const file of await readdir(first)) {
      expect(await readFile(join(first, file))).toEqual(await readFile(join(second, file)));
    }
  });

  test('has hash tables that tfjs initializes itself', async () => {
    const resource = { dtype: { type: 'DT_RESOURCE' } };
    const types = { key_dtype: { type: 'DT_STRING' }, value_dtype: { type: 'DT_FLOAT' } };
    const lookup: Graph = {
      nodes: [
        { name: 'word', op: 'Placeholder', input: [], attr: { dtype: { type: 'DT_STRING' } } },
        { name: 'table', op: 'Placeholder', input: [], attr: resource },
        { name: 'missing', op: 'Const', input: [], attr: { dtype: { type: 'DT_FLOAT' } } },
        { name: 'found', op: 'LookupTableFindV2', input: ['table', 'word', 'missing'], attr: {} },
      ],
      functions: [],
      weights: new Map([
        ['keys', bytesWeight('string', [2], Buffer.from('\x01\0\0\0a\x02\0\0\0bb'))],
        ['values', float32Weight([2], [5, 7])],
        ['missing', float32Weight([], [-1])],
      ]),
      signatures: {
        serving_default: {
          method: 'tensorflow/serving/predict',
          inputs: { word: { name: 'word:0', dtype: 'string', shape: [-1] } },
          outputs: { found: { name: 'found:0', dtype: 'float32', shape: [-1] } },
        },
      },
      initializer: {
        nodes: [
          { name: 'keys', op: 'Const', input: [], attr: { dtype: { type: 'DT_STRING' } } },
          { name: 'values', op: 'Const', input: [], attr: { dtype: { type: 'DT_FLOAT' } } },
          { name: 'vocabulary', op: 'HashTableV2', input: [], attr: types },
          { name: 'fill', op: 'LookupTableImportV2', input: ['vocabulary', 'keys', 'values'], attr: {} },
        ],
        outputs: { table: { name: 'vocabulary', resourceId: '1' } },
      },
      producer: 1,
    };
    const directory = await newDirectory();
    await writeGraphModel(lookup, directory);
    const artifacts = await readArtifacts(directory);
    expect(artifacts.initializerSignature).toMatchObject({
      outputs: { fill: { name: 'fill', resourceId: '1' } },
    });
    expect(artifacts.signature).toMatchObject({ inputs: { table: { name: 'table', resourceId: '1' } } });
    const model = await loadGraph(directory);
    const found = await model.executeAsync({ word: tensor(['bb', 'c', 'a'], [3], 'string') }, 'found:0');
    if (Array.isArray(found)) throw new Error('one output was asked for');
    expect([...found.dataSync()]).toEqual([7, -1, 5]);
  });
});

const weightsOf = fc.array(
  fc.oneof(
    fc.array(fc.float({ noNaN: true }), { maxLength: 20 }).map((v) => float32Weight([v.length], v)),
    fc.array(fc.integer(), { maxLength: 20 }).map((v) => int32Weight([v.length], v)),
    fc
      .array(fc.boolean(), { maxLength: 20 })
      .map((v) => bytesWeight('bool', [v.length], Uint8Array.from(v, Number))),
    fc
      .array(fc.uint8Array({ maxLength: 9 }), { maxLength: 4 })
      .map((strings) =>
        bytesWeight(
          'string',
          [strings.length],
          Buffer.concat(strings.map((bytes) => Buffer.from([bytes.length, 0, 0, 0, ...bytes]))),
        ),
      ),
  ),
  { maxLength: 8 },
);

describe('weights', () => {
  test('come back from tfjs as they were, whatever the size of the shards', () =>
    fc.assert(
      fc.asyncProperty(weightsOf, fc.integer({ min: 1, max: 64 }), async (weights, shardBytes) => {
        const directory = await newDirectory();
        const named = weights.map((weight, index) => ({ name: `w${index}`, weight }));
        const { shards, weightBytes } = await writeLayersModel({}, named, directory, { shardBytes });
        expect(shards.length).toBe(Math.ceil(weightBytes / shardBytes));
        for (const path of shards) {
          expect((await stat(join(directory, path))).size).toBeLessThanOrEqual(shardBytes);
        }
        const { weightData, weightSpecs } = await readArtifacts(directory);
        if (!(weightData instanceof ArrayBuffer) || weightSpecs === undefined) throw new Error('no weights');
        const decoded = io.decodeWeights(weightData, weightSpecs);
        const encoded = await io.encodeWeights(decoded);
        const original = await Promise.all(weights.map(({ read }) => read()));
        expect(new Uint8Array(encoded.data)).toEqual(new Uint8Array(Buffer.concat(original)));
        expect(Object.values(decoded).map(({ shape }) => shape)).toEqual(weights.map(({ shape }) => shape));
      }),
      { numRuns: 40 },
    ));

  test('leave no file when one of them cannot be read', async () => {
    const directory = await newDirectory();
    const broken: Weight = {
      ...float32Weight([2], [1, 2]),
      read: () => Promise.reject(new Error('the disk is gone')),
    };
    const named = [
      { name: 'a', weight: float32Weight([2], [1, 2]) },
      { name: 'b', weight: broken },
    ];
    await expect(writeLayersModel({}, named, directory)).rejects.toThrow('the disk is gone');
    expect(await readdir(directory)).toEqual([]);
  });

  test('whose length is not the declared one are refused', async () => {
    const short = { ...float32Weight([3], [1, 2]), byteLength: 12 };
    const unsized = float32Weight([3], [1, 2]);
    for (const weight of [short, unsized]) {
      const writing = writeLayersModel({}, [{ name: 'a', weight }], await newDirectory());
      await expect(writing).rejects.toThrow('weight "a"');
    }
  });

  test('are in memory one at a time', async () => {
    let held = 0;
    async function* weights() {
      for (let index = 0; index < 20; index++) {
        expect(held).toBe(0);
        const weight: Weight = {
          ...float32Weight([1000], []),
          byteLength: 4000,
          read: async () => {
            held++;
            return new Uint8Array(4000);
          },
        };
        yield { name: `w${index}`, weight };
      }
    }
    await writeLayersModel({}, weights(), await newDirectory(), {
      onProgress: () => {
        held--;
      },
    });
    expect(held).toBe(0);
  });
});
