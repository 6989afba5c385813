/** Why a model cannot become a version. The message names the file and the place in it. */
export interface ImportProblem {
  /** `unsupported`: a valid model of a kind that cannot be served. `malformed`: not a valid model. */
  readonly kind: 'unsupported' | 'malformed';
  readonly message: string;
}

export type Imported<T> = { readonly kind: 'read'; readonly value: T } | ImportProblem;

export function read<T>(value: T): { readonly kind: 'read'; readonly value: T } {
  return { kind: 'read', value };
}

export function malformed(message: string): ImportProblem {
  return { kind: 'malformed', message };
}

export function unsupported(message: string): ImportProblem {
  return { kind: 'unsupported', message };
}

/** Names the file in the message of a problem, unless it is named already. */
export function inFile<T>(file: string, imported: Imported<T>): Imported<T> {
  return imported.kind === 'read' || imported.message.startsWith(`${file}: `)
    ? imported
    : { kind: imported.kind, message: `${file}: ${imported.message}` };
}
