import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { importBytes, layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive, writeZip } from '../../fixtures/keras/keras_files.ts';

const folder = await temporaryFolder();

const DENSE = sequential3([3], [layer('Dense', { name: 'd', units: 2 })]);
const VARIABLES = {
  'layers/dense/vars/0': { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
  'layers/dense/vars/1': { shape: [2], values: [7, 8] },
};
const METADATA = JSON.stringify({ keras_version: '3.8.0' });

async function importArchive(bytes: Uint8Array): Promise<string> {
  const { imported } = await importBytes(folder, 'model.keras', bytes);
  return imported.kind === 'read' ? 'read' : `${imported.kind}: ${imported.message}`;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Replaces all occurrences of a text in an archive by one of the same length. */
function replaced(bytes: Uint8Array, text: string, by: string): Uint8Array {
  const buffer = Buffer.from(bytes);
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + 1)) buffer.set(bytesOf(by), at);
  return buffer;
}

/** Writes a four-byte number at an offset from every header with a signature. */
function withField(bytes: Uint8Array, signature: string, offset: number, value: number): Uint8Array {
  const buffer = Buffer.from(bytes);
  for (let at = buffer.indexOf(signature); at >= 0; at = buffer.indexOf(signature, at + 1)) {
    buffer.writeUInt32LE(value, at + offset);
  }
  return buffer;
}

const LOCAL = 'PK\x03\x04';
const CENTRAL = 'PK\x01\x02';

test('a sound archive is read, stored or packed', async () => {
  expect(await importArchive(await writeKerasArchive(DENSE, VARIABLES))).toBe('read');
});

describe('an archive is refused', () => {
  test('that is another kind of archive', async () => {
    expect(await importArchive(await writeZip({ 'data.pkl': 'x' }))).toMatch(
      /unsupported: .*zip archive that is no Keras model.*Supported: /,
    );
  });

  test('with a path outside its directory', async () => {
    const bytes = await writeZip({ 'config.json': '{}', 'model.weights.h5': 'x', 'aa/bb/cc/passwd': 'x' });
    expect(await importArchive(replaced(bytes, 'aa/bb/cc/passwd', '../../../passwd'))).toMatch(
      /malformed: .*the archive is damaged: an entry has a path out of the archive, "\.\.\/\.\.\/\.\.\/passwd"; save/,
    );
  });

  test('with two entries of one name', async () => {
    const bytes = await writeZip({ 'config.json': '{}', 'model.weights.h5': 'x', 'config.jsoo': '{}' });
    expect(await importArchive(replaced(bytes, 'config.jsoo', 'config.json'))).toMatch(
      /malformed: .*damaged: it can be read in two ways, .* save the model again/,
    );
  });

  test('whose configuration unpacks to more memory than any machine has', async () => {
    const bytes = await writeZip(
      { 'metadata.json': METADATA, 'config.json': ' '.repeat(70_000_000), 'model.weights.h5': 'x' },
      9,
    );
    expect(bytes.length).toBeLessThan(100_000);
    expect(await importArchive(bytes)).toMatch(
      /malformed: .*config\.json unpacks to 70000000 bytes, of which/,
    );
  });

  test('whose lists of words unpack to too much together', async () => {
    const words = ' '.repeat(70_000_000);
    const bytes = await writeZip(
      {
        'metadata.json': METADATA,
        'config.json': JSON.stringify(DENSE),
        'model.weights.h5': 'x',
        'assets/a.txt': words,
        'assets/b.txt': words,
      },
      9,
    );
    expect(await importArchive(bytes)).toMatch(
      /malformed: .*assets\/b\.txt unpacks to 70000000 bytes, of which at most 64217728 are read/,
    );
  });

  test('whose weights unpack to far more than its layers need', async () => {
    const bytes = await writeZip(
      {
        'metadata.json': METADATA,
        'config.json': JSON.stringify(DENSE),
        'model.weights.h5': ' '.repeat(70_000_000),
      },
      9,
    );
    expect(await importArchive(bytes)).toMatch(
      /malformed: .*model\.weights\.h5 unpacks to 70000000 bytes, of which at most \d{8} are read/,
    );
  });

  test('whose entry says that it unpacks to more than it can', async () => {
    const archive = await writeKerasArchive(DENSE, VARIABLES);
    const lying = withField(withField(archive, LOCAL, 22, 2 ** 31), CENTRAL, 24, 2 ** 31);
    expect(await importArchive(lying)).toMatch(
      /malformed: .*metadata\.json says its \d+ bytes unpack to 2147483648/,
    );
  });

  test('whose entry unpacks to more than it says', async () => {
    const packed = await writeZip(
      { 'metadata.json': METADATA, 'config.json': ' '.repeat(1_000_000), 'model.weights.h5': 'x' },
      9,
    );
    const lying = withField(withField(packed, LOCAL, 22, 60), CENTRAL, 24, 60);
    expect(deflateRawSync(' '.repeat(1_000_000)).length).toBeGreaterThan(60);
    expect(await importArchive(lying)).toMatch(/^malformed: /);
  });

  test('whose bytes do not match their checksum', async () => {
    const bytes = await writeKerasArchive(DENSE, VARIABLES);
    expect(await importArchive(replaced(bytes, '"units":2', '"units":3'))).toMatch(
      /malformed: .*config\.json is damaged: it is cut off or changed; copy or download the file again/,
    );
  });

  test('that is cut off, or followed by something', async () => {
    const bytes = await writeKerasArchive(DENSE, VARIABLES);
    expect(await importArchive(bytes.slice(0, bytes.length / 2))).toMatch(
      /^malformed: .*damaged: it is cut off or changed; copy or download the file again/,
    );
    expect(await importArchive(Buffer.concat([bytes, bytesOf('more')]))).toMatch(/^malformed: .*damaged/);
  });

  test('without a version, a configuration or weights that can be read', async () => {
    const h5 = 'no HDF5 file';
    expect(
      await importArchive(
        await writeZip({ 'metadata.json': '{}', 'config.json': '{}', 'model.weights.h5': h5 }),
      ),
    ).toMatch(/malformed: .*metadata\.json does not tell the version/);
    expect(
      await importArchive(
        await writeZip({ 'metadata.json': METADATA, 'config.json': '{', 'model.weights.h5': h5 }),
      ),
    ).toMatch(/malformed: .*config\.json: is not JSON/);
    const config = JSON.stringify(DENSE);
    expect(
      await importArchive(
        await writeZip({ 'metadata.json': METADATA, 'config.json': config, 'model.weights.h5': h5 }),
      ),
    ).toMatch(/malformed: .*model\.weights\.h5: is damaged: HDF5 cannot open it/);
  });
});

test('whatever the configuration, an import ends with a model or a sentence', async () => {
  const names = fc.constantFrom(
    'Dense',
    'LSTM',
    'Functional',
    'Sequential',
    'InputLayer',
    'Bidirectional',
    'x',
  );
  const members = fc.constantFrom(
    'units',
    'name',
    'layers',
    'layer',
    'batch_shape',
    'input_layers',
    'activation',
  );
  const json = fc.letrec((tie) => ({
    object: fc.record({
      class_name: names,
      config: fc.dictionary(members, tie('value'), { maxKeys: 4 }),
      inbound_nodes: fc.oneof(fc.constant([]), fc.array(tie('value'), { maxLength: 2 })),
    }),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, true, -1, 3, 1e308, '', '__proto__', 'relu'),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(json.object, async (configuration) => {
      const bytes = await writeKerasArchive(Object(configuration), VARIABLES);
      expect(await importArchive(bytes)).toMatch(/^(read|malformed: .+|unsupported: .+)/);
    }),
    { numRuns: Number(process.env.FUZZ_CASES ?? 100), endOnFailure: true },
  );
});
