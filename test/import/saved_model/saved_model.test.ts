import { expect, test } from 'vitest';
import type { Graph } from '../../../import/graph/graph.ts';
import { WeightError } from '../../../import/graph/weight_error.ts';
import { readSavedModel } from '../../../import/saved_model/read_saved_model.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import {
  BFLOAT16,
  DOUBLE,
  FLOAT,
  floats,
  func,
  HALF,
  INT64,
  node,
  STRING,
  type,
} from '../../fixtures/saved_model/messages.ts';
import {
  doubles,
  FUNCTIONS,
  longs,
  PARTITIONED,
  SWITCHES,
  variableModel,
} from '../../fixtures/saved_model/models.ts';
import { type PlainTensor, runGraph } from '../../fixtures/saved_model/run_graph.ts';
import { EXAMPLES, TABLES } from '../../fixtures/saved_model/string_models.ts';
import { type BundleTensor, float32 } from '../../fixtures/saved_model/write_bundle.ts';
import { type SavedModelDefinition, writeSavedModel } from '../../fixtures/saved_model/write_saved_model.ts';

async function readModel(definition: SavedModelDefinition) {
  const model = await readSavedModel(await writeSavedModel(definition));
  if (model.kind !== 'read') throw new Error(model.message);
  return model.value;
}

/** Runs a signature in the original graph, and checks that the simplified graph gives the same. */
async function answer(graph: Graph, inputs: Record<string, PlainTensor>, signature = 'serving_default') {
  const outputs = await runGraph(graph, signature, inputs);
  const { graph: simplified } = await simplify(graph);
  expect(await runGraph(simplified, signature, inputs)).toEqual(outputs);
  return outputs;
}

const scalar = (value: number): PlainTensor => ({ shape: [], values: [value] });
const row = (...values: (number | string)[]): PlainTensor => ({ shape: [1, values.length], values });

test('partitioned variables are put together from the slices of several shards', async () => {
  const { graph, notes } = await readModel(PARTITIONED);
  expect(await answer(graph, { x: row(10, 1) })).toEqual({ y: row(14.5, 25.25, 36.125) });
  expect(notes).toEqual([]);
});

test('only graphs that work element by element take any shape', async () => {
  const { graph } = await readModel(PARTITIONED);
  expect(graph.signatures.serving_default?.inputs.x).not.toHaveProperty('anyShape');
});

test('attributes that the file leaves out are as the operation is defined', async () => {
  const { graph } = await readModel(PARTITIONED);
  expect(graph.nodes.find(({ op }) => op === 'MatMul')?.attr).toMatchObject({ transpose_a: { b: false } });
});

test('functions are inlined, and those of control flow kept, with variables as values', async () => {
  const { graph } = await readModel(FUNCTIONS);
  expect(graph.functions.map(({ name }) => name).sort()).toEqual(['fewer', 'grow', 'same', 'twice']);
  const operations = [...graph.nodes, ...graph.functions.flatMap(({ nodes }) => nodes)].map(({ op }) => op);
  expect(operations.filter((op) => /Variable|VarHandle|PartitionedCall/.test(op))).toEqual([]);
  expect(await answer(graph, { x: scalar(2) })).toEqual({ grown: scalar(54), chosen: scalar(108) });
  expect(await answer(graph, { x: scalar(4) })).toEqual({ grown: scalar(108), chosen: scalar(108) });
});

test('hash tables are filled from constants and from files of assets', async () => {
  const { graph } = await readModel(TABLES);
  expect(await answer(graph, { words: { shape: [2, 2], values: ['one', 'two', 'three', 'four'] } })).toEqual({
    values: { shape: [2, 2], values: [1, 2, -1, -1] },
    lines: { shape: [2, 2], values: [-1, 1, 0, -1] },
  });
});

test("TensorFlow 1's conditions and loops run", async () => {
  const { graph } = await readModel(SWITCHES);
  expect(await runGraph(graph, 'serving_default', { x: scalar(3) })).toEqual({
    branch: scalar(1),
    raised: scalar(123),
  });
  expect(await runGraph(graph, 'serving_default', { x: scalar(50) })).toEqual({
    branch: scalar(2),
    raised: scalar(110),
  });
});

test('signatures take the features that examples are parsed to', async () => {
  const { graph, notes } = await readModel(EXAMPLES);
  const feature = { dtype: 'float32', shape: [-1, 2] };
  expect(graph.signatures).toMatchObject({
    regress: { method: 'tensorflow/serving/regress', inputs: { a: feature, b: feature } },
    classify: { method: 'tensorflow/serving/classify', inputs: { a: feature } },
    serving_default: { method: 'tensorflow/serving/predict', inputs: { a: { name: 'a:0' } } },
  });
  expect(Object.keys(graph.signatures.classify?.inputs ?? {})).toEqual(['a']);
  expect(await answer(graph, { a: row(1, 2), b: row(10, 20) }, 'regress')).toEqual({ outputs: row(11, 22) });
  expect(await answer(graph, { a: row(1, 2) }, 'classify')).toEqual({ scores: row(2, 4) });
  expect(await answer(graph, { a: row(3, 4) })).toEqual({ twice: row(6, 8) });
  expect(graph.leftOut).toMatchObject({ tags: expect.stringMatching(/variable length/) });
  expect(notes).toEqual([
    'signature "regress" takes features instead of serialized examples: a, b',
    'signature "regress": every example needs what TensorFlow has defaults for: b',
    'signature "classify" takes features instead of serialized examples: a',
  ]);
  expect(graph.signatures.parse?.inputs).toEqual({
    inputs: { name: 'examples:0', dtype: 'string', shape: [-1], holdsExamples: true },
  });
});

test.for<[string, BundleTensor, boolean, unknown]>([
  ['float32', { key: 'k', dtype: FLOAT, shape: [2], bytes: float32(1.5, -2) }, false, [1.5, -2]],
  [
    'float64',
    { key: 'k', dtype: DOUBLE, shape: [2], bytes: doubles(0.1, -2) },
    false,
    [Math.fround(0.1), -2],
  ],
  [
    'float16',
    { key: 'k', dtype: HALF, shape: [3], bytes: Uint8Array.of(0, 0x3c, 1, 0, 0, 0xfc) },
    false,
    [1, 2 ** -24, -Infinity],
  ],
  ['bfloat16', { key: 'k', dtype: BFLOAT16, shape: [1], bytes: Uint8Array.of(0x80, 0xbf) }, false, [-1]],
  ['int64', { key: 'k', dtype: INT64, shape: [2], bytes: longs(7n, -(2n ** 31n)) }, false, [7, -(2 ** 31)]],
  ['int8', { key: 'k', dtype: 6, shape: [2], bytes: Uint8Array.of(255, 1) }, false, [-1, 1]],
  ['strings', { key: 'k', dtype: STRING, shape: [2], strings: ['', 'käse'] }, false, ['', 'käse']],
  [
    'big-endian float32',
    { key: 'k', dtype: FLOAT, shape: [1], bytes: Uint8Array.of(0x3f, 0xc0, 0, 0) },
    true,
    [1.5],
  ],
])('a variable of %s', async ([, tensor, bigEndian, values]) => {
  const { graph } = await readModel(variableModel(tensor, bigEndian));
  expect((await runGraph(graph, 'serving_default', {})).y).toEqual({ shape: tensor.shape, values });
});

test.for<[string, BundleTensor]>([
  ['int64', { key: 'k', dtype: INT64, shape: [1], bytes: longs(2n ** 31n) }],
  ['float64', { key: 'k', dtype: DOUBLE, shape: [1], bytes: doubles(1e39) }],
])('a value of %s that does not fit is refused by name', async ([, tensor]) => {
  const { graph, notes } = await readModel(variableModel(tensor));
  const fault = await graph.weights
    .get('v')
    ?.read()
    .catch((error: unknown) => error);
  if (!(fault instanceof WeightError)) throw new Error(`not refused: ${fault}`);
  expect(fault.problem).toMatchObject({
    kind: 'unsupported',
    message: expect.stringMatching(/variables\.index: "k" .*does not fit/),
  });
  expect(notes).toEqual([
    expect.stringMatching(/^constants of type DT_\w+ become \w+: 1$/),
    expect.stringMatching(/^operations of type DT_(INT64|DOUBLE) are computed in .*: \w+/),
  ]);
});

test('complex numbers are refused', async () => {
  const tensor = { key: 'k', dtype: 8, shape: [1], bytes: new Uint8Array(8) };
  const model = await readSavedModel(await writeSavedModel(variableModel(tensor)));
  expect(model).toMatchObject({ kind: 'unsupported', message: expect.stringContaining('DT_COMPLEX64') });
});

const y = { inputs: {}, outputs: { y: { name: 'y:0', dtype: FLOAT, shape: [] } } };

test.for<[string, SavedModelDefinition, RegExp]>([
  [
    'an assignment while serving, even for the sake of order',
    {
      nodes: [
        node('v', 'VarHandleOp', [], { dtype: type(FLOAT) }),
        floats('one', [], 1),
        node('count', 'AssignAddVariableOp', ['v', 'one'], { dtype: type(FLOAT) }),
        node('y', 'Identity', ['one', '^count'], { T: type(FLOAT) }),
      ],
      signatures: { serving_default: y },
    },
    /node "count" \(AssignAddVariableOp\) changes the model/,
  ],
  [
    'a variable that nothing fills',
    {
      nodes: [
        node('v', 'VarHandleOp', [], { dtype: type(FLOAT) }),
        node('y', 'ReadVariableOp', ['v'], { dtype: type(FLOAT) }),
      ],
      signatures: { serving_default: y },
    },
    /variable "v" has no value/,
  ],
  [
    'a node that is computed from itself',
    {
      nodes: [node('y', 'Neg', ['z'], { T: type(FLOAT) }), node('z', 'Neg', ['y', '^y'], { T: type(FLOAT) })],
      signatures: { serving_default: y },
    },
    /node "[yz]" is computed from itself/,
  ],
  [
    'a function that calls itself',
    {
      nodes: [node('y', 'PartitionedCall', [], { f: func('again') })],
      functions: [
        {
          name: 'again',
          inputs: {},
          outputs: { y: FLOAT },
          nodes: [node('call', 'PartitionedCall', [], { f: func('again') })],
          results: { y: 'call:output:0' },
        },
      ],
      signatures: { serving_default: y },
    },
    /function "again" calls itself/,
  ],
  [
    'functions that grow without measure',
    {
      nodes: [node('y', 'PartitionedCall', [], { f: func('f0') })],
      functions: Array.from({ length: 40 }, (_, level) => ({
        name: `f${level}`,
        inputs: {},
        outputs: { y: FLOAT },
        nodes:
          level === 39
            ? [floats('c', [], 1)]
            : [0, 1].map((call) =>
                node(`c${call || ''}`, 'PartitionedCall', [], { f: func(`f${level + 1}`) }),
              ),
        results: { y: 'c:output:0' },
      })),
      signatures: { serving_default: y },
    },
    /more than \d+ nodes/,
  ],
  [
    'no graph for serving',
    { ...SWITCHES, tags: ['train'] },
    /no graph has the tag "serve"; there are \[train\]/,
  ],
  [
    'an output that is not there',
    { nodes: [], signatures: { serving_default: y } },
    /signature "serving_default": output "y": "y:0" is not in the graph/,
  ],
  ['a table that nothing fills', { ...TABLES, initialize: 'fill' }, /nothing fills the table "vocabulary"/],
  [
    'an asset outside of the model',
    { ...TABLES, assets: { '../../etc/passwd': { node: 'path', text: '' } } },
    /not a path inside the model's directory/,
  ],
  [
    'a shard that is not there',
    { ...PARTITIONED, bundle: { shards: 1 } },
    /variables\.index: .*shard 1 of 1/,
  ],
])('%s is refused', async ([, definition, message]) => {
  const model = await readSavedModel(await writeSavedModel(definition));
  expect(model).toMatchObject({
    kind: expect.stringMatching(/unsupported|malformed/),
    message: expect.stringMatching(message),
  });
});
