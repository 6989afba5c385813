import { describe, expect, test } from 'vitest';
import type { Graph, GraphFunction, GraphNode, NodeAttribute } from '../../../import/graph/graph.ts';
import { openModel } from '../../../import/open_model.ts';
import { LEAST_INPUTS } from '../../../import/operations/input_counts.ts';
import { findMalformedNode } from '../../../import/operations/malformed_nodes.ts';
import { EXECUTED_OPERATIONS } from '../../../import/operations/supported_operations.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { writeGraph } from '../../fixtures/models/write_graph.ts';

const folder = await temporaryFolder();

const node = (
  name: string,
  op: string,
  input: readonly string[] = [],
  attr: Record<string, NodeAttribute> = {},
): GraphNode => ({ name, op, input, attr });

const X = node('x', 'Placeholder');

function graphOf(nodes: readonly GraphNode[], output = 'x', functions: readonly GraphFunction[] = []): Graph {
  return {
    nodes,
    functions,
    weights: new Map(),
    signatures: {
      serving_default: {
        method: 'tensorflow/serving/predict',
        inputs: { x: { name: 'x:0', dtype: 'float32', shape: null } },
        outputs: { y: { name: output, dtype: 'float32', shape: null } },
      },
    },
    producer: 1,
  };
}

test('the count of inputs is known of every executed operation', () => {
  expect([...EXECUTED_OPERATIONS].filter((operation) => !LEAST_INPUTS.has(operation))).toEqual([]);
  expect([...LEAST_INPUTS.keys()].filter((operation) => !EXECUTED_OPERATIONS.has(operation))).toEqual([]);
});

describe('a node is refused', () => {
  test.each<[string, GraphNode]>([
    ['node "n" (AddV2) has 1 input, and it needs 2', node('n', 'AddV2', ['x'])],
    ['node "n" (Relu) has 0 inputs, and it needs 1', node('n', 'Relu')],
    ['node "n" (Relu) has 0 inputs, and it needs 1', node('n', 'Relu', ['^x'])],
    ['node "n" (ConcatV2) has 1 input, and it needs 2', node('n', 'ConcatV2', ['x'])],
    ['node "n" (BlockLSTM) has 2 inputs, and it needs 9', node('n', 'BlockLSTM', ['x', 'x'])],
    ['node "n" (Relu) takes "z:1", which does not exist', node('n', 'Relu', ['z:1'])],
    ['node "n" (Relu) takes "x:-1", which does not exist', node('n', 'Relu', ['x:-1'])],
    [
      'node "n" (Relu) takes output 1 of node "x" (Placeholder), which has 1 output, counted from 0',
      node('n', 'Relu', ['x:1']),
    ],
  ])('%s', (message, malformed) => {
    expect(findMalformedNode(graphOf([X, malformed], 'n'))).toBe(message);
  });

  test.each<[op: string, count: number, attr?: Record<string, NodeAttribute>]>([
    ['TopKV2', 2],
    ['FusedBatchNormV3', 6],
    ['Unpack', 3, { num: { i: '3' } }],
    ['DynamicPartition', 4, { num_partitions: { i: '4' } }],
    ['IdentityN', 2, { T: { list: { type: ['DT_FLOAT', 'DT_INT32'] } } }],
    ['SparseSplit', 6, { num_split: { i: '2' } }],
    ['SparseCross', 3],
  ])('that reads more outputs than %s has: %i', (op, count, attr = {}) => {
    const many = node('many', op, Array<string>(LEAST_INPUTS.get(op) ?? 0).fill('x'), attr);
    const reading = (index: number) =>
      findMalformedNode(graphOf([X, many, node('n', 'Relu', [`many:${index}`])]));
    expect(reading(count - 1)).toBeUndefined();
    expect(reading(count)).toBe(
      `node "n" (Relu) takes output ${count} of node "many" (${op}), which has ${count} outputs, counted from 0`,
    );
  });

  test('that a signature reads beyond its outputs', () => {
    expect(findMalformedNode(graphOf([X, node('n', 'Relu', ['x'])], 'n:2'))).toBe(
      'signature "serving_default": output "y" is output 2 of node "n" (Relu), which has 1 output, counted from 0',
    );
  });

  test('in a function, which knows its arguments', () => {
    const withBody = (body: readonly GraphNode[], result: string) =>
      findMalformedNode(
        graphOf([X], 'x', [
          {
            name: 'f',
            inputs: [{ name: 'a', type: 'DT_FLOAT' }],
            outputs: [],
            nodes: body,
            results: { r: result },
          },
        ]),
      );
    expect(withBody([node('n', 'Relu', ['a'])], 'n:activations:0')).toBeUndefined();
    expect(withBody([node('n', 'Relu', ['b'])], 'n')).toBe(
      'function "f": node "n" (Relu) takes "b", which does not exist',
    );
    expect(withBody([node('n', 'Sub', ['a'])], 'n')).toBe(
      'function "f": node "n" (Sub) has 1 input, and it needs 2',
    );
    expect(withBody([node('n', 'Relu', ['a'])], 'm:0')).toBe(
      'function "f": its result "r" is "m:0", which does not exist',
    );
  });
});

test('a node whose value the request sends needs no inputs', () => {
  expect(findMalformedNode(graphOf([node('x', 'Relu')]))).toBeUndefined();
});

test('a file with such a node is not imported', async () => {
  const directory = await writeGraph(
    [{ name: 'x', dtype: 'DT_FLOAT', shape: [-1] }],
    [{ name: 'y', op: 'AddV2', input: ['x'], attr: { T: { type: 'DT_FLOAT' } } }],
    [{ name: 'y', dtype: 'DT_FLOAT', shape: [-1] }],
  );
  const imported = await openModel(directory, { temporaryDirectory: folder });
  expect(imported).toEqual({
    kind: 'malformed',
    message: `${directory}: node "y" (AddV2) has 1 input, and it needs 2`,
  });
});
