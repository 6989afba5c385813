import { symlink } from 'node:fs/promises';
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

const oneWeight = (spec: object, paths: readonly unknown[] = ['weights.bin']): object => ({
  weightsManifest: [{ paths, weights: [{ name: 'a', shape: [1], dtype: 'float32', ...spec }] }],
});

describe('weights', () => {
  test.for([
    ['too few bytes', oneWeight({ shape: [3] }), /hold 8 bytes and its weights need 12/],
    ['no files', oneWeight({ shape: [2], dtype: 'float32' }, []), /hold 0 bytes and its weights need 8/],
    ['too few bytes for strings', oneWeight({ shape: [9], dtype: 'string' }), /need at least 36/],
    ['half a size', oneWeight({ shape: [1.5] }), /weights\.0\.shape\.0 must be an integer and is 1\.5$/],
    ['complex64', oneWeight({ dtype: 'complex64' }), /weights\.0\.dtype must be .* and is "complex64"/],
    [
      'int32 as float16',
      oneWeight({ dtype: 'int32', quantization: { dtype: 'float16' } }),
      /int32 cannot be quantized as float16/,
    ],
    [
      'quantized strings',
      oneWeight({ dtype: 'string', quantization: { dtype: 'float16' } }),
      /strings cannot be quantized/,
    ],
    [
      'an unknown quantization',
      oneWeight({ quantization: { dtype: 'uint4', scale: 1, min: 0 } }),
      /quantization\.dtype/,
    ],
    ['a size beyond memory', oneWeight({ shape: [2 ** 40, 2 ** 40] }), /too large/],
    ['a negative size', oneWeight({ shape: [-1] }), /shape\.0/],
    [
      'a path to the parent',
      oneWeight({}, ['../1/weights.bin']),
      /paths\[0\]: "\.\.\/1\/weights\.bin" is not a path inside/,
    ],
    ['an absolute path', oneWeight({}, ['/etc/passwd']), /is not a path inside/],
    ['a path that leads out', oneWeight({}, ['a/../../x']), /is not a path inside/],
    ['a path with a backslash', oneWeight({}, ['..\\x']), /is not a path inside/],
    ['a path of a drive', oneWeight({}, ['C:/x']), /is not a path inside/],
    ['an empty path', oneWeight({}, ['']), /is not a path inside/],
    ['a path with a zero byte', oneWeight({}, ['weights.bin\0']), /is not a path inside/],
    ['a missing file', oneWeight({}, ['nothing.bin']), /there is no file "nothing\.bin"/],
    ['a long path', oneWeight({}, ['x'.repeat(5000)]), /there is no file/],
    ['a path below a file', oneWeight({}, ['weights.bin/x']), /there is no file/],
    ['the directory', oneWeight({}, ['.']), /"\." is not a file/],
    ['the topology', oneWeight({}, ['model.json']), /is the topology itself/],
    [
      'two weights of one name',
      { weightsManifest: [...GRAPH_MODEL.weightsManifest, ...GRAPH_MODEL.weightsManifest] },
      /two weights "a"/,
    ],
  ] as const)('are refused where they are unsound: %s', async ([_, json, expected]) => {
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
      'weights.bin': GRAPH_WEIGHTS,
      'golden.json': { examples: [] },
    });
    const directory = await writeFiles(nextFolder(), { 'model.json': GRAPH_MODEL });
    await symlink(join(outside, 'weights.bin'), join(directory, 'weights.bin'));
    expect(problem(await readTfjsDirectory(directory))).toMatch(
      /"weights\.bin" is a link out of the model's directory/,
    );

    const linked = await writeFiles(nextFolder(), { 'model.json': GRAPH_MODEL, 'other.bin': GRAPH_WEIGHTS });
    await symlink('other.bin', join(linked, 'weights.bin'));
    expect(content(await readTfjsDirectory(linked)).blobs).toHaveLength(2);
    await symlink(join(outside, 'golden.json'), join(linked, 'golden.json'));
    expect(problem(await readTfjsDirectory(linked))).toMatch(/"golden\.json" is a link out/);
  });
});
