/**
 * The parts of AssemblyScript's compiler that the build uses, under the names of both of its modules. The compiler's own
 * declarations have a global `console` with one method, which hides that of Node in all sources that are checked with them.
 */

interface Named {
  readonly text: string;
}

export class TypeNode {
  readonly range: { toString(): string };
}

export class NamedTypeNode extends TypeNode {
  readonly name: { readonly identifier: Named };
}

export class FunctionDeclaration {
  readonly name: Named;
  readonly signature: {
    readonly parameters: readonly { readonly name: Named; readonly type: TypeNode }[];
    readonly returnType: TypeNode;
  };
}

export class EnumDeclaration {
  readonly name: Named;
  readonly values: readonly { readonly name: Named; readonly initializer: object | null }[];
}

export class ExportStatement {
  readonly members: readonly { readonly exportedName: Named }[] | null;
  readonly internalPath: string | null;
}

interface Program {
  readonly sources: readonly { readonly internalPath: string; readonly statements: readonly object[] }[];
  readonly diagnostics: readonly { toString(): string }[];
}

export function newOptions(): object;
export function newProgram(options: object): Program;
export function parse(program: Program, text: string, path: string): void;

declare const compiler: {
  /** Compiles as the command does. See https://www.assemblyscript.org/compiler.html#programmatic-usage */
  main(
    argv: readonly string[],
    options: { readonly writeFile: (name: string, contents: Uint8Array | string) => void },
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
};
export default compiler;
