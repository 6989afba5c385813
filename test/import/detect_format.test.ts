import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectFormat } from '../../import/index.ts';
import { type Files, GRAPH_MODEL, writeFiles } from '../fixtures/commands/model_directories.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { writeHdf5 } from '../fixtures/keras/hdf5_writer.ts';
import { writeZip } from '../fixtures/keras/keras_files.ts';

const folder = await temporaryFolder();
let made = 0;
const write = (files: Files): Promise<string> => writeFiles(join(folder, String(++made)), files);

const H5 = await writeHdf5({});
const ARCHIVE = await writeZip({ 'config.json': '{}', 'model.weights.h5': 'x' });
/** A GraphDef: a node with a name and an operation. */
const GRAPH = Uint8Array.of(0x0a, 8, 0x0a, 1, 0x78, 0x12, 3, 0x4d, 0x75, 0x6c);
/** A MetaGraphDef: information, then a graph. */
const META_GRAPH = Uint8Array.of(0x0a, 2, 0x12, 0, 0x12, GRAPH.length, ...GRAPH);
/** An ONNX ModelProto: a version, the producer, a graph. */
const ONNX = Uint8Array.of(0x08, 7, 0x12, 1, 0x78, 0x3a, 0);

async function detect(path: string): Promise<string> {
  const detected = await detectFormat(path);
  return detected.kind === 'read' ? detected.value.kind : `${detected.kind}: ${detected.message}`;
}

describe('a format is recognized by content, whatever the name', () => {
  test.each([
    ['keras-h5', H5],
    ['keras-archive', ARCHIVE],
    ['graph-def', GRAPH],
    ['tfjs', new TextEncoder().encode(JSON.stringify(GRAPH_MODEL))],
  ] as const)('%s', async (kind, bytes) => {
    const directory = await write({ 'some.json': bytes });
    expect(await detect(join(directory, 'some.json'))).toBe(kind);
    expect(await detect(directory)).toBe(kind);
  });

  test('a SavedModel, by its file in a directory', async () => {
    const directory = await write({ 'saved_model.pb': 'x', 'fingerprint.pb': 'x', 'golden.json': '{}' });
    expect(await detect(directory)).toBe('saved-model');
    expect(await detect(join(directory, 'saved_model.pb'))).toBe('saved-model');
  });

  test('a tfjs model by model.json, whatever lies beside it', async () => {
    expect(await detect(await write({ 'model.json': '{}', 'old.h5': H5, 'weights.bin': 'x' }))).toBe('tfjs');
  });

  test('a TensorFlow Lite model, by its content', async () => {
    expect(await detect(await write({ 'any.name': 'abcdTFL3' }))).toBe('tflite');
  });

  test('an ONNX model, by its content', async () => {
    expect(await detect(await write({ 'any.name': ONNX }))).toBe('onnx');
  });

  test('a Keras model, beside which Keras wrote its configuration', async () => {
    const configuration = JSON.stringify({ class_name: 'Sequential', config: { layers: [] } });
    const directory = await write({ 'model.json': configuration, 'model.h5': H5 });
    expect(await detect(directory)).toBe('keras-h5');
    expect(await detect(join(directory, 'model.json'))).toMatch(
      /model\.json is the configuration of a Keras model without its weights, .*save the whole model/,
    );
  });
});

describe('a sentence says', () => {
  test.each([
    [
      'a session bundle',
      { 'export.meta': META_GRAPH },
      /unsupported: .*old session bundles.*SavedModel.*Supported: /,
    ],
    ['a SavedModel as text', { 'saved_model.pbtxt': 'x' }, /unsupported: .*text form/],
    [
      'no model',
      { 'x.npz': 'text', 'y.json': '{}' },
      /unsupported: .*holds no model\. Supported: .*SavedModel.*\.keras.*tfjs/,
    ],
    [
      'two Keras models',
      { 'a.h5': H5, 'b.keras': ARCHIVE },
      /malformed: .*several models, a\.h5 and b\.keras: name the file/,
    ],
    [
      'a Keras model and a SavedModel',
      { 'a.h5': H5, 'saved_model.pb': 'x' },
      /malformed: .*several models, saved_model\.pb and a\.h5/,
    ],
    [
      'several versions',
      { '1/saved_model.pb': 'x', '10/saved_model.pb': 'x', '9/saved_model.pb': 'x' },
      /malformed: .*versions of a model, 1, 9, 10: name the directory of one of them, .*\/10$/,
    ],
  ] satisfies readonly [string, Files, RegExp][])('what is there: %s', async (_, files, expected) => {
    expect(await detect(await write(files))).toMatch(expected);
  });

  test('that nothing is there, or nothing that could be a model', async () => {
    expect(await detect(join(folder, 'nowhere'))).toMatch(/malformed: .*does not exist/);
    expect(await detect('/dev/null')).toMatch(/malformed: .*neither a file nor a directory/);
    const directory = await write({ text: 'hello' });
    expect(await detect(join(directory, 'text'))).toMatch(/unsupported: .*no model of a format/);
    await rename(join(directory, 'text'), join(directory, 'saved'));
    await mkdir(join(directory, 'variables'));
    expect(await detect(directory)).toMatch(/unsupported: .*holds no model/);
  });
});
