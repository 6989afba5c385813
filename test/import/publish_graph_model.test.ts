import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quantizationAccuracy } from '../../import/accuracy/quantization_accuracy.ts';
import { openModel } from '../../import/open_model.ts';
import { writeGraphModel } from '../../import/tfjs/writer/write_graph_model.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { FLOAT, GraphBuilder } from '../fixtures/graphs/graph_builder.ts';

const folder = await temporaryFolder();
let directories = 0;
async function newDirectory(): Promise<string> {
  const directory = join(folder, String(directories++));
  await mkdir(directory);
  return directory;
}

async function writeModel(operation: string): Promise<string> {
  const builder = new GraphBuilder(1);
  const product = builder.node('MatMul', [builder.input([-1, 2]), builder.floats([2, 2])], { T: FLOAT });
  builder.output(builder.node(operation, [builder.node('BiasAdd', [product, builder.floats([2])])]));
  const directory = await newDirectory();
  await writeGraphModel(builder.graph(2), directory, {
    generatedBy: 'somebody',
    metadata: { classes: ['a', 'b'], note: 'kept' },
  });
  return directory;
}

async function open(path: string) {
  const temporaryDirectory = await newDirectory();
  const opened = await openModel(path, { temporaryDirectory });
  if (opened.kind !== 'read') throw new Error(opened.message);
  return { ...opened, temporaryDirectory };
}

test('a graph model is published simplified, the same whenever it is, with the examples that lie beside it', async () => {
  const directory = await writeModel('Relu');
  const golden = { examples: [{ inputs: { x: [[1, 2]] }, outputs: { y0: [[0, 0]] } }] };
  await writeFile(join(directory, 'golden.json'), JSON.stringify(golden));
  const [first, second] = [await open(directory), await open(directory)];
  expect(first.content).toEqual(second.content);
  expect(first.files.get('model.json')).toBe(join(first.temporaryDirectory, 'model.json'));
  expect(first.sourceFormat).toBe('tfjs-graph-model');
  expect(first.content.golden).toHaveLength(1);
  expect(first.content.signatures.serving_default?.outputs.y0?.classes).toEqual(['a', 'b']);
  // The result cannot be simplified further and is published unchanged.
  const again = await open(first.temporaryDirectory);
  expect(again.files.get('model.json')).toBe(join(first.temporaryDirectory, 'model.json'));
  expect(again.content.blobs).toEqual(first.content.blobs);
});

test('a graph model with operations that cannot be executed is refused, with all of them', async () => {
  const opened = await openModel(await writeModel('LoadAndRemapMatrix'), {
    temporaryDirectory: await newDirectory(),
  });
  expect(opened).toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining('LoadAndRemapMatrix is not computed by the server: LoadAndRemapMatrix_'),
  });
});

test('without golden examples the accuracy of a quantized model is not known', async () => {
  const quantized = await open(await writeModel('Relu'));
  const accuracy = await quantizationAccuracy('nowhere', quantized, {
    temporaryDirectory: await newDirectory(),
  });
  expect(accuracy).toEqual({ kind: 'read', value: [] });
});
