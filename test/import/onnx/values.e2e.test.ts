import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTemporaryDirectory } from '../../../scripts/files/temporary_directory.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { floats, integers, type WrittenGraph, writeOnnx } from '../../fixtures/onnx/onnx_writer.ts';
import { infer, type RawTensor } from '../../fixtures/requests/raw_inference.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

const FP32 = (shape: number[], data: number[]): RawTensor => ({ shape, datatype: 'FP32', data });
const INT32 = (shape: number[], data: number[]): RawTensor => ({ shape, datatype: 'INT32', data });

interface Case {
  readonly title: string;
  readonly graph: WrittenGraph;
  readonly opset?: number;
  readonly given: Readonly<Record<string, RawTensor>>;
  readonly wanted: RawTensor;
}

const sums = (op: string, title: string, data: number[], sum: number): Case => ({
  title,
  opset: 17,
  graph: {
    nodes: [{ op, inputs: ['x'], outputs: ['y'], attributes: { keepdims: 0 } }],
    inputs: { x: { type: 'INT64', shape: [-1] } },
    outputs: ['y'],
  },
  given: { x: INT32([data.length], data) },
  wanted: INT32([], [sum]),
});

const CASES: readonly Case[] = [
  {
    title: 'an element that two windows found is put back once',
    graph: {
      nodes: [
        {
          op: 'MaxUnpool',
          inputs: ['x', 'places'],
          outputs: ['y'],
          attributes: { kernel_shape: [1, 2], strides: [1, 1] },
        },
      ],
      inputs: { x: { type: 'FLOAT', shape: [1, 1, 1, 2] } },
      outputs: ['y'],
      constants: { places: integers([1, 1, 1, 2], [1, 1]) },
    },
    given: { x: FP32([1, 1, 1, 2], [5, 5]) },
    wanted: FP32([1, 1, 1, 3], [0, 5, 0]),
  },
  {
    title: 'a recurrent node whose input has three open sizes',
    graph: {
      nodes: [
        {
          op: 'RNN',
          inputs: ['x', 'w', 'r'],
          outputs: ['y'],
          attributes: { hidden_size: 1, activations: { texts: ['Relu'] } },
        },
      ],
      inputs: { x: { type: 'FLOAT', shape: [-1, -1, -1] } },
      outputs: ['y'],
      constants: { w: floats([1, 1, 2], [10, 1]), r: floats([1, 1, 1], [2]) },
    },
    given: { x: FP32([2, 3, 2], [1, 2, 3, 4, 5, 6, 0, 0, 0, 1, -9, 0]) },
    wanted: FP32([2, 1, 3, 1], [12, 34, 56, 24, 69, 22]),
  },
  {
    title: 'a recurrent node whose weights have open sizes',
    graph: {
      nodes: [
        {
          op: 'RNN',
          inputs: ['x', 'w', 'r'],
          outputs: ['y'],
          attributes: { hidden_size: 2, activations: { texts: ['Relu'] } },
        },
      ],
      inputs: { x: { type: 'FLOAT', shape: [-1, -1, -1] }, w: { type: 'FLOAT', shape: [1, -1, -1] } },
      outputs: ['y'],
      constants: { r: floats([1, 2, 2], [0, 0, 0, 0]) },
    },
    given: { x: FP32([2, 1, 3], [1, 2, 3, 4, 5, 6]), w: FP32([1, 2, 3], [100, 10, 1, 1, 0, 0]) },
    wanted: FP32([2, 1, 1, 2], [123, 1, 456, 4]),
  },
  {
    title: 'the limit of an LSTM bounds its gates and not its state',
    graph: {
      nodes: [
        {
          op: 'LSTM',
          inputs: ['x', 'w', 'r'],
          outputs: ['y'],
          attributes: {
            hidden_size: 1,
            clip: { float: 1 },
            activations: { texts: ['Relu', 'Relu', 'Relu'] },
          },
        },
      ],
      inputs: { x: { type: 'FLOAT', shape: [3, 1, 1] } },
      outputs: ['y'],
      constants: { w: floats([1, 4, 1], [5, 5, 5, 5]), r: floats([1, 4, 1], [0, 0, 0, 0]) },
    },
    given: { x: FP32([3, 1, 1], [1, 1, 1]) },
    wanted: FP32([3, 1, 1, 1], [1, 2, 3]),
  },
  {
    title: 'a slice to the end, as old exporters write it',
    opset: 9,
    graph: {
      nodes: [
        {
          op: 'Slice',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { starts: [1], ends: [2 ** 63 - 1024] },
        },
      ],
      inputs: { x: { type: 'FLOAT', shape: [-1] } },
      outputs: ['y'],
    },
    given: { x: FP32([3], [1, 2, 3]) },
    wanted: FP32([2], [2, 3]),
  },
  sums('ReduceLogSum', 'the logarithm of a sum of integers is cut off', [15, 5], 2),
  sums('ReduceLogSumExp', 'so is that of exponentials', [1, 1], 1),
  sums('ReduceL2', 'and a root', [2, 2], 2),
];

test.each(CASES.map((each, index) => ({ ...each, model: `case${index}` })))(
  '$title',
  async ({ graph, opset = 20, given, wanted, model }) => {
    await withTemporaryDirectory(async (directory) => {
      const file = path.join(directory, 'model.onnx');
      await writeFile(file, writeOnnx(graph, { opsets: { '': opset } }));
      await publishModel(edge.store, file, model, '1');
    });
    // The executor answers first; then a plan is recorded, proven and used.
    for (let round = 0; round < 3; round++) {
      expect(await infer(edge.isolates[0], model, given)).toEqual({
        kind: 'answered',
        outputs: { y: wanted },
      });
    }
  },
);

test.each([
  ['UINT8', [0, 255], [256, -1]],
  ['INT16', [-32768, 32767], [-32769, 32768]],
  ['UINT32', [0, 2 ** 31 - 1], [-1]],
] as const)('%s takes no integer beyond its range, which the metadata says', async (type, range, beyond) => {
  const model = `range-${type.toLowerCase()}`;
  await withTemporaryDirectory(async (directory) => {
    const file = path.join(directory, 'model.onnx');
    const graph: WrittenGraph = {
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'], attributes: {} }],
      inputs: { x: { type, shape: [-1] } },
      outputs: ['y'],
    };
    await writeFile(file, writeOnnx(graph, { opsets: { '': 20 } }));
    await publishModel(edge.store, file, model, '1');
  });
  const ask = (value: number) => infer(edge.isolates[0], model, { x: INT32([1], [value]) });
  for (const value of range) {
    expect(await ask(value)).toEqual({ kind: 'answered', outputs: { y: INT32([1], [value]) } });
  }
  const [minimum, maximum] = range;
  const metadata = await fetch(new URL(`/v2/models/${model}`, edge.isolates[0]));
  expect(await metadata.json()).toMatchObject({ inputs: [{ parameters: { minimum, maximum } }] });
  for (const value of beyond) {
    expect(await ask(value)).toMatchObject({
      kind: 'refused',
      status: 400,
      message: expect.stringContaining(`input x: ${value} is not from`),
    });
  }
});
