import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTemporaryDirectory } from '../../../scripts/files/temporary_directory.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { type Fields, int8, int32, int32s, table, tables, uint8 } from '../../fixtures/models/flatbuffer.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { type FileGraph, type FileTensor, writeTflite } from '../../fixtures/models/tflite_model.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

let published = 0;
async function outputOf(graph: FileGraph, x: readonly number[]): Promise<readonly unknown[] | undefined> {
  const model = `constants_${published++}`;
  await withTemporaryDirectory(async (directory) => {
    const file = path.join(directory, 'model.tflite');
    await writeFile(file, writeTflite([graph]));
    return publishModel(edge.store, file, model, '1');
  });
  const shape = graph.tensors[0]?.shape ?? [];
  const answer = await infer(edge.isolates[0], model, { x: { shape, datatype: 'FP32', data: x } });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.outputs.y?.data;
}

const floats = (name: string, shape: readonly number[], values?: readonly number[]): FileTensor => ({
  name,
  type: 'FLOAT32',
  shape,
  ...(values === undefined ? {} : { values }),
});

/** One row times weights [filters, inputs]. */
function product(inputs: number, filters: number, weights: FileTensor): FileGraph {
  return {
    tensors: [floats('x', [1, inputs]), weights, floats('y', [1, filters])],
    inputs: [0],
    outputs: [2],
    operators: [
      { op: 'FULLY_CONNECTED', inputs: [0, 1], outputs: [2], options: ['FullyConnectedOptions', []] },
    ],
  };
}

describe('the weights of a network of floats', () => {
  test('of half precision, behind an operation that widens them', async () => {
    const graph: FileGraph = {
      tensors: [
        floats('x', [1, 2]),
        // 1.5, -2, 0.25 and 65504, as IEEE 754 has them in 16 bits.
        {
          name: 'half',
          type: 'FLOAT16',
          shape: [2, 2],
          raw: Uint8Array.of(0x00, 0x3e, 0x00, 0xc0, 0x00, 0x34, 0xff, 0x7b),
        },
        floats('weights', [2, 2]),
        floats('y', [1, 2]),
      ],
      inputs: [0],
      outputs: [3],
      operators: [
        { op: 'DEQUANTIZE', inputs: [1], outputs: [2] },
        { op: 'FULLY_CONNECTED', inputs: [0, 2], outputs: [3], options: ['FullyConnectedOptions', []] },
      ],
    };
    expect(await outputOf(graph, [2, 3])).toEqual([2 * 1.5 - 3 * 2, 0.5 + 3 * 65504]);
  });

  test('of eight bits, with a scale for each filter', async () => {
    const weights: FileTensor = {
      name: 'weights',
      type: 'INT8',
      shape: [2, 2],
      values: [100, -50, 3, 4],
      scale: [0.5, 0.25],
    };
    expect(await outputOf(product(2, 2, weights), [2, 3])).toEqual([0.5 * (200 - 150), 0.25 * (6 + 12)]);
  });

  test('of eight bits, behind an operation that makes floats of them', async () => {
    const graph: FileGraph = {
      tensors: [
        floats('x', [1, 2]),
        { name: 'codes', type: 'UINT8', shape: [2, 2], values: [110, 130, 0, 255], scale: 0.5, zero: 120 },
        floats('weights', [2, 2]),
        floats('y', [1, 2]),
      ],
      inputs: [0],
      outputs: [3],
      operators: [
        { op: 'DEQUANTIZE', inputs: [1], outputs: [2] },
        { op: 'FULLY_CONNECTED', inputs: [0, 2], outputs: [3], options: ['FullyConnectedOptions', []] },
      ],
    };
    expect(await outputOf(graph, [2, 1])).toEqual([-10 + 5, -120 + 67.5]);
  });

  test('of four bits, two in a byte, the first in the lower half', async () => {
    const weights: FileTensor = {
      name: 'weights',
      type: 'INT4',
      shape: [1, 3],
      raw: Uint8Array.of(0x87, 0x03),
      scale: 2,
    };
    expect(await outputOf(product(3, 1, weights), [1, 10, 100])).toEqual([2 * (7 - 80 + 300)]);
  });
});

/** Positions that are all there, or those that lists name. Source: DimensionMetadata of schema.fbs. */
const dense = (size: number): Fields => [int8(0), int32(size)];
const sparse = (segments: readonly number[], indices: readonly number[]): Fields => [
  int8(1),
  undefined,
  uint8(1),
  table([int32s(segments)]),
  uint8(1),
  table([int32s(indices)]),
];

describe('sparse weights', () => {
  // The matrix is [[1, 0, 0, 2], [0, 3, 0, 0]].
  const row = [1, 10, 100, 1000];
  const answer = [1 + 2000, 30];

  test('that name the columns of each row', async () => {
    const weights: FileTensor = {
      name: 'weights',
      type: 'FLOAT32',
      shape: [2, 4],
      values: [1, 2, 3],
      sparsity: [int32s([0, 1]), undefined, tables([dense(2), sparse([0, 2, 3], [0, 3, 1])])],
    };
    expect(await outputOf(product(4, 2, weights), row)).toEqual(answer);
  });

  test('that name blocks, which are whole', async () => {
    // Blocks of two columns: both of the first row, and the first of the second.
    const weights: FileTensor = {
      name: 'weights',
      type: 'FLOAT32',
      shape: [2, 4],
      values: [1, 0, 0, 2, 0, 3],
      sparsity: [int32s([0, 1, 2]), int32s([1]), tables([dense(2), sparse([0, 2, 3], [0, 1, 0]), dense(2)])],
    };
    expect(await outputOf(product(4, 2, weights), row)).toEqual(answer);
  });

  test('that name columns which there are not are refused', async () => {
    const weights: FileTensor = {
      name: 'weights',
      type: 'FLOAT32',
      shape: [2, 4],
      values: [1, 2, 3],
      sparsity: [int32s([0, 1]), undefined, tables([dense(2), sparse([0, 2, 3], [0, 4, 1])])],
    };
    await expect(outputOf(product(4, 2, weights), row)).rejects.toThrow(
      /tensor 1 \("weights"\): its sparse form does not fit its shape \[2,4\]/,
    );
  });
});

describe('a network of floats', () => {
  test('convolves and activates', async () => {
    const graph: FileGraph = {
      tensors: [
        floats('x', [1, 2, 2, 1]),
        floats('weights', [2, 1, 2, 1], [1, 2, -1, 1]),
        floats('bias', [2], [0.5, -0.5]),
        floats('y', [1, 2, 1, 2]),
      ],
      inputs: [0],
      outputs: [3],
      operators: [
        // Padding VALID, strides 1, RELU6.
        {
          op: 'CONV_2D',
          inputs: [0, 1, 2],
          outputs: [3],
          options: ['Conv2DOptions', [int8(1), int32(1), int32(1), int8(3)]],
        },
      ],
    };
    expect(await outputOf(graph, [1, 2, -3, 5])).toEqual([5.5, 0.5, 6, 6]);
  });

  test('convolves over three dimensions of space', async () => {
    const graph: FileGraph = {
      tensors: [
        floats('x', [1, 2, 2, 2, 1]),
        floats('weights', [2, 2, 1, 1, 1], [1, 10, 100, 1000]),
        floats('y', [1, 1, 1, 2, 1]),
      ],
      inputs: [0],
      outputs: [2],
      operators: [
        {
          op: 'CONV_3D',
          inputs: [0, 1],
          outputs: [2],
          options: ['Conv3DOptions', [int8(1), int32(1), int32(1), int32(1)]],
        },
      ],
    };
    expect(await outputOf(graph, [1, 2, 3, 4, 5, 6, 7, 8])).toEqual([7531, 8642]);
  });

  test('takes the root of the average of squares', async () => {
    const graph: FileGraph = {
      tensors: [floats('x', [1, 2, 2, 1]), floats('y', [1, 1, 1, 1])],
      inputs: [0],
      outputs: [1],
      operators: [
        {
          op: 'L2_POOL_2D',
          inputs: [0],
          outputs: [1],
          options: ['Pool2DOptions', [int8(1), int32(2), int32(2), int32(2), int32(2)]],
        },
      ],
    };
    expect(await outputOf(graph, [1, 1, 5, 3])).toEqual([3]);
  });
});
