import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishDirectory } from '../fixtures/models/publish_directory.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge.stop());

const DTYPES = { text: 'DT_STRING', count: 'DT_INT32', flag: 'DT_BOOL', ratio: 'DT_FLOAT' } as const;
const placeholder = (name: string, type: string) => ({
  name,
  op: 'Placeholder',
  attr: { dtype: { type }, shape: { shape: { unknownRank: true } } },
});
const constant = (name: string, type: string) => ({
  name,
  op: 'Const',
  attr: { dtype: { type }, value: { tensor: { dtype: type, tensorShape: {} } } },
});

async function writeModel(json: Record<string, unknown>, weights: Uint8Array[]): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-tensors-'));
  await writeFile(path.join(directory, 'model.json'), JSON.stringify({ format: 'graph-model', ...json }));
  for (const [index, bytes] of weights.entries())
    await writeFile(path.join(directory, `${index}.bin`), bytes);
  return directory;
}

const topology = (node: unknown[]) => ({ node, library: {}, versions: { producer: 1 } });

/** Returns every input as an output of the same dtype. */
function echo(where: 'top level' | 'userDefinedMetadata' | 'nowhere'): Promise<string> {
  const tensor = (name: string, dtype: string) => ({ name, dtype, tensorShape: { unknownRank: true } });
  const types = Object.entries(DTYPES);
  const signature = {
    inputs: Object.fromEntries(types.map(([name, type]) => [name, tensor(`${name}:0`, type)])),
    outputs: Object.fromEntries(types.map(([name, type]) => [`${name}_out`, tensor(`${name}_out:0`, type)])),
  };
  const node = [
    ...types.map(([name, type]) => placeholder(name, type)),
    ...types.map(([name, type]) => ({
      name: `${name}_out`,
      op: 'Identity',
      input: [name],
      attr: { T: { type } },
    })),
  ];
  return writeModel(
    {
      modelTopology: topology(node),
      weightsManifest: [],
      ...(where === 'top level' ? { signature } : {}),
      ...(where === 'userDefinedMetadata' ? { userDefinedMetadata: { signature } } : {}),
    },
    [],
  );
}

describe('tensors of every dtype', () => {
  const row = { text: 'née', count: -7, flag: true, ratio: 0.1 };

  test('are read and written, in rows and in columns', async () => {
    await publishDirectory(edge.store, await echo('top level'), 'echo', '1');
    const rows = await ask(edge.isolates[0], '/v1/models/echo:predict', {
      instances: [row, { ...row, text: '' }],
    });
    expect(rows.body).toEqual({
      predictions: [
        { text_out: 'née', count_out: -7, flag_out: true, ratio_out: 0.1 },
        { text_out: '', count_out: -7, flag_out: true, ratio_out: 0.1 },
      ],
    });
    const inputs = {
      text: [['a'], [{ b64: 'AP/+' }]],
      count: [1, -2147483648, 2147483647],
      flag: [[true, false]],
      ratio: [[[0.5]]],
    };
    const columns = await ask(edge.isolates[0], '/v1/models/echo:predict', { inputs });
    expect(columns.body).toMatchObject({
      outputs: { count_out: inputs.count, flag_out: inputs.flag, ratio_out: inputs.ratio },
    });
  });

  test.each(['userDefinedMetadata', 'nowhere'] as const)(
    'of a model whose signature is in: %s',
    async (where) => {
      const model = `signature_${where}`;
      await publishDirectory(edge.store, await echo(where), model, '1');
      const answer = await ask(edge.isolates[0], `/v1/models/${model}:predict`, { instances: [row] });
      expect(answer.body).toEqual({
        predictions: [{ text_out: 'née', count_out: -7, flag_out: true, ratio_out: 0.1 }],
      });
    },
  );
});

describe('weights', () => {
  test('of every dtype and quantization, over any number of shards, come out as they were', async () => {
    const weights = [
      { name: 'plain', dtype: 'float32', shape: [2] },
      { name: 'eight', dtype: 'float32', shape: [3], quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      { name: 'sixteen', dtype: 'int32', shape: [2], quantization: { dtype: 'uint16', scale: 2, min: 1 } },
      { name: 'half', dtype: 'float32', shape: [2], quantization: { dtype: 'float16' } },
      { name: 'words', dtype: 'string', shape: [2] },
      { name: 'nothing', dtype: 'float32', shape: [0] },
      { name: 'flags', dtype: 'bool', shape: [2] },
    ] as const;
    const bytes = Buffer.concat([
      Buffer.from(Float32Array.of(1.25, -2).buffer),
      Buffer.from([0, 2, 255]),
      Buffer.from(Uint16Array.of(0, 65535).buffer),
      Buffer.from(Uint16Array.of(0x3c00, 0xc500).buffer),
      Buffer.from([2, 0, 0, 0, 0x6f, 0x6b, 0, 0, 0, 0]),
      Buffer.from([1, 0]),
    ]);
    // Shards of five bytes, so that every weight is split.
    const shards = Array.from({ length: Math.ceil(bytes.length / 5) }, (_, index) =>
      bytes.subarray(index * 5, index * 5 + 5),
    );
    const type = { float32: 'DT_FLOAT', int32: 'DT_INT32', string: 'DT_STRING', bool: 'DT_BOOL' } as const;
    const directory = await writeModel(
      {
        modelTopology: topology([
          placeholder('x', 'DT_FLOAT'),
          { name: 'x_out', op: 'Identity', input: ['x'], attr: {} },
          ...weights.map(({ name, dtype }) => constant(name, type[dtype])),
          ...weights.map(({ name }) => ({ name: `${name}_out`, op: 'Identity', input: [name], attr: {} })),
        ]),
        signature: {
          inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: { unknownRank: true } } },
          outputs: Object.fromEntries(
            weights.map(({ name, dtype }) => [
              name,
              { name: `${name}_out:0`, dtype: type[dtype], tensorShape: { unknownRank: true } },
            ]),
          ),
        },
        weightsManifest: [{ paths: shards.map((_, index) => `${index}.bin`), weights }],
      },
      shards,
    );
    await publishDirectory(edge.store, directory, 'weights', '1');
    const answer = await ask(edge.isolates[0], '/v1/models/weights:predict', { inputs: [0] });
    expect(answer.body).toEqual({
      outputs: {
        plain: [1.25, -2],
        eight: [-1, 0, 126.5],
        sixteen: [1, 131071],
        half: [1, -5],
        words: ['ok', ''],
        nothing: [],
        flags: [true, false],
      },
    });
  });
});
