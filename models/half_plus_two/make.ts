import { join } from 'node:path';
import { goldenExample } from '../build/golden_example.ts';
import { readModel } from '../build/read_model.ts';
import { tf, useBackend } from '../build/tensorflow.ts';
import { writeGolden, writeModel } from '../build/write_model.ts';

// The model of TensorFlow Serving's own introduction, as a tfjs graph model: y = a * x + b.
// Its graph is small enough to be written by hand, node by node, as the tfjs converter writes it.

// TensorFlow Serving declares x and y as [-1, 1] (TensorFlow 1 export) or [1] (TensorFlow 2), yet its
// documented request {"instances": [1.0, 2.0, 5.0]} sends shape [3]: TensorFlow does not check the one
// against the other there. Shape [-1], a batch of numbers, makes that request true to the signature.
const batchOfNumbers = { dim: [{ size: '-1' }] };
const float = { type: 'DT_FLOAT' };

const versions = [
  { version: '1.0.0', a: 0.5, b: 2 },
  { version: '1.1.0', a: 0.5, b: 3 },
];
const documentedInputs = [1, 2, 5];
const otherInputs = [-4, 0, 0.1, 1e6];
const weightFileName = 'group1-shard1of1.bin';

function constant(name: string) {
  return {
    name,
    op: 'Const',
    attr: { dtype: float, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: {} } } },
  };
}

function linearGraph(): tf.io.ModelJSON {
  return {
    format: 'graph-model',
    generatedBy: 'models/half_plus_two/make.ts',
    convertedBy: null,
    signature: {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: batchOfNumbers } },
      outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: batchOfNumbers } },
    },
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: { dtype: float, shape: { shape: batchOfNumbers } } },
        constant('a'),
        constant('b'),
        { name: 'ax', op: 'Mul', input: ['x', 'a'], attr: { T: float } },
        { name: 'y', op: 'AddV2', input: ['ax', 'b'], attr: { T: float } },
      ],
      library: {},
      // The GraphDef version that TensorFlow 2 writes: AddV2 is not known to much older readers.
      versions: { producer: 561, minConsumer: 12 },
    },
    weightsManifest: [
      {
        paths: [weightFileName],
        weights: [
          { name: 'a', shape: [], dtype: 'float32' },
          { name: 'b', shape: [], dtype: 'float32' },
        ],
      },
    ],
  };
}

/** Computes with the written model, so that the examples contain the answers of the files. */
async function predict(directory: string, values: number[]) {
  const model = await tf.loadGraphModel(await readModel(directory));
  const x = tf.tensor1d(values);
  const y = model.predict({ x });
  if (!(y instanceof tf.Tensor)) throw new Error('the graph must have exactly one output');
  return { x, y };
}

await useBackend('cpu');
for (const { version, a, b } of versions) {
  const directory = join(import.meta.dirname, version);
  const bytes = new Uint8Array(Float32Array.of(a, b).buffer);
  await writeModel(directory, linearGraph(), { name: weightFileName, bytes });

  const documented = await predict(directory, documentedInputs);
  const other = await predict(directory, otherInputs);
  await writeGolden(directory, [
    goldenExample({ x: documented.x }, { y: documented.y }),
    goldenExample({ x: other.x }, { y: other.y }),
  ]);
  console.log(`half_plus_two ${version}: x = [${documentedInputs}] gives y = [${documented.y.arraySync()}]`);
}
