import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataType, Signature, TensorInfo } from '../../worker/model/signature.ts';
import type { ModelContent } from '../../worker/registry/version/manifest.ts';

const DTYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING' } as const;

/**
 * A graph that gives back what it is given, one tensor of each dtype, and half plus two of the float: tensors
 * of any shape, for tests of everything but the model.
 */
export async function writeEchoModel(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-echo-'));
  const float = { type: 'DT_FLOAT' };
  const constant = (name: string) => ({
    name,
    op: 'Const',
    attr: { dtype: float, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: {} } } },
  });
  const echoes = Object.entries(DTYPES).flatMap(([name, type]) => [
    { name, op: 'Placeholder', attr: { dtype: { type }, shape: { shape: { unknownRank: true } } } },
    { name: `${name}_echo`, op: 'Identity', input: [name], attr: { T: { type } } },
  ]);
  await writeFile(
    path.join(directory, 'model.json'),
    JSON.stringify({
      format: 'graph-model',
      signature: {
        inputs: { x: { name: 'float32:0', dtype: 'DT_FLOAT', tensorShape: { unknownRank: true } } },
        outputs: { y: { name: 'half_plus_two:0', dtype: 'DT_FLOAT', tensorShape: { unknownRank: true } } },
      },
      modelTopology: {
        node: [
          ...echoes,
          constant('half'),
          constant('two'),
          { name: 'halved', op: 'Mul', input: ['float32', 'half'], attr: { T: float } },
          { name: 'half_plus_two', op: 'AddV2', input: ['halved', 'two'], attr: { T: float } },
        ],
        library: {},
        versions: { producer: 561, minConsumer: 12 },
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: ['half', 'two'].map((name) => ({ name, shape: [], dtype: 'float32' })),
        },
      ],
    }),
  );
  await writeFile(path.join(directory, 'weights.bin'), new Uint8Array(Float32Array.of(0.5, 2).buffer));
  return directory;
}

const input = (dtype: DataType, shape: number[] | null = null): TensorInfo => ({
  name: `${dtype}:0`,
  dtype,
  shape,
});
const echo = (dtype: DataType, shape: number[] | null = null): TensorInfo => ({
  name: `${dtype}_echo:0`,
  dtype,
  shape,
});
const halfPlusTwo = (shape: number[] | null = null): TensorInfo => ({
  name: 'half_plus_two:0',
  dtype: 'float32',
  shape,
});

function signature(
  method: 'predict' | 'classify' | 'regress',
  inputs: Signature['inputs'],
  outputs: Signature['outputs'],
): Signature {
  return { method: `tensorflow/serving/${method}`, inputs, outputs };
}

/** The signatures under which the echo model is asked. */
export const ECHO_SIGNATURES: Readonly<Record<string, Signature>> = {
  serving_default: signature('predict', { x: input('float32') }, { y: halfPlusTwo() }),
  regress_x_to_y: signature('regress', { x: input('float32', [-1, 1]) }, { outputs: halfPlusTwo() }),
  classify_x_to_y: signature('classify', { x: input('float32', [-1, 1]) }, { scores: halfPlusTwo() }),
  scores: signature(
    'predict',
    { x: input('float32', [-1, 3]) },
    { y: { ...echo('float32'), classes: ['car', 'bike', 'bus'] } },
  ),
  labelled: signature(
    'classify',
    { scores: input('float32', [-1, 2]), names: input('string', [-1, 2]) },
    { scores: echo('float32'), classes: echo('string') },
  ),
  float: signature('predict', { x: input('float32') }, { y: echo('float32') }),
  int: signature('predict', { x: input('int32') }, { y: echo('int32') }),
  bool: signature('predict', { x: input('bool') }, { y: echo('bool') }),
  string: signature('predict', { x: input('string') }, { y: echo('string') }),
  bytes: signature('predict', { x: input('string') }, { y_bytes: echo('string') }),
  mixed: signature(
    'predict',
    { int_tensor: input('int32'), str_tensor: input('string'), float_tensor: input('float32') },
    {
      int_tensor: echo('int32'),
      str_tensor: echo('string'),
      str_tensor_bytes: echo('string'),
      float_tensor: echo('float32'),
    },
  ),
};

/** Declares all of them in a manifest; nothing to warm up, since no shape is known. */
export function withEchoSignatures(content: ModelContent): ModelContent {
  return { ...content, signatures: { ...ECHO_SIGNATURES }, warmup: [] };
}
