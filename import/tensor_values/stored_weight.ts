import { elementCount } from '../../worker/model/tensor.ts';
import type { Weight } from '../graph/graph.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import type { ShapeMessage } from '../saved_model/protobuf/graph_messages.ts';

/** A weight with the name of its type in the file. */
export interface StoredWeight extends Weight {
  readonly storedType: string;
}

/** The most elements: with four bytes each, a tensor has at most 2 GB. */
const MOST_ELEMENTS = 2 ** 29;

/** Reads the shape of a tensor with values: all sizes are known, and a file can contain the elements. */
export function tensorShape(message: ShapeMessage | null, place: string): Imported<number[]> {
  if (message?.unknownRank === true) return malformed(`${place} has no rank`);
  const shape = (message?.dim ?? []).map(({ size }) => Number(size));
  if (shape.some((size) => size < 0)) return malformed(`${place}: its shape [${shape}] has a negative size`);
  return elementCount(shape) > MOST_ELEMENTS
    ? malformed(`${place}: its shape [${shape}] is too large`)
    : read(shape);
}
