import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FunctionDeclaration, TypeNode } from 'assemblyscript';
import { sourceFiles } from './kernel_build.ts';

export interface KernelSignature {
  readonly name: string;
  /** In order. A type is its name in AssemblyScript. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly result: string;
}

export interface Enumeration {
  readonly name: string;
  /** The first member is 0, the next one 1. */
  readonly members: readonly string[];
}

/** The exports of a module of kernels, as its sources declare them. */
export interface KernelSignatures {
  readonly functions: readonly KernelSignature[];
  /** The enumerations that are types of parameters. */
  readonly enumerations: readonly Enumeration[];
}

/**
 * Reads signatures from AssemblyScript without compiling it.
 *
 * @param folder the folder of the sources. Its index.ts exports functions of other files by name
 * @throws if a source does not parse, or if the table cannot represent an export
 */
export async function readSignatures(folder: string): Promise<KernelSignatures> {
  // The compiler loads slowly.
  const compiler = await import('assemblyscript');
  const program = compiler.newProgram(compiler.newOptions());
  for (const file of await sourceFiles(folder)) {
    compiler.parse(program, await readFile(path.join(folder, file), 'utf8'), file);
  }
  if (program.diagnostics.length > 0) throw new Error(program.diagnostics.join('\n'));

  const exported: string[] = [];
  const declared = new Map<string, FunctionDeclaration>();
  const enumerations: Enumeration[] = [];
  for (const { internalPath, statements } of program.sources) {
    for (const statement of statements) {
      if (statement instanceof compiler.FunctionDeclaration) {
        declared.set(`${internalPath}/${statement.name.text}`, statement);
      } else if (statement instanceof compiler.EnumDeclaration) {
        const { name, values } = statement;
        if (values.some(({ initializer }) => initializer !== null))
          throw new Error(`members of ${name.text} have numbers of their own`);
        enumerations.push({ name: name.text, members: values.map((member) => member.name.text) });
      } else if (internalPath === 'index' && statement instanceof compiler.ExportStatement) {
        const { members, internalPath: from } = statement;
        exported.push(...(members ?? []).map(({ exportedName }) => `${from}/${exportedName.text}`));
      }
    }
  }

  const nameOf = (type: TypeNode): string => {
    if (type instanceof compiler.NamedTypeNode) return type.name.identifier.text;
    throw new Error(`a type is not a name: ${type.range}`);
  };
  const functions = exported.map((key): KernelSignature => {
    const declaration = declared.get(key);
    if (declaration === undefined) throw new Error(`index.ts exports ${key}, which is not a function`);
    const { parameters, returnType } = declaration.signature;
    return {
      name: declaration.name.text,
      parameters: parameters.map(({ name, type }) => ({ name: name.text, type: nameOf(type) })),
      result: nameOf(returnType),
    };
  });
  const types = new Set(functions.flatMap(({ parameters }) => parameters.map(({ type }) => type)));
  return { functions, enumerations: enumerations.filter(({ name }) => types.has(name)) };
}
