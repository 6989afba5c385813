import type { DataType } from '../../registry/signature.ts';
import type { TensorValue } from '../../runtime/tensor.ts';
import type { Datatype } from './datatype.ts';
import { createListWriter, type ListWriter } from './list_writer.ts';
import type { InputTensor } from './parse_request.ts';

/** Triton's limit. */
const MAX_NESTING = 100;
const TOO_DEEP = `JSON nesting depth exceeds maximum allowed limit (${MAX_NESTING})`;
const OTHER_SHAPE = "shape does not match true shape of 'data' field";

/**
 * A tensor made of the values in `data`: one list in row-major order, or lists nested like the shape, of which
 * dimensions of size 1 may be left out or added. Where that cannot be, why.
 */
export function tensorOfList(
  { shape, count, datatype }: { shape: readonly number[]; count: number; datatype: Datatype },
  { list, base64 }: Extract<InputTensor['source'], { kind: 'list' }>,
  dtype: DataType,
): TensorValue | string {
  const writer = createListWriter(dtype, datatype, count, base64);
  const fault =
    count === 0
      ? emptyFault(list, 1)
      : list.length === count && !Array.isArray(list[0])
        ? writer.write(list, 0)
        : writeNested(list, shape, writer);
  return fault ?? writer.tensor(shape);
}

/** Writes lists nested like the shape; answers why not where they are not. Never deeper than the limit. */
function writeNested(
  root: readonly unknown[],
  shape: readonly number[],
  writer: ListWriter,
): string | undefined {
  const levels = shape.filter((size) => size !== 1);
  let offset = 0;
  const descend = (list: readonly unknown[], level: number, depth: number): string | undefined => {
    if (depth > MAX_NESTING) return TOO_DEEP;
    const [first] = list;
    if (list.length === 1 && Array.isArray(first)) return descend(first, level, depth + 1);
    const size = levels[level];
    if (!Array.isArray(first)) {
      const isLast = level >= levels.length - 1;
      if (!isLast || list.length !== (size ?? 1)) return mismatch(list.length, size);
      offset += list.length;
      return writer.write(list, offset - list.length);
    }
    if (list.length !== size) return mismatch(list.length, size);
    for (const item of list) {
      if (!Array.isArray(item)) return `${OTHER_SHAPE}: a value beside lists`;
      const fault = descend(item, level + 1, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  return descend(root, 0, 1);
}

function mismatch(length: number, size: number | undefined): string {
  const expected = size === undefined ? 'a single value' : `a list for a dimension of ${size}`;
  return `${OTHER_SHAPE}: a list of ${length} where there should be ${expected}`;
}

function emptyFault(list: readonly unknown[], depth: number): string | undefined {
  if (depth > MAX_NESTING) return TOO_DEEP;
  for (const item of list) {
    if (!Array.isArray(item)) return `${OTHER_SHAPE}: there is a value and the shape has none`;
    const fault = emptyFault(item, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
