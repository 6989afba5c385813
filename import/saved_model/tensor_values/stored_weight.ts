import { elementCount } from '../../../worker/model/tensor.ts';
import type { Weight } from '../../graph/graph.ts';
import { type Imported, malformed, read } from '../../import_result.ts';
import type { ShapeMessage } from '../protobuf/graph_messages.ts';

/** A weight that remembers what its file calls its type. */
export interface StoredWeight extends Weight {
  readonly storedType: string;
}

/** Elements; of four bytes each no tensor is more than 2 GB. */
const MOST_ELEMENTS = 2 ** 29;

/** The shape of a tensor that has values: every size known, and no more elements than a file can hold. */
export function tensorShape(message: ShapeMessage | null, place: string): Imported<number[]> {
  if (message?.unknownRank === true) return malformed(`${place} has no rank`);
  const shape = (message?.dim ?? []).map(({ size }) => Number(size));
  if (shape.some((size) => size < 0)) return malformed(`${place}: its shape [${shape}] has a negative size`);
  return elementCount(shape) > MOST_ELEMENTS
    ? malformed(`${place}: its shape [${shape}] is too large`)
    : read(shape);
}
