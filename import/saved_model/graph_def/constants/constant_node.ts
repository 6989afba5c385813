import { read } from '../../../import_result.ts';
import type { StoredWeight } from '../../../tensor_values/stored_weight.ts';
import type { SourceNode } from '../source_graph.ts';

/** Makes a constant that the file does not contain. */
export function constantNode(name: string, weight: StoredWeight): SourceNode {
  return { name, op: 'Const', input: [], attr: { dtype: { type: weight.storedType } }, value: read(weight) };
}
