import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { ModelJsonSchema } from '../../../worker/model/model_json.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { GraphBuilder, type WeightSource } from './graph/graph_builder.ts';
import { writeOnnx } from './graph/onnx_model.ts';
import { randomInput } from './graph/random_weights.ts';
import type { Network, NetworkSource } from './network.ts';
import { onnxFile } from './sources/onnx_file.ts';

const DIRECTORY = path.join(REPOSITORY, 'models/digits/1.0.0');
const WEIGHTS_FILE = 'weights.bin';

/** The sample model, a LayersModel. Its ONNX file has the same weights. */
export const digits: NetworkSource = { name: 'digits', build };

async function build(): Promise<Network> {
  const [json, bytes] = await Promise.all(
    ['model.json', WEIGHTS_FILE].map(async (file) => readFile(path.join(DIRECTORY, file))),
  );
  if (json === undefined || bytes === undefined) throw new Error(`${DIRECTORY} lacks a file`);
  const input = { name: 'image', shape: [1, 28, 28, 1] };
  const builder = new GraphBuilder(input, weightsOfFile(json, new Uint8Array(bytes)));
  const edges = builder.convolution('edges', input, 8, layer);
  const strokes = builder.convolution('strokes', builder.maxPool('edge_pool', edges, [2, 2]), 16, layer);
  const pooled = builder.maxPool('stroke_pool', strokes, [2, 2]);
  const flat = builder.reshape('flatten', pooled, [1, elementCount(pooled.shape)]);
  const scores = builder.dense('probabilities', builder.dense('hidden', flat, 32, 'relu'), 10);
  const graph = builder.build(builder.softmax('digit', scores));
  return {
    name: 'digits',
    description: 'the sample model: two convolutions, 28 x 28 x 1',
    format: 'tfjs-layers-model',
    files: new Map([
      ['model.json', new Uint8Array(json)],
      [WEIGHTS_FILE, new Uint8Array(bytes)],
    ]),
    weightBytes: bytes.length,
    onnx: await onnxFile(writeOnnx(graph)),
    input: { name: 'image', onnxName: 'image', shape: input.shape, values: randomInput(6, input.shape) },
    outputs: [{ name: 'probabilities', onnxName: graph.output.name, shape: graph.output.shape }],
  };
}

const layer = { kernel: [3, 3], padding: 'VALID', activation: 'relu' } as const;

/** The weights of a file of float32 values, by their names in model.json. */
function weightsOfFile(json: Uint8Array, bytes: Uint8Array<ArrayBuffer>): WeightSource {
  const { weightsManifest } = v.parse(ModelJsonSchema, JSON.parse(new TextDecoder().decode(json)));
  const weights = new Map<string, Float32Array>();
  let offset = 0;
  for (const { name, shape } of weightsManifest.flatMap((group) => group.weights)) {
    const length = 4 * elementCount(shape);
    weights.set(name, new Float32Array(bytes.slice(offset, offset + length).buffer));
    offset += length;
  }
  return (name, shape) => {
    const values = weights.get(name);
    if (values?.length !== elementCount(shape)) throw new Error(`${name} is not in ${DIRECTORY}`);
    return values;
  };
}
