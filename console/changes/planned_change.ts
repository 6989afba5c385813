import { findChange } from '../../worker/registry/pointer/change/table.ts';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import { consequencesOf } from './consequences.ts';

/** A change of a pointer that a person is about to make, by its name in the API. */
export interface PlannedChange {
  readonly name: string;
  readonly parameters: object;
  /** What it does, as the heading and the button say it. @example 'Promote 1.1.0' */
  readonly title: string;
}

/** What a change would do now. */
export type Preview =
  | { readonly kind: 'changes'; readonly consequences: readonly string[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Only the history keeps a record, and a preview writes none. */
const RECORD = { id: 'preview', at: new Date(0).toISOString(), by: 'preview' };

/** Works out what a change would do to a pointer, by the same transition that the management Worker runs. */
export function previewChange(model: string, pointer: Pointer | undefined, planned: PlannedChange): Preview {
  const read = findChange(planned.name)?.read(planned.parameters);
  if (read === undefined) return { kind: 'refused', reason: `the change "${planned.name}" does not exist` };
  if (read.kind === 'malformed') return { kind: 'refused', reason: read.reason };
  const prepared = read.value.change.prepare({ model, pointer, record: RECORD });
  const result = prepared.kind === 'ready' ? prepared.transition(undefined)(pointer) : prepared;
  if (result.kind !== 'changed') return result;
  return { kind: 'changes', consequences: consequencesOf(pointer, result.pointer) };
}
