import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ModelImport, readTfjsDirectory } from '../../import/tfjs_directory.ts';
import { type Files, GRAPH_MODEL, LAYERS_MODEL, writeFiles } from './support/model_directories.ts';
import { temporaryFolder } from './support/temporary_folder.ts';

const folder = await temporaryFolder();
const weights = new Uint8Array(Float32Array.of(0.5, 2).buffer);
const layerWeights = new Uint8Array(8 * 4);
let made = 0;

const nextFolder = (): string => join(folder, String(++made));

async function importFiles(files: Files): Promise<ModelImport> {
  return readTfjsDirectory(await writeFiles(nextFolder(), files));
}

const importGraph = (json: object, others: Files = {}): Promise<ModelImport> =>
  importFiles({ 'model.json': { ...GRAPH_MODEL, ...json }, 'weights.bin': weights, ...others });

const importLayers = (json: object, others: Files = {}): Promise<ModelImport> =>
  importFiles({ 'model.json': { ...LAYERS_MODEL, ...json }, 'weights.bin': layerWeights, ...others });

const withConfig = (config: object): object => ({
  modelTopology: {
    ...LAYERS_MODEL.modelTopology,
    config: { ...LAYERS_MODEL.modelTopology.config, ...config },
  },
});

const withNode = (node: object): object => ({
  modelTopology: { ...GRAPH_MODEL.modelTopology, node: [...GRAPH_MODEL.modelTopology.node, node] },
});

const oneWeight = (spec: object, paths: readonly unknown[] = ['weights.bin']): object => ({
  weightsManifest: [{ paths, weights: [{ name: 'a', shape: [1], dtype: 'float32', ...spec }] }],
});

function problem(result: ModelImport): string {
  return result.kind === 'read' ? 'read' : `${result.kind}: ${result.message}`;
}

function content(result: ModelImport) {
  if (result.kind !== 'read') throw new Error(result.message);
  return result.content;
}

describe('a graph model', () => {
  test('is read whole', async () => {
    const directory = await writeFiles(nextFolder(), { 'model.json': GRAPH_MODEL, 'weights.bin': weights });
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

  test('may have files of other names, among JSON files that are no model', async () => {
    const files = {
      'half.json': GRAPH_MODEL,
      'weights.bin': weights,
      'notes.json': { a: 1 },
      'broken.json': '{',
    };
    expect(content(await importFiles(files)).topology).toBe('half.json');
  });

  test('may be named by its file, and has to be where there are several', async () => {
    const directory = await writeFiles(nextFolder(), {
      'one.json': GRAPH_MODEL,
      'two.json': GRAPH_MODEL,
      'weights.bin': weights,
    });
    expect(problem(await readTfjsDirectory(directory))).toMatch(/several models, one\.json and two\.json/);
    expect(content(await readTfjsDirectory(join(directory, 'two.json'))).topology).toBe('two.json');
  });

  test('without a signature takes its placeholders and gives what nobody consumes', async () => {
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
      { signature: { inputs: { x: { name: 'x:0', dtype: 'DT_COMPLEX64' } } } },
      /unsupported: .*inputs\["x"\].*DT_COMPLEX64/,
    ],
    [{ signature: { inputs: { x: { name: 'q:0', dtype: 1 } } } }, /malformed: .*"q:0" is not in the graph/],
    [{ signature: { inputs: { x: { dtype: 1 } } } }, /malformed: .*inputs\["x"\]\.name/],
    [
      { signature: { inputs: { x: { name: 'x', dtype: 1, tensorShape: { dim: [{ size: '-7' }] } } } } },
      /malformed: .*size/,
    ],
    [
      JSON.parse('{"signature": {"inputs": {"__proto__": {"name": "x", "dtype": 1}}}}'),
      /unsupported: .*__proto__/,
    ],
    [{ modelTopology: { node: [] } }, /malformed: .*versions/],
    [{ modelTopology: { node: 'x', versions: {} } }, /malformed: .*graph model has nodes/],
    [{ signature: {}, modelTopology: { node: [], versions: {} } }, /malformed: .*no output/],
    [withNode({ name: 'x', op: 'Mul' }), /malformed: .*two nodes "x"/],
    [withNode({ name: 'z', op: 'Mul', input: ['^x', 'nowhere:1'] }), /malformed: .*"z" takes "nowhere:1"/],
    [withNode({ name: 'c', op: 'Const' }), /malformed: .*constant "c" is not among the weights/],
    [{ modelInitializer: { node: [{ name: 'c', op: 'Const' }] } }, /malformed: .*modelInitializer: .*"c"/],
    [{ format: 'other-model' }, /unsupported: .*"other-model".*Supported: tfjs GraphModel/],
    [{ modelTopology: null }, /malformed: .*modelTopology/],
    [{ format: undefined, modelTopology: {} }, /unsupported: .*no known format/],
  ] as const)('is refused where it is unsound: %#', async ([json, expected]) => {
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
      `${directory}/model.json: weightsManifest.0.weights.0.shape`,
    );
  });
});

describe('weights', () => {
  test.for([
    [oneWeight({ shape: [3] }), /hold 8 bytes and its weights need 12/],
    [oneWeight({ shape: [2], dtype: 'float32' }, []), /hold 0 bytes and its weights need 8/],
    [oneWeight({ shape: [9], dtype: 'string' }), /need at least 36/],
    [oneWeight({ dtype: 'complex64' }), /unsupported: .*weights\[0\] \("a"\): dtype complex64/],
    [
      oneWeight({ dtype: 'int32', quantization: { dtype: 'float16' } }),
      /int32 cannot be quantised as float16/,
    ],
    [oneWeight({ dtype: 'string', quantization: { dtype: 'float16' } }), /strings cannot be quantised/],
    [oneWeight({ quantization: { dtype: 'uint4', scale: 1, min: 0 } }), /quantization\.dtype/],
    [oneWeight({ shape: [2 ** 40, 2 ** 40] }), /too large/],
    [oneWeight({ shape: [-1] }), /shape\.0/],
    [oneWeight({}, ['../1/weights.bin']), /paths\[0\]: "\.\.\/1\/weights\.bin" is not a path inside/],
    [oneWeight({}, ['/etc/passwd']), /is not a path inside/],
    [oneWeight({}, ['a/../../x']), /is not a path inside/],
    [oneWeight({}, ['..\\x']), /is not a path inside/],
    [oneWeight({}, ['C:/x']), /is not a path inside/],
    [oneWeight({}, ['']), /is not a path inside/],
    [oneWeight({}, ['weights.bin\0']), /is not a path inside/],
    [oneWeight({}, ['nothing.bin']), /there is no file "nothing\.bin"/],
    [oneWeight({}, ['x'.repeat(5000)]), /there is no file/],
    [oneWeight({}, ['weights.bin/x']), /there is no file/],
    [oneWeight({}, ['.']), /"\." is not a file/],
    [oneWeight({}, ['model.json']), /is the topology itself/],
    [
      { weightsManifest: [...GRAPH_MODEL.weightsManifest, ...GRAPH_MODEL.weightsManifest] },
      /two weights "a"/,
    ],
  ] as const)('are refused where they are unsound: %#', async ([json, expected]) => {
    expect(problem(await importGraph({ ...json }))).toMatch(expected);
  });

  test('are counted as they lie in memory, those of the optimizer left out', async () => {
    const result = await importFiles({
      'model.json': {
        ...GRAPH_MODEL,
        weightsManifest: [
          {
            paths: ['1', './2'],
            weights: [
              { name: 'a', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } },
            ],
          },
          {
            paths: ['3'],
            weights: [
              { name: 'b', shape: [1], dtype: 'float32' },
              { name: 'words', shape: [2], dtype: 'string' },
              { name: 'moment', shape: [2], dtype: 'float32', group: 'optimizer' },
            ],
          },
        ],
      },
      '1': new Uint8Array(1),
      '2': new Uint8Array(2),
      '3': new Uint8Array(4 + (4 + 3) + (4 + 1) + 8),
    });
    expect(content(result).weightBytes).toBe(3 * 4 + 4 + 12);
    expect(content(result).blobs.map(({ path }) => path)).toEqual(['model.json', '1', './2', '3']);
  });

  test('and nothing else outside of the directory are read through links', async () => {
    const outside = await writeFiles(nextFolder(), {
      'weights.bin': weights,
      'golden.json': { examples: [] },
    });
    const directory = await writeFiles(nextFolder(), { 'model.json': GRAPH_MODEL });
    await symlink(join(outside, 'weights.bin'), join(directory, 'weights.bin'));
    expect(problem(await readTfjsDirectory(directory))).toMatch(
      /"weights\.bin" is a link out of the model's directory/,
    );

    const linked = await writeFiles(nextFolder(), { 'model.json': GRAPH_MODEL, 'other.bin': weights });
    await symlink('other.bin', join(linked, 'weights.bin'));
    expect(content(await readTfjsDirectory(linked)).blobs).toHaveLength(2);
    await symlink(join(outside, 'golden.json'), join(linked, 'golden.json'));
    expect(problem(await readTfjsDirectory(linked))).toMatch(/"golden\.json" is a link out/);
  });
});

describe('a layers model', () => {
  test('is read whole', async () => {
    const result = await importLayers({ userDefinedMetadata: { classes: ['no', 'yes'] } });
    expect(content(result)).toMatchObject({
      format: 'tfjs-layers-model',
      signatures: {
        serving_default: {
          inputs: { features: { name: 'features', dtype: 'float32', shape: [-1, 3] } },
          outputs: { scores: { name: 'scores', dtype: 'float32', shape: [-1, 2], classes: ['no', 'yes'] } },
        },
      },
      weightBytes: 32,
      warmup: [{ inputs: { features: { kind: 'zeros', shape: [1, 3] } } }],
    });
  });

  const [features, scores] = LAYERS_MODEL.modelTopology.config.layers;
  const scoresFrom = (...calls: unknown[]): object => ({
    layers: [features, { ...scores, inbound_nodes: calls }],
  });

  test.for([
    [{ modelTopology: { class_name: 'Model', config: 'x' } }, /malformed: .*tfjs-layers cannot make a model/],
    [
      withConfig({ layers: [features, { ...scores, class_name: 'Attention9' }] }),
      /unsupported: .*Unknown layer/,
    ],
    [withConfig(scoresFrom([['scores', 0, 0, {}]])), /malformed: .*"scores" waits for itself/],
    [withConfig(scoresFrom([['nobody', 0, 0, {}]])), /malformed: .*takes the output of "nobody"/],
    [withConfig({ layers: [features, scores, scores] }), /malformed: .*two layers "scores"/],
    [
      withConfig({
        ...scoresFrom([['features', 0, 0, {}]], [['features', 0, 0, {}]]),
        output_layers: [
          ['scores', 0, 0],
          ['scores', 1, 0],
        ],
      }),
      /unsupported: .*"scores" gives several outputs/,
    ],
    [{ weightsManifest: [] }, /malformed: .*weights/],
    [
      {
        weightsManifest: [
          { paths: ['weights.bin'], weights: [{ name: 'scores/kernel', shape: [8], dtype: 'float32' }] },
        ],
      },
      /malformed: .*tfjs-layers/,
    ],
    [
      { userDefinedMetadata: { classes: ['a'] } },
      /malformed: .*classes has 1 names, output "scores" 2 columns/,
    ],
    [{ userDefinedMetadata: { classes: 'ab' } }, /malformed: .*classes is not a list of strings/],
  ] as const)('is refused where it is unsound: %#', async ([json, expected]) => {
    expect(problem(await importLayers(json))).toMatch(expected);
  });

  test('is refused where it is nested too deeply', async () => {
    const config = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = `{"modelTopology": {"class_name": "Model", "config": ${config}}}`;
    expect(problem(await importFiles({ 'model.json': text }))).toMatch(/malformed: .*call stack/);
  });
});

describe('a directory without a tfjs model', () => {
  test.for([
    [{}, /unsupported: .*holds no tfjs model\. Supported: tfjs GraphModel and tfjs LayersModel/],
    [{ 'saved_model.pb': 'x' }, /unsupported: .*holds a TensorFlow SavedModel/],
    [{ 'model.onnx': 'x' }, /unsupported: .*holds an ONNX model/],
    [{ 'model.json': 'not JSON' }, /malformed: .*model\.json: is not JSON/],
    [{ 'model.json': '[]' }, /malformed: .*model\.json/],
    [{ 'model.json': '['.repeat(1_000_000) }, /malformed: .*model\.json: is not JSON/],
    [{ 'model.json/x': 'y' }, /malformed: "model\.json" is not a file/],
  ] as const)('is refused: %#', async ([files, expected]) => {
    expect(problem(await importFiles(files))).toMatch(expected);
  });

  test('or that is not there is refused', async () => {
    expect(problem(await readTfjsDirectory(join(folder, 'nothing')))).toMatch(/malformed: .*does not exist/);
  });
});

describe('examples beside a model', () => {
  test('become warmup requests and golden examples', async () => {
    const golden = [{ inputs: { x: [1, 2] }, outputs: { y: [2.5, 3] }, tolerance: 0.001 }];
    const result = await importGraph(
      {},
      {
        'warmup.json': { examples: [{ signature_name: 'serving_default', inputs: { x: [1, 2, 5] } }] },
        'golden.json': { examples: golden },
      },
    );
    expect(content(result).golden).toEqual(golden);
    expect(content(result).warmup).toEqual([
      { signature: 'serving_default', inputs: { x: { kind: 'values', shape: [3], values: [1, 2, 5] } } },
    ]);
  });

  test.for([
    ['warmup.json', { examples: [{ inputs: {} }] }, /warmup\.json: examples\[0\]\.inputs: "x" is missing/],
    ['warmup.json', { examples: [{ inputs: { x: [1], z: [1] } }] }, /inputs\["z"\]/],
    [
      'warmup.json',
      { examples: [{ inputs: { x: [[1]] } }] },
      /inputs\["x"\] has shape \[1,1\] and not \[\?\]/,
    ],
    ['warmup.json', { examples: [{ inputs: { x: ['1'] } }] }, /inputs\["x"\] has "1" in place of float32/],
    ['warmup.json', { examples: [{ signature_name: 'other', inputs: { x: [1] } }] }, /no signature "other"/],
    ['warmup.json', { examples: {} }, /warmup\.json: examples/],
    ['golden.json', { examples: [{ inputs: { x: [1] } }] }, /golden\.json: examples\.0\.outputs/],
    ['golden.json', { examples: [{ inputs: { x: [1] }, outputs: {} }] }, /examples\[0\]\.outputs is empty/],
    ['golden.json', { examples: [{ inputs: { x: [1] }, outputs: { y: [1] }, tolerance: -1 }] }, /tolerance/],
    [
      'golden.json',
      `{"examples": [{"inputs": {"x": ${'['.repeat(9)}${']'.repeat(9)}}, "outputs": {"y": 1}}]}`,
      /more than 8 dimensions/,
    ],
  ] as const)('in %s are refused where they do not fit: %#', async ([name, file, expected]) => {
    expect(problem(await importGraph({}, { [name]: file }))).toMatch(expected);
  });
});
