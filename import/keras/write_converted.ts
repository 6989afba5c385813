import { type ConvertGraphOptions, convertGraph } from '../convert_graph.ts';
import type { Weight } from '../graph/graph.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import type { WriteModelOptions } from '../tfjs/writer/write_graph_model.ts';
import { writeLayersModel } from '../tfjs/writer/write_layers_model.ts';
import { occasionally } from '../throttle_progress.ts';
import type { KerasGraph } from './graph/convert_to_graph.ts';
import type { PlannedConversion } from './plan_conversion.ts';
import type { FoundWeight } from './weights/found_weight.ts';
import { namedWeights, type TensorFile } from './weights/keras_weights.ts';

/** GraphDef's `versions.producer`: that of TensorFlow 2. */
const PRODUCER = 1882;

/** Writes a model in tfjs's form into a directory, its weights read from the file one at a time. */
export async function writeConverted(
  file: TensorFile,
  planned: PlannedConversion,
  found: readonly FoundWeight[],
  directory: string,
  options: ConvertGraphOptions & Pick<WriteModelOptions, 'metadata'>,
): Promise<Imported<undefined>> {
  if (planned.kind === 'graph') return writeGraph(file, planned, found, directory, options);
  const { quantize, metadata, onProgress } = options;
  const count = found.length;
  const progress = occasionally(onProgress);
  const weights = namedWeights(file, found, planned.sources);
  await writeLayersModel({ model_config: planned.model }, weights, directory, {
    generatedBy: 'Keras',
    ...(quantize === undefined ? {} : { quantize }),
    ...(metadata === undefined ? {} : { metadata }),
    onProgress: ({ weights: written }) => progress(`Converting weights: ${written} of ${count}`),
  });
  return read(undefined);
}

function writeGraph(
  file: TensorFile,
  { nodes, functions, constants, signatures, initializer }: KerasGraph,
  found: readonly FoundWeight[],
  directory: string,
  options: ConvertGraphOptions & Pick<WriteModelOptions, 'metadata'>,
): Promise<Imported<undefined>> | Imported<undefined> {
  const weights = new Map<string, Weight>(constants);
  for (const { name, stored } of found) {
    if (stored.dataset.dtype === 'bool') return malformed(`${stored.path} has values that are no numbers`);
    weights.set(name, floats(file, stored));
  }
  return convertGraph(
    {
      // A weight that the file may lack, and lacks, is one that nothing is computed with.
      nodes: nodes.filter(({ op, name }) => op !== 'Const' || weights.has(name)),
      functions,
      weights,
      signatures,
      ...(initializer === undefined ? {} : { initializer }),
      producer: PRODUCER,
    },
    directory,
    options,
  );
}

/** Layers compute with floats, whatever their weights are stored as. */
function floats(file: TensorFile, { path, dataset }: FoundWeight['stored']): Weight {
  const { shape, byteLength, dtype } = dataset;
  return {
    dtype: 'float32',
    shape,
    byteLength,
    read: async () => {
      const bytes = await file.read(path);
      if (dtype === 'float32') return bytes;
      const integers = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
      return new Uint8Array(Float32Array.from(integers).buffer);
    },
  };
}
