import type { Signature, TensorInfo } from '../../worker/model/signature.ts';

/**
 * Returns a TypeScript file that tells the client the signatures of a model: names, dtypes, shapes and classes. Files of
 * several models add to one interface.
 *
 * @param origin the lines above, such as the version and the command that made it
 */
export function modelTypes(
  model: string,
  signatures: Readonly<Record<string, Signature>>,
  origin: readonly string[],
): string[] {
  return [
    ...origin.map((line) => `// ${line}`),
    'declare global {',
    '  interface EdgeServingModels {',
    `    ${key(model)}: {`,
    ...Object.entries(signatures).flatMap(([name, { inputs, outputs }]) => [
      `      ${key(name)}: {`,
      ...tensorsLines('inputs', inputs),
      ...tensorsLines('outputs', outputs),
      '      };',
    ]),
    '    };',
    '  }',
    '}',
    '',
    'export {};',
  ];
}

function tensorsLines(what: string, tensors: Readonly<Record<string, TensorInfo>>): string[] {
  return [
    `        ${what}: {`,
    ...Object.entries(tensors).map(([name, info]) => `          ${key(name)}: ${tensorType(info)};`),
    '        };',
  ];
}

function tensorType({ dtype, shape, anyShape, classes }: TensorInfo): string {
  const sizes = shape === null || anyShape ? 'null' : `[${shape.join(', ')}]`;
  const members = [`dtype: '${dtype}'`, `shape: ${sizes}`];
  if (classes !== undefined) members.push(`classes: [${classes.map(literal).join(', ')}]`);
  return `{ ${members.join('; ')} }`;
}

/** Names come from models. One that is not an identifier is quoted. */
function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}

function literal(text: string): string {
  return JSON.stringify(text);
}
