import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Hdf5Error, Hdf5File } from '../../../import/keras/hdf5/hdf5_file.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { type GroupContent, writeHdf5 } from '../../fixtures/keras/hdf5_writer.ts';
import { importBytes } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasH5 } from '../../fixtures/keras/keras_files.ts';

/** What h5py writes for x, [1.5, -2, 3.25] of bfloat16, and h, [1.5, -2] of float16. */
const OF_H5PY =
  'H4sIAAAAAAACA+2Uz0oDMRDGZ7J/CEHZLShUT30EvXjUil3bg9hFPXhUUfEg6KGH+gb1TXyMPfoIvk1NNjO1CdiD4EGcHyzD' +
  'JF8yyeZLXkeD43WzbcChNaRQwjJzwnTDnPuvKCLFGcU3xe3Y9tFw6ND8se7irKqceh7BdXZSHzUI/5FRdVi7eEk5++ldhbop' +
  'xYfIl/0f1kXI/RzIua+M6BsS0n1F3Uo37eeWllGulELvXz8+QbZyHtRbo5W6uhtWcjt5eb6z+Zat525OuViKDvbnslwv77n+' +
  'lXM4Px0P0O6MX4lptlrP97WXiIdDX2UrfcW2VgtfdVtpp1dQWwkmA1NQ//c+y+mqpNEKZnIIAjQH0NT94dH4BIGel+hVcdzc' +
  'Pz5dT3b3eNRHIX9OEARBEARBEARBEP4c+9B8Aj/ItsYKGAAA';

const folder = await temporaryFolder();

const DENSE = {
  class_name: 'Sequential',
  config: {
    name: 'model',
    layers: [{ class_name: 'Dense', config: { name: 'd', units: 2, batch_input_shape: [null, 3] } }],
  },
};
const KERNEL = { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] };
const BIAS = { shape: [2], values: [7, 8] };
const WEIGHTS = { d: { 'd/kernel:0': KERNEL, 'd/bias:0': BIAS } };

async function importH5(bytes: Uint8Array): Promise<string> {
  const { imported } = await importBytes(folder, 'model.h5', bytes);
  return imported.kind === 'read' ? 'read' : `${imported.kind}: ${imported.message}`;
}

/** The groups of a Keras file with one layer that has these contents. */
function kerasGroups(layer: GroupContent): GroupContent {
  return {
    attributes: { model_config: JSON.stringify(DENSE), keras_version: '2.15.0' },
    groups: { model_weights: { attributes: { layer_names: ['d'] }, groups: { d: layer } } },
  };
}

let files = 0;

async function open(bytes: Uint8Array, timeLimit?: number): Promise<Hdf5File> {
  const path = join(folder, `file-${++files}.h5`);
  await writeFile(path, bytes);
  return Hdf5File.open(path, timeLimit === undefined ? {} : { timeLimit });
}

describe('an HDF5 file', () => {
  test('may begin after a user block', async () => {
    const bytes = await writeKerasH5(DENSE, WEIGHTS);
    const moved = new Uint8Array(512 + bytes.length);
    moved.set(bytes, 512);
    expect(await importH5(moved)).toBe('read');
  });

  test('may have doubles, small integers and a list of names in several attributes', async () => {
    const bytes = await writeHdf5(
      {
        attributes: { model_config: JSON.stringify(DENSE) },
        groups: {
          model_weights: {
            attributes: { layer_names: ['d'] },
            groups: { d: { attributes: { weight_names0: ['kernel'], weight_names1: ['bias'] } } },
          },
        },
      },
      (file) => {
        const group = file.get('model_weights/d');
        if (group === null || !('create_dataset' in group)) throw new Error('no group');
        const data = Float64Array.from(KERNEL.values);
        group.create_dataset({ name: 'kernel', data, shape: KERNEL.shape, dtype: '<d' });
        group.create_dataset({ name: 'bias', data: Float32Array.of(1, 2), shape: [2], dtype: '<f' });
        group.create_dataset({ name: 'count', data: Int8Array.of(-1, 1), shape: [2], dtype: '<b' });
      },
    );
    const file = await open(bytes);
    const values = await file.read('/model_weights/d/kernel');
    expect([...new Float32Array(values.buffer)]).toEqual(KERNEL.values);
    expect([...new Int32Array((await file.read('/model_weights/d/count')).buffer)]).toEqual([-1, 1]);
    await file.close();
    expect(await importH5(bytes)).toBe('read');
  });

  test('may have bfloat16 and float16, as h5py writes them', async () => {
    const file = await open(new Uint8Array(gunzipSync(Buffer.from(OF_H5PY, 'base64'))));
    expect([...new Float32Array((await file.read('/x')).buffer)]).toEqual([1.5, -2, 3.25]);
    expect([...new Float32Array((await file.read('/h')).buffer)]).toEqual([1.5, -2]);
    await file.close();
  });

  test('may be packed', async () => {
    const count = 5_000_000;
    const bytes = await writeHdf5({}, (file) => {
      const data = new Float32Array(count).fill(3);
      file.create_dataset({ name: 'x', data, shape: [count], chunks: [100_000], compression: 9 });
    });
    const file = await open(bytes);
    const values = new Float32Array((await file.read('/x')).buffer);
    expect(values.length).toBe(count);
    expect(values.every((value) => value === 3)).toBe(true);
    await file.close();
  });
});

describe('an HDF5 file is refused that', () => {
  test.each([
    [
      'links to another file',
      (file) => file.create_external_link('other.h5', '/x', 'x'),
      /\/x is a link to another file/,
    ],
    [
      'links to a file that is there',
      (file) => file.create_external_link('/etc/hostname', '/', 'x'),
      /another file/,
    ],
    ['links within itself', (file) => file.create_soft_link('/', 'x'), /\/x is a link, and links are not/],
    ['links in a circle', (file) => file.create_soft_link('/x', 'x'), /\/x is a link/],
  ] satisfies readonly [string, Parameters<typeof writeHdf5>[1], RegExp][])(
    '%s',
    async (_, change, expected) => {
      const file = await open(await writeHdf5({}, change));
      await expect(file.dataset('/x/y')).rejects.toThrow(expected);
      await file.close();
    },
  );

  test('has a cycle of groups, which the import does not follow', async () => {
    const bytes = await writeHdf5(kerasGroups({ attributes: { weight_names: [] } }), (file) => {
      file.create_hard_link('/model_weights', '/model_weights/d/model_weights');
    });
    expect(await importH5(bytes)).toMatch(/malformed: .*layer "d" has 2 weights.*the file has 0/);
  });

  test('declares more data than it has bytes for', async () => {
    const bytes = await writeHdf5({}, (file) => {
      file.create_dataset({
        name: 'x',
        data: new Float32Array(4),
        shape: [4],
        maxshape: [null],
        chunks: [4],
      });
      const dataset = file.get('x');
      if (dataset !== null && 'resize' in dataset) dataset.resize([2 ** 40]);
    });
    const file = await open(bytes);
    await expect(file.dataset('/x')).rejects.toThrow(/\/x says it holds 4398046511104 bytes/);
    await expect(file.read('/x')).rejects.toThrow(/\/x says it holds/);
    await file.close();
  });

  test('holds integers of more than 32 bits', async () => {
    const bytes = await writeHdf5({}, (file) => {
      file.create_dataset({ name: 'x', data: BigInt64Array.of(1n, 2n ** 40n), shape: [2], dtype: '<q' });
    });
    const file = await open(bytes);
    await expect(file.read('/x')).rejects.toThrow(/\/x holds 1099511627776, which 32 bits do not/);
    await file.close();
  });

  test.each([
    ['no configuration', {}, /unsupported: .*without the configuration of a Keras model/],
    ['weights alone', { attributes: { layer_names: ['d'] } }, /unsupported: .*weights alone/],
    [
      'a configuration that is no JSON',
      { attributes: { model_config: '{' } },
      /malformed: .*model_config: is not JSON/,
    ],
    ['another backend', { attributes: { model_config: '{}', backend: 'theano' } }, /unsupported: .*Theano/],
    [
      'no weights',
      { attributes: { model_config: JSON.stringify(DENSE) } },
      /malformed: .*no weights for layer "d"/,
    ],
    [
      'a name without a tensor',
      kerasGroups({ attributes: { weight_names: ['kernel', 'bias'] } }),
      /malformed: .*there is no dataset \/model_weights\/d\/kernel/,
    ],
  ] satisfies readonly [string, GroupContent, RegExp][])('has %s', async (_, content, expected) => {
    expect(await importH5(await writeHdf5(content))).toMatch(expected);
  });

  test('is cut off anywhere', async () => {
    const bytes = await writeKerasH5(DENSE, WEIGHTS);
    for (const part of [0.999, 0.9, 0.5, 0.1, 0.01]) {
      expect(await importH5(bytes.slice(0, bytes.length * part)), `${part}`).toMatch(
        /^(malformed|unsupported): .+/,
      );
    }
  });
});

test('a thread that takes too long is ended, and the process goes on', async () => {
  const file = await open(await writeKerasH5(DENSE, WEIGHTS), 10_000);
  await file.close();
  await expect(file.members('/')).rejects.toBeInstanceOf(Hdf5Error);
  await expect(open(await writeKerasH5(DENSE, WEIGHTS), 0)).rejects.toThrow(/takes too long/);
});

test('whatever the bytes, an import ends with a model or a sentence', async () => {
  const bytes = await writeKerasH5(DENSE, WEIGHTS);
  const cases = Number(process.env.FUZZ_CASES ?? 25);
  await mkdir(folder, { recursive: true });
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ at: fc.nat(bytes.length - 1), value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 255)) }),
        { minLength: 1, maxLength: 40 },
      ),
      async (changes) => {
        const changed = bytes.slice();
        for (const { at, value } of changes) changed[at] = value;
        expect(await importH5(changed)).toMatch(/^(read|malformed: .+|unsupported: .+)/);
      },
    ),
    { numRuns: cases, endOnFailure: true },
  );
});
