import type { DataType } from '../../../model/dtype.ts';
import type { Signature } from '../../../model/signature.ts';
import { elementCount, type TensorValue } from '../../../model/tensor.ts';
import { excerpt, shortened } from '../../json/json_excerpt.ts';
import { JsonCursor } from '../../json/scan/json_cursor.ts';
import { stringText } from '../../json/scan/json_string.ts';
import { listFault, NO_FAULT, shapeText } from '../../json/tensors/list_fault.ts';
import { createCells } from '../../json/tensors/tensor_cells.ts';
import { ListReader, leadingShape, MAX_RANK } from '../../json/tensors/tensor_list.ts';
import { type DecodeOutcome, invalid } from './decode_outcome.ts';
import { isNamedTensors, NameTable } from './named_tensors.ts';

/**
 * Decodes `instances`, at which the cursor is: a non-empty list. Its elements are all objects with a value for every
 * input, or all values of the only input, as the first element is. The elements of an input must have one shape, to
 * which the batch is prepended.
 */
export function decodeRow(cursor: JsonCursor, infos: Signature['inputs']): DecodeOutcome {
  const first = new JsonCursor(cursor.bytes, cursor.at);
  first.enter();
  if (isNamedTensors(first)) return decodeNamed(cursor, infos);
  const [only, ...others] = Object.entries(infos);
  if (only === undefined || others.length > 0) {
    return invalid(
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    );
  }
  const [name, info] = only;
  return decodePlain(cursor, name, info.dtype);
}

function decodePlain(cursor: JsonCursor, name: string, dtype: DataType): DecodeOutcome {
  const start = cursor.at;
  const reader = new ListReader(createCells(dtype, cursor.bytes.length - start));
  if (reader.read(cursor)) {
    return { kind: 'decoded', inputs: new Map([[name, reader.cells.tensor(reader.shape)]]) };
  }
  reader.cells.discard();
  cursor.at = start;
  return invalid(plainFault(cursor, dtype));
}

/** Finds the first element that prevents the list from being a tensor. */
function plainFault(cursor: JsonCursor, dtype: DataType): string {
  cursor.enter();
  const expected = leadingShape(cursor);
  if (expected?.length === MAX_RANK) return `'instances' is nested deeper than ${MAX_RANK} lists`;
  let index = 0;
  do {
    if (isNamedTensors(cursor)) return `Expecting value/list but got object at item ${index} of input list`;
    const fault = elementFault(cursor, dtype, expected);
    if (fault !== undefined)
      return `Failed to process element: ${index} of 'instances' list. Error: ${fault}`;
    index += 1;
  } while (cursor.next());
  return NO_FAULT;
}

interface Column {
  readonly name: string;
  readonly dtype: DataType;
  readonly reader: ListReader;
  /** The number of instances that had the member so far. */
  rows: number;
}

function decodeNamed(cursor: JsonCursor, infos: Signature['inputs']): DecodeOutcome {
  const spanBytes = cursor.bytes.length - cursor.at;
  const names = new NameTable(Object.keys(infos));
  const columns = Object.entries(infos).map(
    ([name, { dtype }]): Column => ({
      name,
      dtype,
      reader: new ListReader(createCells(dtype, spanBytes)),
      rows: 0,
    }),
  );
  let index = 0;
  cursor.enter();
  do {
    const fault = readInstance(cursor, names, columns, index);
    if (fault !== undefined) {
      for (const { reader } of columns) reader.cells.discard();
      return invalid(fault);
    }
    index += 1;
  } while (cursor.next());

  const inputs = new Map<string, TensorValue>();
  for (const { name, reader } of columns) {
    inputs.set(name, reader.cells.tensor([index, ...reader.shape]));
  }
  return { kind: 'decoded', inputs };
}

/** Reads an object's values into the columns. Returns the error if that fails. */
function readInstance(
  cursor: JsonCursor,
  names: NameTable,
  columns: readonly Column[],
  index: number,
): string | undefined {
  if (!isNamedTensors(cursor)) return `Expecting object but got list at item ${index} of input list`;
  const start = cursor.at;
  let found = 0;
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const name = cursor.at;
    const column = columns[names.find(cursor) ?? columns.length];
    cursor.toMemberValue();
    const value = cursor.at;
    if (column === undefined) {
      const key = shortened(stringText(cursor.bytes, name));
      return memberFault(cursor, name, index, `${INVALID}JSON object: does not have named input: ${key}`);
    }
    if (column.rows > index) return memberFault(cursor, name, index, `${INVALID}The key occurs twice`);
    column.rows = index + 1;
    found += 1;
    if (column.reader.read(cursor)) continue;
    cursor.at = value;
    const { shape } = column.reader;
    const fault = elementFault(cursor, column.dtype, index === 0 ? undefined : shape) ?? NO_FAULT;
    return memberFault(cursor, name, index, fault);
  }
  if (found === columns.length) return undefined;
  const keys = columns.map(({ name }) => name).sort();
  const object = `JSON object: ${excerpt(cursor.bytes, start)}`;
  return `Failed to process element: ${index} of 'instances' list. ${object} keys must be equal to: ${keys.join(',')}`;
}

function memberFault({ bytes }: JsonCursor, name: number, index: number, fault: string): string {
  const key = shortened(stringText(bytes, name));
  return `Failed to process element: ${index} key: ${key} of 'instances' list. Error: ${fault}`;
}

/** Nested errors contain their code, as TensorFlow's Status::ToString prints it. */
const INVALID = 'INVALID_ARGUMENT: ';

/**
 * Returns why the element at the cursor is not a tensor, or differs in shape from the first. The cursor moves behind
 * it.
 */
function elementFault(
  cursor: JsonCursor,
  dtype: DataType,
  expected: readonly number[] | undefined,
): string | undefined {
  const shape = leadingShape(cursor);
  const fault = listFault(cursor, dtype);
  if (fault !== undefined) return INVALID + fault;
  if (shape === undefined || expected === undefined) return undefined;
  const size = elementCount(shape);
  const expectedSize = elementCount(expected);
  if (size !== expectedSize) return `${INVALID}Expecting tensor size: ${expectedSize} but got: ${size}`;
  if (shapeText(shape) === shapeText(expected)) return undefined;
  return `${INVALID}Expecting shape ${shapeText(expected)} but got: ${shapeText(shape)}`;
}
