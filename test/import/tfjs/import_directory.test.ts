import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTfjsDirectory } from '../../../import/tfjs/tfjs_directory.ts';
import {
  content,
  GRAPH_WEIGHTS,
  importFiles,
  importGraph,
  nextFolder,
  problem,
} from '../../fixtures/commands/importing.ts';
import { GRAPH_MODEL, writeFiles } from '../../fixtures/commands/model_directories.ts';

const withNode = (node: object): object => ({
  modelTopology: { ...GRAPH_MODEL.modelTopology, node: [...GRAPH_MODEL.modelTopology.node, node] },
});

describe('a graph model', () => {
  test('is read whole', async () => {
    const directory = await writeFiles(nextFolder(), {
      'model.json': GRAPH_MODEL,
      'weights.bin': GRAPH_WEIGHTS,
    });
    const result = await readTfjsDirectory(directory);
    expect(content(result)).toMatchObject({
      format: 'tfjs-graph-model',
      topology: 'model.json',
      signatures: {
        serving_default: {
          method: 'tensorflow/serving/predict',
          inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1] } },
          outputs: { y: { name: 'y:0', dtype: 'float32', shape: [-1] } },
        },
      },
      blobs: [
        { path: 'model.json' },
        // printf '\0\0\0\77\0\0\0\100' | sha256sum
        {
          path: 'weights.bin',
          bytes: 8,
          sha256: '3db69239f50371dcc56738da07a74d1211d086cc6f2cdaffe6243cd1859e2408',
        },
      ],
      weightBytes: 8,
      warmup: [{ signature: 'serving_default', inputs: { x: { kind: 'zeros', shape: [1] } } }],
      golden: [],
    });
    expect(result.kind === 'read' && result.files.get('weights.bin')).toBe(join(directory, 'weights.bin'));
  });

  test('may have files of other names, next to JSON files that are not models', async () => {
    const files = {
      'half.json': GRAPH_MODEL,
      'weights.bin': GRAPH_WEIGHTS,
      'notes.json': { a: 1 },
      'broken.json': '{',
    };
    expect(content(await importFiles(files)).topology).toBe('half.json');
  });

  test('may be named by its file, and must be if there are several', async () => {
    const directory = await writeFiles(nextFolder(), {
      'one.json': GRAPH_MODEL,
      'two.json': GRAPH_MODEL,
      'weights.bin': GRAPH_WEIGHTS,
    });
    expect(problem(await readTfjsDirectory(directory))).toMatch(/several models, one\.json and two\.json/);
    expect(content(await readTfjsDirectory(join(directory, 'two.json'))).topology).toBe('two.json');
  });

  test('without a signature has its placeholders as inputs and unread nodes as outputs', async () => {
    const result = await importGraph({ signature: undefined });
    expect(content(result).signatures.serving_default).toEqual({
      method: 'tensorflow/serving/predict',
      inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1] } },
      outputs: { y: { name: 'y:0', dtype: 'float32', shape: null } },
    });
  });

  test.for([
    ['Equal', { T: { type: 1 } }, 'bool'],
    ['ArgMax', { T: { type: 1 } }, 'int32'],
    ['Cast', { SrcT: { type: 1 }, DstT: { type: 'DT_INT64' } }, 'int32'],
    ['Identity', { T: { type: 7 } }, 'string'],
    ['Mul', {}, 'float32'],
  ] as const)('knows the type of what %s gives', async ([op, attr, dtype]) => {
    const result = await importGraph({
      signature: undefined,
      ...withNode({ name: 'z', op, input: ['x'], attr }),
    });
    expect(content(result).signatures.serving_default?.outputs.z?.dtype).toBe(dtype);
  });

  test('is read in the dialect with numbers, the signature in the metadata first', async () => {
    const result = await importGraph({
      userDefinedMetadata: {
        signature: {
          inputs: {
            x: { name: 'x:0', dtype: 9, tensorShape: { dim: [{ size: 2 }, {}] } },
            table: { name: 'nowhere', dtype: 20, resourceId: 0 },
          },
          outputs: {
            y: { name: 'y:0', dtype: 2, tensorShape: { unknownRank: true } },
            z: { name: 'ax', dtype: 19, tensorShape: {} },
          },
          methodName: 'tensorflow/serving/regress',
        },
      },
    });
    expect(content(result).signatures.serving_default).toEqual({
      method: 'tensorflow/serving/regress',
      inputs: { x: { name: 'x:0', dtype: 'int32', shape: [2, -1] } },
      outputs: {
        y: { name: 'y:0', dtype: 'float32', shape: null },
        z: { name: 'ax', dtype: 'float32', shape: [] },
      },
    });
    expect(content(result).warmup).toEqual([]);
  });

  test.for([
    [
      'an unsupported dtype',
      { signature: { inputs: { x: { name: 'x:0', dtype: 'DT_COMPLEX64' } } } },
      /unsupported: .*inputs\["x"\].*DT_COMPLEX64/,
    ],
    [
      'a signature of a missing node',
      { signature: { inputs: { x: { name: 'q:0', dtype: 1 } } } },
      /malformed: .*"q:0" is not in the graph/,
    ],
    [
      'a signature without a name',
      { signature: { inputs: { x: { dtype: 1 } } } },
      /malformed: .*inputs\["x"\]\.name is missing/,
    ],
    [
      'an object for the weights',
      { weightsManifest: {} },
      /malformed: .*model\.json: weightsManifest must be a list and is an object$/,
    ],
    [
      'a number as a node name',
      { modelTopology: { node: [{ name: 7, op: 'Mul' }], versions: {} } },
      /node\.0\.name must be a text and is 7/,
    ],
    [
      'a placeholder without a type',
      { signature: undefined, modelTopology: { node: [{ name: 'x', op: 'Placeholder' }], versions: {} } },
      /malformed: .*model\.json: placeholder "x" has no dtype$/,
    ],
    [
      'a negative size',
      { signature: { inputs: { x: { name: 'x', dtype: 1, tensorShape: { dim: [{ size: '-7' }] } } } } },
      /malformed: .*size/,
    ],
    [
      'a member __proto__',
      JSON.parse('{"signature": {"inputs": {"__proto__": {"name": "x", "dtype": 1}}}}'),
      /unsupported: .*__proto__/,
    ],
    ['a topology without versions', { modelTopology: { node: [] } }, /malformed: .*versions/],
    [
      'a text for the nodes',
      { modelTopology: { node: 'x', versions: {} } },
      /malformed: .*graph model has nodes/,
    ],
    ['no output', { signature: {}, modelTopology: { node: [], versions: {} } }, /malformed: .*no output/],
    ['two nodes of one name', withNode({ name: 'x', op: 'Mul' }), /malformed: .*two nodes "x"/],
    [
      'a missing input',
      withNode({ name: 'z', op: 'Mul', input: ['^x', 'nowhere:1'] }),
      /malformed: .*"z" takes "nowhere:1"/,
    ],
    [
      'a constant without a weight',
      withNode({ name: 'c', op: 'Const' }),
      /malformed: .*constant "c" is not among the weights/,
    ],
    [
      'an initializer without a weight',
      { modelInitializer: { node: [{ name: 'c', op: 'Const' }] } },
      /malformed: .*modelInitializer: .*"c"/,
    ],
    [
      'an unknown format',
      { format: 'other-model' },
      /unsupported: .*"other-model".*Supported: .*tfjs GraphModel/,
    ],
    ['no topology', { modelTopology: null }, /malformed: .*modelTopology/],
    ['no format', { format: undefined, modelTopology: {} }, /unsupported: .*no known format/],
  ] as const)('is refused where it is unsound: %s', async ([_, json, expected]) => {
    expect(problem(await importGraph(json))).toMatch(expected);
  });

  test('is refused naming the file and the place', async () => {
    const directory = await writeFiles(nextFolder(), {
      'model.json': {
        ...GRAPH_MODEL,
        weightsManifest: [{ paths: ['weights.bin'], weights: [{ name: 'a' }] }],
      },
    });
    expect(problem(await readTfjsDirectory(directory))).toContain(
      `${directory}/model.json: weightsManifest.0.weights.0.shape is missing`,
    );
  });
});

describe('a directory without a tfjs model', () => {
  test.for([
    ['empty', {}, /unsupported: .*contains no tfjs model\. Supported: .*tfjs GraphModel or LayersModel/],
    ['a model.json that is not JSON', { 'model.json': 'not JSON' }, /malformed: .*model\.json: is not JSON/],
    [
      'a model.json that is a list',
      { 'model.json': '[]' },
      /malformed: .*model\.json: this is not a tfjs model: it has no modelTopology$/,
    ],
    [
      'a model.json without members',
      { 'model.json': '{}' },
      /malformed: .*model\.json: this is not a tfjs model: it has no modelTopology$/,
    ],
    [
      'a model.json that is nested too deeply',
      { 'model.json': '['.repeat(1_000_000) },
      /malformed: .*model\.json: is not JSON/,
    ],
    ['a model.json that is a directory', { 'model.json/x': 'y' }, /malformed: "model\.json" is not a file/],
  ] as const)('is refused: %s', async ([_, files, expected]) => {
    expect(problem(await importFiles(files))).toMatch(expected);
  });

  test('or that is not there is refused', async () => {
    expect(problem(await readTfjsDirectory(nextFolder()))).toMatch(/malformed: .*does not exist/);
  });
});
