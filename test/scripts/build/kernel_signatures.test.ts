import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSignatures } from '../../../scripts/build/kernel_signatures.ts';
import { signatureModule } from '../../../scripts/build/signature_module.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folders = await temporaryFolder();

const ROLES = 'export type Input = usize;\nexport type Output = usize;\nexport type Flag = i32;\n';
const TAKE = `
import { Flag, Input, Output } from '../roles';
/** How to round. */
export const enum Rounding { down, toEven }
const enum Unseen { one }
/** Of ( parentheses ) and: colons. */
export function take(x: Input, y: Output, count: i32, scale: f32, rounding: Rounding, reversed: Flag): void {}
export function take_bytes(count: i32): usize { return count << 2; }
export function tune(factor: f32): void {}
function inner(x: usize): void {}
`;

/** A folder of sources whose index exports these names of one of its files. */
async function sources(names: string, text = TAKE): Promise<string> {
  const folder = await mkdtemp(path.join(folders, 'sources-'));
  await mkdir(path.join(folder, 'take'));
  await writeFile(path.join(folder, 'roles.ts'), ROLES);
  await writeFile(path.join(folder, 'take/take.ts'), text);
  await writeFile(path.join(folder, 'index.ts'), `export { ${names} } from './take/take';`);
  return folder;
}

test('signatures are read as the exports declare them', async () => {
  expect(await readSignatures(await sources('take, take_bytes'))).toEqual({
    functions: [
      {
        name: 'take',
        parameters: [
          { name: 'x', type: 'Input' },
          { name: 'y', type: 'Output' },
          { name: 'count', type: 'i32' },
          { name: 'scale', type: 'f32' },
          { name: 'rounding', type: 'Rounding' },
          { name: 'reversed', type: 'Flag' },
        ],
        result: 'void',
      },
      { name: 'take_bytes', parameters: [{ name: 'count', type: 'i32' }], result: 'usize' },
    ],
    enumerations: [{ name: 'Rounding', members: ['down', 'toEven'] }],
  });
});

test('the module has them as values and as types, without functions that the worker never calls', async () => {
  const module = signatureModule(await readSignatures(await sources('tune, take_bytes, take')));
  expect(module.split('\n').slice(3)).toEqual([
    'export const Rounding = {',
    '  down: 0, toEven: 1,',
    '} as const;',
    'export type Rounding = (typeof Rounding)[keyof typeof Rounding];',
    '',
    expect.stringMatching(/^\/\*\*/),
    'export const SIGNATURES = {',
    '  take: {',
    "    x: 'Input', y: 'Output', count: 'i32', scale: 'f32', rounding: 'Rounding', reversed: 'Flag',",
    '  },',
    '  take_bytes: {',
    "    count: 'i32',",
    '  },',
    '} as const;',
    '',
    expect.stringMatching(/^\/\*\*/),
    'export interface KernelFunctions {',
    '  take(',
    '    x: number, y: number, count: number, scale: number, rounding: Rounding, reversed: 0 | 1,',
    '  ): void;',
    '  take_bytes(',
    '    count: number,',
    '  ): number;',
    '}',
    '',
  ]);
});

test.each([
  [
    'a type without a meaning in TypeScript',
    'take',
    'export function take(x: v128): i32 { return 0; }',
    'v128',
  ],
  ['an export that is not a function', 'SIX', 'export const SIX = 6;', 'take/take/SIX'],
  [
    'an enumeration with numbers of its own',
    'take',
    'export enum E { six = 6 }\nexport function take(e: E): i32 { return 0; }',
    'E',
  ],
  ['what does not parse', 'take', 'export function take(', 'expected'],
])('%s is refused', async (_, names, text, message) => {
  const folder = await sources(names, text);
  await expect(readSignatures(folder).then(signatureModule)).rejects.toThrow(message);
});
