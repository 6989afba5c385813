import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { int8, int32, text } from '../../../fixtures/models/flatbuffer.ts';
import { floats, integers, texts } from './cases/operator_case.ts';
import { expectAnswers } from './expect_answers.ts';
import { namedGraph } from './named_graph.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

const FLOAT = (...shape: number[]) => ({ type: 'FLOAT32', shape }) as const;
const INT = (...shape: number[]) => ({ type: 'INT32', shape }) as const;
const RESOURCE = { type: 'RESOURCE', shape: [] } as const;

/** A graph that gives nothing and prepares tables and variables. */
const table = ['HashtableOptions', [int32(7), int8(5), int8(4)]] as const;
const variable = ['VarHandleOptions', [text('box'), text('weight')]] as const;

describe('tables and variables', () => {
  test('tables have the contents that the file fills them with', async () => {
    const main = namedGraph({
      tensors: {
        words: { type: 'STRING', shape: [3] },
        handle: RESOURCE,
        unknown: { type: 'INT64', shape: [], values: [-1] },
        numbers: { type: 'INT64', shape: [3] },
        size: { type: 'INT64', shape: [1] },
      },
      inputs: ['words'],
      outputs: ['numbers', 'size'],
      operators: [
        { op: 'CALL_ONCE', options: ['CallOnceOptions', [int32(1)]], inputs: [], outputs: [] },
        { op: 'HASHTABLE', options: table, inputs: [], outputs: ['handle'] },
        { op: 'HASHTABLE_FIND', inputs: ['handle', 'words', 'unknown'], outputs: ['numbers'] },
        { op: 'HASHTABLE_SIZE', inputs: ['handle'], outputs: ['size'] },
      ],
    });
    const preparation = namedGraph({
      tensors: {
        handle: RESOURCE,
        keys: { type: 'STRING', shape: [2], values: ['cat', 'bird'] },
        values: { type: 'INT64', shape: [2], values: [10, 20] },
      },
      inputs: [],
      outputs: [],
      operators: [
        { op: 'HASHTABLE', options: table, inputs: [], outputs: ['handle'] },
        { op: 'HASHTABLE_IMPORT', inputs: ['handle', 'keys', 'values'], outputs: [] },
      ],
    });
    await expectAnswers(edge, [main, preparation], {
      given: { words: texts([3], ['bird', 'fish', 'cat']) },
      wanted: { numbers: integers([3], [20, -1, 10]), size: integers([1], [2]) },
    });
  });

  test('variables begin anew with every request, also in a branch', async () => {
    const main = namedGraph({
      tensors: {
        condition: { type: 'BOOL', shape: [] },
        x: FLOAT(2),
        handle: RESOURCE,
        before: FLOAT(2),
        sum: FLOAT(2),
        after: FLOAT(2),
        product: FLOAT(2),
      },
      inputs: ['condition', 'x'],
      outputs: ['after', 'product'],
      operators: [
        { op: 'CALL_ONCE', options: ['CallOnceOptions', [int32(1)]], inputs: [], outputs: [] },
        {
          op: 'IF',
          options: ['IfOptions', [int32(2), int32(3)]],
          inputs: ['condition', 'x'],
          outputs: ['product'],
        },
        { op: 'VAR_HANDLE', options: variable, inputs: [], outputs: ['handle'] },
        { op: 'READ_VARIABLE', inputs: ['handle'], outputs: ['before'] },
        { op: 'ADD', inputs: ['before', 'x'], outputs: ['sum'] },
        { op: 'ASSIGN_VARIABLE', inputs: ['handle', 'sum'], outputs: [] },
        { op: 'READ_VARIABLE', inputs: ['handle'], outputs: ['after'] },
      ],
    });
    const preparation = namedGraph({
      tensors: { handle: RESOURCE, value: { ...FLOAT(2), values: [3, 4] } },
      inputs: [],
      outputs: [],
      operators: [
        { op: 'VAR_HANDLE', options: variable, inputs: [], outputs: ['handle'] },
        { op: 'ASSIGN_VARIABLE', inputs: ['handle', 'value'], outputs: [] },
      ],
    });
    const branch = (op: string) =>
      namedGraph({
        tensors: { x: FLOAT(2), handle: RESOURCE, value: FLOAT(2), result: FLOAT(2) },
        inputs: ['x'],
        outputs: ['result'],
        operators: [
          { op: 'VAR_HANDLE', options: variable, inputs: [], outputs: ['handle'] },
          { op: 'READ_VARIABLE', inputs: ['handle'], outputs: ['value'] },
          { op, inputs: ['x', 'value'], outputs: ['result'] },
        ],
      });
    await expectAnswers(edge, [main, preparation, branch('MUL'), branch('SUB')], {
      given: { condition: { type: 'BOOL', shape: [], values: [1] }, x: floats([2], [10, 20]) },
      wanted: { after: floats([2], [13, 24]), product: floats([2], [30, 80]) },
    });
  });
});

describe('sizes of requests', () => {
  test.each([1, 3])('a batch of %i keeps its size through a reshape by what is packed', async (batch) => {
    const graph = namedGraph({
      tensors: {
        x: { ...FLOAT(1, 2, 2), signature: [-1, 2, 2] },
        sizes: INT(3),
        begin: { ...INT(1), values: [0] },
        end: { ...INT(1), values: [1] },
        steps: { ...INT(1), values: [1] },
        batch: INT(),
        four: { ...INT(), values: [4] },
        shape: INT(2),
        flat: { ...FLOAT(1, 4), signature: [-1, 4] },
        axis: { ...INT(1), values: [1] },
        sum: { ...FLOAT(1), signature: [-1] },
      },
      inputs: ['x'],
      outputs: ['flat', 'sum'],
      operators: [
        { op: 'SHAPE', inputs: ['x'], outputs: ['sizes'] },
        {
          op: 'STRIDED_SLICE',
          options: ['StridedSliceOptions', [int32(0), int32(0), int32(0), int32(0), int32(1)]],
          inputs: ['sizes', 'begin', 'end', 'steps'],
          outputs: ['batch'],
        },
        {
          op: 'PACK',
          options: ['PackOptions', [int32(2), int32(0)]],
          inputs: ['batch', 'four'],
          outputs: ['shape'],
        },
        { op: 'RESHAPE', inputs: ['x', 'shape'], outputs: ['flat'] },
        { op: 'SUM', inputs: ['flat', 'axis'], outputs: ['sum'] },
      ],
    });
    const rows = Array.from({ length: batch }, (_, row) => [row, 1, 2, 3]);
    await expectAnswers(edge, [graph], {
      given: { x: floats([batch, 2, 2], rows.flat()) },
      wanted: {
        flat: floats([batch, 4], rows.flat()),
        sum: floats(
          [batch],
          rows.map(([row = 0]) => row + 6),
        ),
      },
    });
  });

  test('a loop may carry a tensor that grows, and weights that stay', async () => {
    const main = namedGraph({
      tensors: {
        x: FLOAT(1),
        count: { ...INT(), values: [0] },
        weight: { ...FLOAT(1), values: [5] },
        a: INT(),
        y: FLOAT(4),
        b: FLOAT(1),
      },
      inputs: ['x'],
      outputs: ['y'],
      operators: [
        {
          op: 'WHILE',
          options: ['WhileOptions', [int32(1), int32(2)]],
          inputs: ['count', 'x', 'weight'],
          outputs: ['a', 'y', 'b'],
        },
      ],
    });
    const condition = namedGraph({
      tensors: {
        count: INT(),
        x: FLOAT(1),
        weight: FLOAT(1),
        limit: { ...INT(), values: [3] },
        result: { type: 'BOOL', shape: [] },
      },
      inputs: ['count', 'x', 'weight'],
      outputs: ['result'],
      operators: [{ op: 'LESS', inputs: ['count', 'limit'], outputs: ['result'] }],
    });
    const body = namedGraph({
      tensors: {
        count: INT(),
        x: FLOAT(1),
        weight: FLOAT(1),
        one: { ...INT(), values: [1] },
        next: INT(),
        longer: FLOAT(2),
      },
      inputs: ['count', 'x', 'weight'],
      outputs: ['next', 'longer', 'weight'],
      operators: [
        { op: 'ADD', inputs: ['count', 'one'], outputs: ['next'] },
        {
          op: 'CONCATENATION',
          options: ['ConcatenationOptions', [int32(0), int8(0)]],
          inputs: ['x', 'weight'],
          outputs: ['longer'],
        },
      ],
    });
    await expectAnswers(edge, [main, condition, body], {
      given: { x: floats([1], [2]) },
      wanted: { y: floats([4], [2, 5, 5, 5]) },
    });
  });
});

test('the spectrum of a window is as large as its waves', async () => {
  const graph = namedGraph({
    tensors: {
      x: FLOAT(1, 1, 8),
      lengths: { ...INT(2), values: [1, 8] },
      spectrum: { type: 'COMPLEX64', shape: [1, 1, 5] },
      size: FLOAT(1, 1, 5),
    },
    inputs: ['x'],
    outputs: ['size'],
    operators: [
      { op: 'RFFT2D', inputs: ['x', 'lengths'], outputs: ['spectrum'] },
      { op: 'COMPLEX_ABS', inputs: ['spectrum'], outputs: ['size'] },
    ],
  });
  // A constant of 1 and a wave of two periods, whose height is 3.
  const wave = Array.from({ length: 8 }, (_, step) => 1 + 3 * Math.cos((2 * Math.PI * 2 * step) / 8));
  await expectAnswers(edge, [graph], {
    given: { x: floats([1, 1, 8], wave) },
    wanted: { size: floats([1, 1, 5], [8, 0, 12, 0, 0]) },
  });
});
