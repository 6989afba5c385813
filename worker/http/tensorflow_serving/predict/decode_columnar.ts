import type { Signature, TensorInfo } from '../../../model/signature.ts';
import type { TensorValue } from '../../../model/tensor.ts';
import { OPEN_LIST } from '../../json/ascii.ts';
import type { JsonCursor } from '../../json/scan/json_cursor.ts';
import { listFault, NO_FAULT } from '../../json/tensors/list_fault.ts';
import { createCells } from '../../json/tensors/tensor_cells.ts';
import { ListReader, readFloats } from '../../json/tensors/tensor_list.ts';
import { type DecodeOutcome, invalid } from './decode_outcome.ts';
import { isNamedTensors, NameTable } from './named_tensors.ts';

/**
 * Decodes `inputs`, at which the cursor is: an object with a tensor for each input (other keys are ignored), or the
 * value of the only input.
 */
export function decodeColumnar(cursor: JsonCursor, infos: Signature['inputs']): DecodeOutcome {
  const inputs = Object.entries(infos);
  const decoded = new Map<string, TensorValue>();
  if (!isNamedTensors(cursor)) {
    const [only, ...others] = inputs;
    if (only === undefined || others.length > 0) {
      return invalid(
        'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
      );
    }
    const tensor = decodeTensor(cursor, only[1]);
    if (typeof tensor === 'string') return invalid(`input ${only[0]}: ${tensor}`);
    return { kind: 'decoded', inputs: decoded.set(only[0], tensor) };
  }

  const values = memberOffsets(cursor, new NameTable(Object.keys(infos)));
  for (const [index, [name, info]] of inputs.entries()) {
    const value = values[index];
    if (value === undefined) return invalid(`Missing named input: ${name} in 'inputs' object.`);
    cursor.at = value;
    const tensor = decodeTensor(cursor, info);
    if (typeof tensor === 'string') return invalid(`input ${name}: ${tensor}`);
    decoded.set(name, tensor);
  }
  return { kind: 'decoded', inputs: decoded };
}

/** Returns the offset of each name's value by the name's position in the table. Of duplicate names the first counts. */
function memberOffsets(cursor: JsonCursor, names: NameTable): (number | undefined)[] {
  const values: (number | undefined)[] = [];
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const index = names.find(cursor);
    cursor.toMemberValue();
    if (index !== undefined) values[index] ??= cursor.at;
    cursor.skip();
  }
  return values;
}

/** Returns the tensor or the reason why the value is not one. */
function decodeTensor(cursor: JsonCursor, info: TensorInfo): TensorValue | string {
  const start = cursor.at;
  if (info.dtype === 'float32' && cursor.bytes[start] === OPEN_LIST) {
    return readFloats(cursor.bytes, start)?.tensor ?? listFault(cursor, info.dtype) ?? NO_FAULT;
  }
  const reader = new ListReader(createCells(info.dtype, cursor.bytes.length - start));
  if (reader.read(cursor)) return reader.cells.tensor(reader.shape);
  reader.cells.discard();
  cursor.at = start;
  return listFault(cursor, info.dtype) ?? NO_FAULT;
}
