import type { DataType } from '../../../model/dtype.ts';
import type { TensorValue } from '../../../model/tensor.ts';
import { afterSpace, OPEN_LIST } from '../../json/ascii.ts';
import { JsonCursor } from '../../json/scan/json_cursor.ts';
import { leadingShape } from '../../json/tensors/tensor_list.ts';
import type { Datatype } from '../datatype.ts';
import { createDataCells, type DataCells } from './data_cells.ts';
import type { DataText } from './data_text.ts';

const OTHER_SHAPE = "shape does not match true shape of 'data' field";

export interface DescribedData {
  readonly shape: readonly number[];
  /** The number of elements of the shape. */
  readonly count: number;
  readonly datatype: Datatype;
}

/**
 * Makes a tensor of the values in `data`: one list in row-major order, or lists nested like the shape, in which
 * dimensions of size 1 may be omitted or added. Returns the reason if the data is invalid. Memory for the shape is
 * allocated only after the lists are known to have as many values.
 *
 * @param dtype the model's, to which the datatype can be converted
 */
export function tensorOfData(
  { bytes, start, floats }: DataText,
  { shape, count, datatype }: DescribedData,
  base64: boolean,
  dtype: DataType,
): TensorValue | string {
  const isRead = floats !== undefined && dtype === 'float32';
  if (isRead && fits(floats.shape, shape, count)) return { dtype, shape, values: floats.values };
  const cursor = new JsonCursor(bytes, start);
  if (count === 0) {
    return emptyFault(cursor) ?? createDataCells(dtype, datatype, 0, base64).tensor(shape);
  }
  // A flat list states its number of values itself.
  const isFlat = bytes[afterSpace(bytes, start + 1)] !== OPEN_LIST;
  const found = isFlat ? [count] : leadingShape(cursor);
  if (found === undefined || !fits(found, shape, count)) {
    return `${OTHER_SHAPE}: lists of [${found}] where there should be [${shape}]`;
  }
  if (count > (bytes.length - start) / 2) return `${OTHER_SHAPE}: it has fewer values than [${shape}]`;
  const cells = createDataCells(dtype, datatype, count, base64);
  const fault = readList(cursor, found, 0, cells);
  if (fault !== undefined) return fault;
  return cells.tensor(shape);
}

/** True if lists of a shape make a tensor of another shape: flat, or nested alike except for dimensions of size 1. */
function fits(lists: readonly number[], shape: readonly number[], count: number): boolean {
  if (lists.length === 1) return lists[0] === count;
  return withoutOnes(lists) === withoutOnes(shape);
}

function withoutOnes(shape: readonly number[]): string {
  return shape.filter((size) => size !== 1).join();
}

/** Reads the list at the cursor at nesting level `level`. Returns the reason if its shape differs. */
function readList(
  cursor: JsonCursor,
  shape: readonly number[],
  level: number,
  cells: DataCells,
): string | undefined {
  const size = shape[level] ?? 0;
  const isLast = level === shape.length - 1;
  let count = 0;
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    if (count === size) return `${OTHER_SHAPE}: a list has more than ${size} elements`;
    if (isLast) {
      if (!cells.read(cursor)) return cells.fault(cursor);
    } else {
      if (cursor.bytes[cursor.at] !== OPEN_LIST) return `${OTHER_SHAPE}: a value beside lists`;
      const fault = readList(cursor, shape, level + 1, cells);
      if (fault !== undefined) return fault;
    }
    count += 1;
  }
  return count === size ? undefined : `${OTHER_SHAPE}: a list of ${count} where there should be ${size}`;
}

/** Returns why nested lists are not empty. Leaves the cursor behind them if they are. */
function emptyFault(cursor: JsonCursor): string | undefined {
  let depth = 0;
  do {
    if (cursor.bytes[cursor.at] !== OPEN_LIST)
      return `${OTHER_SHAPE}: there is a value and the shape has none`;
    if (cursor.enter()) {
      depth += 1;
      continue;
    }
    while (depth > 0 && !cursor.next()) depth -= 1;
  } while (depth > 0);
  return undefined;
}
