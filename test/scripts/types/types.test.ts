import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { modelTypes } from '../../../scripts/types/model_types.ts';
import type { Signature } from '../../../worker/model/signature.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();

const predict = { method: 'tensorflow/serving/predict' } as const;
const float = (shape: number[] | null) => ({ name: 't:0', dtype: 'float32', shape }) as const;

const HALF: Record<string, Signature> = {
  serving_default: { ...predict, inputs: { x: float([-1]) }, outputs: { y: float([-1]) } },
};
const FLOWERS: Record<string, Signature> = {
  serving_default: {
    ...predict,
    inputs: { 'an image': { name: 'i:0', dtype: 'string', shape: [-1] } },
    outputs: {
      scores: { ...float([-1, 3]), classes: ['rose', 'lily "of the valley"', '\u2028*/'] },
      best: { name: 'b:0', dtype: 'int32', shape: [-1] },
    },
  },
  embed: {
    ...predict,
    inputs: { pixels: float([-1, 8, 8]), crop: { name: 'c:0', dtype: 'bool', shape: [] } },
    outputs: { vector: float(null) },
  },
};

beforeAll(async () => {
  await writeFile(join(folder, 'half.d.ts'), modelTypes('half', HALF, ['made by a test']).join('\n'));
  await writeFile(join(folder, 'flowers.d.ts'), modelTypes('flower-s', FLOWERS, []).join('\n'));
  const client = join(PACKAGE_ROOT, 'client/index.ts');
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(PACKAGE_ROOT, 'client/tsconfig.json'),
      compilerOptions: { types: [], typeRoots: [], paths: { 'edge-serving/client': [client] } },
      include: ['*.ts'],
    }),
  );
});

/** Compiles a program against the client and the types of both models. Returns the errors by their lines. */
async function compile(program: readonly string[]): Promise<string[]> {
  const head = [
    "import { createClient } from 'edge-serving/client';",
    "const client = createClient({ url: 'http://localhost' });",
  ];
  await writeFile(join(folder, 'program.ts'), [...head, ...program, ''].join('\n'));
  const tsc = join(PACKAGE_ROOT, 'node_modules/.bin/tsc');
  const done = await promisify(execFile)(tsc, ['-p', folder, '--pretty', 'false']).catch((error) => error);
  return String(done.stdout)
    .split('\n')
    .flatMap((line) => {
      const [, file = '', at = ''] = /(\w+(?:\.d)?\.ts)\((\d+),\d+\): error/.exec(line) ?? [];
      return file === '' ? [] : [file === 'program.ts' ? `line ${Number(at) - head.length}` : line];
    });
}

test('a program that uses models as they are compiles, and so does one with other models', async () => {
  expect(
    await compile([
      "const half = await client.predict('half', { x: Float32Array.of(1) });",
      'if (half.ok) { const y: Float32Array = half.outputs.y.values; const [size]: readonly [number] = half.outputs.y.shape; console.log(y, size); }',
      "const flowers = await client.predict('flower-s', { 'an image': [new Uint8Array(3), 'text'] });",
      'if (flowers.ok) { const [rows, three]: readonly [number, 3] = flowers.outputs.scores.shape; const best: Int32Array = flowers.outputs.best.values; console.log(rows, three, best); }',
      "const one = await client.predict('flower-s', { 'an image': 'x' }, { outputs: ['best'] });",
      'if (one.ok) console.log(one.outputs.best.values);',
      "const vector = await client.predict('flower-s', { pixels: { values: [1], shape: [1, 8, 8] }, crop: true }, { signature: 'embed' });",
      'if (vector.ok) { const shape: readonly number[] = vector.outputs.vector.shape; console.log(shape); }',
      "const named = await client.classify('flower-s', new Uint8Array(3));",
      `if (named.ok) { const label: 'rose' | 'lily "of the valley"' | '\\u2028*/' | undefined = named.classes[0]?.label; console.log(label); }`,
      "const other = await client.predict('other', { anything: [1] }, { signature: 'some', outputs: ['o'] });",
      "if (other.ok) { const values = other.outputs['o']?.values; console.log(values); }",
      'const name: string = String(Math.random());',
      'console.log(await client.predict(name, { anything: [1] }));',
    ]),
  ).toEqual([]);
});

test('a program that uses a model as it is not does not compile', async () => {
  expect(
    await compile([
      "await client.predict('half', { z: [1] });",
      "await client.predict('half', { x: 'text' });",
      "await client.predict('half', {});",
      "await client.predict('half', { x: [1] }, { signature: 'embed' });",
      "const half = await client.predict('half', { x: [1] });",
      'if (half.ok) console.log(half.outputs.z);',
      "const one = await client.predict('flower-s', { 'an image': 'x' }, { outputs: ['best'] });",
      'if (one.ok) console.log(one.outputs.scores);',
      "await client.predict('flower-s', { 'an image': 'x' }, { outputs: ['worst'] });",
      "const named = await client.classify('flower-s', 'text');",
      "if (named.ok && named.classes[0]?.label === 'tulip') console.log(named);",
    ]),
  ).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 6', 'line 8', 'line 9', 'line 11']);
});
