import type { Enumeration, KernelSignature, KernelSignatures } from './kernel_signatures.ts';

const WIDTH = 110;

/** The types of address parameters: see assembly/roles.ts. */
const ADDRESSES = ['Input', 'Output', 'Scratch'];
const NUMBERS = ['i32', 'u32', 'f32', 'f64', 'usize'];

/** Makes the TypeScript module with the kernels' parameters. */
export function signatureModule({ functions, enumerations }: KernelSignatures): string {
  // A function without addresses and without a result has no use for a caller.
  const called = functions
    .filter(
      ({ parameters, result }) =>
        result !== 'void' || parameters.some(({ type }) => ADDRESSES.includes(type)),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const types = new Map<string, string>([
    ...[...ADDRESSES, ...NUMBERS].map((type) => [type, 'number'] as const),
    ...enumerations.map(({ name }) => [name, name] as const),
    ['Flag', '0 | 1'],
    ['void', 'void'],
  ]);
  return [
    '// biome-ignore-all format: as many parameters on a line as fit',
    '// `npm run signatures` writes this file from the exports of assembly/index.ts.',
    ...enumerations.map(enumeration),
    '',
    '/** The parameters of each kernel in their order, by their types in AssemblyScript: see assembly/roles.ts. */',
    'export const SIGNATURES = {',
    ...called.map(table),
    '} as const;',
    '',
    '/** The functions of the WebAssembly module. Addresses are in bytes; assembly/ says what each of them computes. */',
    'export interface KernelFunctions {',
    ...called.map((signature) => method(signature, types)),
    '}',
    '',
  ].join('\n');
}

function enumeration({ name, members }: Enumeration): string {
  const values = members.map((member, value) => `${member}: ${value}`);
  return [
    '',
    `export const ${name} = {`,
    wrapped(values, '  '),
    '} as const;',
    `export type ${name} = (typeof ${name})[keyof typeof ${name}];`,
  ].join('\n');
}

function table({ name, parameters }: KernelSignature): string {
  const types = parameters.map((parameter) => `${parameter.name}: '${parameter.type}'`);
  return [`  ${name}: {`, wrapped(types, '    '), '  },'].join('\n');
}

function method({ name, parameters, result }: KernelSignature, types: ReadonlyMap<string, string>): string {
  const typeOf = (type: string): string => {
    const found = types.get(type);
    if (found === undefined) throw new Error(`${name} has a type that TypeScript does not know: ${type}`);
    return found;
  };
  const taken = parameters.map((parameter) => `${parameter.name}: ${typeOf(parameter.type)}`);
  return [`  ${name}(`, wrapped(taken, '    '), `  ): ${typeOf(result)};`].join('\n');
}

/** Returns lines of the items, each with a comma and as many on a line as fit. */
function wrapped(items: readonly string[], indentation: string): string {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${item},`.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${item},`;
    else lines.push(`${indentation}${item},`);
  }
  return lines.join('\n');
}
