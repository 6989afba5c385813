import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../../import/onnx/read_onnx.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import type { StoredTensor } from '../../fixtures/onnx/onnx_messages.ts';
import {
  floats,
  integers,
  subgraph,
  type WrittenGraph,
  type WrittenNode,
  writeOnnx,
} from '../../fixtures/onnx/onnx_writer.ts';

const RUNS = Number(process.env.FUZZ_CASES ?? 300);
const folder = await temporaryFolder();
let files = 0;

/** Reads a model of these bytes. @returns `read`, or the problem as a sentence */
async function importOnnx(bytes: Uint8Array, name = `model-${++files}.onnx`): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  const imported = await readOnnx(file);
  return imported.kind === 'read' ? 'read' : `${imported.kind}: ${imported.message}`;
}

const node = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: WrittenNode['attributes'] = {},
): WrittenNode => ({ op, inputs, outputs, attributes });

const X = { x: { type: 'FLOAT', shape: [1, 2, 4, 4] } } as const;

/** Round and condition before what is carried: each round doubles it. */
const BODY: WrittenGraph = {
  nodes: [node('Add', ['before', 'before'], ['after']), node('Identity', ['on'], ['still_on'])],
  inputs: {
    round: { type: 'INT64', shape: [] },
    on: { type: 'BOOL', shape: [] },
    before: { type: 'FLOAT', shape: [1, 2, 4, 4] },
  },
  outputs: ['still_on', 'after'],
};

/** Models of different parts of ONNX, each valid. */
const VALID: Readonly<Record<string, WrittenGraph>> = {
  convolution: {
    nodes: [
      node('Conv', ['x', 'w'], ['c'], {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
      }),
      node('Relu', ['c'], ['r']),
      node('Reshape', ['r', 'shape'], ['y']),
    ],
    inputs: X,
    outputs: ['y'],
    constants: {
      w: floats(
        [3, 2, 3, 3],
        Array.from({ length: 54 }, (_, index) => index / 10),
      ),
      shape: integers([2], [1, -1]),
    },
  },
  resizing: {
    nodes: [
      node('Resize', ['x', '', 'scales'], ['large'], { mode: 'linear' }),
      node('Pad', ['large', 'pads'], ['padded'], { mode: 'reflect' }),
      node('MaxPool', ['padded'], ['y', 'places'], { kernel_shape: [2, 2] }),
    ],
    inputs: X,
    outputs: ['y', 'places'],
    constants: { scales: floats([4], [1, 1, 1.5, 2]), pads: integers([8], [0, 0, 1, 1, 0, 0, 1, 1]) },
  },
  loop: {
    nodes: [node('Loop', ['rounds', '', 'x'], ['y'], { body: subgraph(BODY) })],
    inputs: { ...X, rounds: { type: 'INT64', shape: [] } },
    outputs: ['y'],
  },
  trees: {
    nodes: [
      {
        ...node('TreeEnsembleRegressor', ['x'], ['y'], {
          nodes_treeids: [0, 0, 0],
          nodes_nodeids: [0, 1, 2],
          nodes_featureids: [1, 0, 0],
          nodes_values: { floats: [0.5, 0, 0] },
          nodes_modes: { texts: ['BRANCH_LEQ', 'LEAF', 'LEAF'] },
          nodes_truenodeids: [1, 0, 0],
          nodes_falsenodeids: [2, 0, 0],
          target_treeids: [0, 0],
          target_nodeids: [1, 2],
          target_ids: [0, 0],
          target_weights: { floats: [1, 2] },
        }),
        domain: 'ai.onnx.ml',
      },
    ],
    inputs: { x: { type: 'FLOAT', shape: [-1, 2] } },
    outputs: ['y'],
  },
};

const valid = fc.constantFrom(...Object.values(VALID)).map((graph) => writeOnnx(graph));

/** Bytes that are changed, and where. */
const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });

describe('a damaged ONNX file', () => {
  test.each(Object.entries(VALID))('of a %s is read before the damage', async (_, graph) => {
    expect(await importOnnx(writeOnnx(graph))).toBe('read');
  });

  test('is refused with a sentence wherever it ends', async () => {
    await fc.assert(
      fc.asyncProperty(valid, fc.nat(), async (bytes, place) => {
        expect(await importOnnx(bytes.subarray(0, place % bytes.length), 'cut.onnx')).toMatch(
          /^(malformed|unsupported): .*cut\.onnx: .|^read$/,
        );
      }),
      { numRuns: RUNS },
    );
  });

  test('is read or refused with a sentence whatever its bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(valid, changes, async (bytes, changed) => {
        const damaged = Uint8Array.from(bytes);
        for (const [place, value] of changed) damaged[place % damaged.length] = value;
        expect(await importOnnx(damaged, 'changed.onnx')).toMatch(
          /^(malformed|unsupported): .*changed\.onnx: .|^read$/,
        );
      }),
      { numRuns: RUNS },
    );
  });
});

const identity = (constant: StoredTensor): WrittenGraph => ({
  nodes: [node('Add', ['x', 'c'], ['y'])],
  inputs: { x: { type: 'FLOAT', shape: [4] } },
  outputs: ['y'],
  constants: { c: constant },
});

describe('a hostile graph', () => {
  test.each([
    [[2 ** 40], /is too large/],
    [[2 ** 20, 2 ** 20, 2 ** 20], /is too large/],
    [[-1], /has the shape \[-1\]/],
    [[2 ** 28], /has 1 values and its shape needs 268435456/],
  ])('has a constant of the shape %j', async (shape, reason) => {
    expect(await importOnnx(writeOnnx(identity(floats(shape, [1]))))).toMatch(reason);
  });

  test('reads what comes after it', async () => {
    const nodes = [node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b'])];
    const graph: WrittenGraph = { nodes, inputs: {}, outputs: ['b'] };
    expect(await importOnnx(writeOnnx(graph))).toMatch(/reads "b", which no node before it gives/);
  });

  test('has a function that calls itself', async () => {
    const call: WrittenNode = { op: 'again', domain: 'own', inputs: ['x'], outputs: ['y'] };
    const functions = [{ name: 'again', inputs: ['x'], outputs: ['y'], nodes: [call] }];
    const bytes = writeOnnx({ nodes: [call], inputs: X, outputs: ['y'] }, { functions });
    expect(await importOnnx(bytes)).toMatch(/more than 32 deep/);
  });

  test('has a slice of steps of zero', async () => {
    const graph: WrittenGraph = {
      nodes: [node('Slice', ['x', 'zero', 'end', 'zero', 'zero'], ['y'])],
      inputs: X,
      outputs: ['y'],
      constants: { zero: integers([1], [0]), end: integers([1], [4]) },
    };
    expect(await importOnnx(writeOnnx(graph))).toMatch(/malformed: .*operation Slice .*has a step of 0/);
  });

  test('has functions that call each other twice', async () => {
    const call = (name: string, from: string, to: string): WrittenNode => ({
      op: name,
      domain: 'own',
      inputs: [from],
      outputs: [to],
    });
    const functions = Array.from({ length: 30 }, (_, index) => ({
      name: `f${index}`,
      inputs: ['x'],
      outputs: ['y'],
      nodes:
        index === 0
          ? [node('Relu', ['x'], ['y'])]
          : [call(`f${index - 1}`, 'x', 'between'), call(`f${index - 1}`, 'between', 'y')],
    }));
    const bytes = writeOnnx({ nodes: [call('f29', 'x', 'y')], inputs: X, outputs: ['y'] }, { functions });
    expect(await importOnnx(bytes)).toMatch(/more than 250000 nodes/);
  });

  test('has loops within loops that would be written out', async () => {
    const nested = (depth: number): WrittenGraph =>
      depth === 0
        ? BODY
        : {
            ...BODY,
            nodes: [
              node('Loop', ['rounds', '', 'before'], ['after'], { body: subgraph(nested(depth - 1)) }),
              node('Identity', ['on'], ['still_on']),
            ],
          };
    const graph: WrittenGraph = {
      nodes: [node('Loop', ['rounds', '', 'x'], ['y'], { body: subgraph(nested(6)) })],
      inputs: X,
      outputs: ['y'],
      constants: { rounds: integers([], [64]) },
    };
    expect(await importOnnx(writeOnnx(graph))).toMatch(/more than 250000 nodes/);
  });

  test('has a thousand graphs within each other', async () => {
    let inner: WrittenGraph = { nodes: [node('Relu', ['x'], ['y'])], inputs: {}, outputs: ['y'] };
    for (let depth = 0; depth < 1000; depth++) {
      const branches = { then_branch: subgraph(inner), else_branch: subgraph({ ...inner, nodes: [] }) };
      inner = { nodes: [node('If', ['on'], ['y'], branches)], inputs: {}, outputs: ['y'] };
    }
    const inputs = { ...X, on: { type: 'BOOL', shape: [] } } as const;
    expect(await importOnnx(writeOnnx({ ...inner, inputs }))).toMatch(/^(malformed|unsupported): ./);
  });

  test('has a million nodes', async () => {
    const nodes = Array.from({ length: 1_000_000 }, (_, index) =>
      node('Relu', [index === 0 ? 'x' : `v${index - 1}`], [`v${index}`]),
    );
    const bytes = writeOnnx({ nodes, inputs: X, outputs: ['v999999'] });
    expect(await importOnnx(bytes)).toMatch(/^unsupported: .*more than/);
  });

  test.each([
    ['TopK', { k: 2 ** 40 }],
    ['Split', { num_outputs: 2 ** 31 }],
    ['DepthToSpace', { blocksize: 0 }],
    ['SpaceToDepth', { blocksize: 2 ** 31 }],
    ['LRN', { size: 2 ** 31 }],
    ['AveragePool', { kernel_shape: [2 ** 31, 2 ** 31] }],
    ['MaxPool', { kernel_shape: [1, 1], dilations: [2 ** 40, 2 ** 40] }],
    ['Transpose', { perm: [0, 0, 0, 0] }],
    ['Flatten', { axis: -99 }],
    ['Softmax', { axis: 2 ** 31 }],
    ['Unsqueeze', { axes: [2 ** 31] }],
    ['Pad', { mode: 'reflect', pads: [0, 0, 2 ** 31, 0, 0, 0, 0, 0] }],
    ['Upsample', { scales: { floats: [1, 1, 1e9, 1e9] } }],
  ] as const)('has an operation %s with %j', async (op, attributes) => {
    const graph: WrittenGraph = { nodes: [node(op, ['x'], ['y'], attributes)], inputs: X, outputs: ['y'] };
    for (const version of [7, 9, 21]) {
      expect(await importOnnx(writeOnnx(graph, { opsets: { '': version } }))).toMatch(
        /^(malformed|unsupported): .*operation|^read$/,
      );
    }
  });
});
