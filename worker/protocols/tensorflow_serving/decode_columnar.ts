import type { Signature, TensorInfo } from '../../registry/signature.ts';
import { elementCount, type TensorValue } from '../../runtime/tensor.ts';
import { allocateCells, fillCells, tensorOf } from './cells.ts';
import { type DecodeOutcome, invalid } from './decode_outcome.ts';
import { isNamedTensors } from './json_value.ts';
import { leadingShape, listFault } from './nested_list.ts';

/**
 * Decodes `inputs`: an object with a tensor for each input (keys of no input are ignored), or the only input
 * as it is.
 */
export function decodeColumnar(
  inputs: unknown,
  infos: Signature['inputs'],
  elementLimit: number,
): DecodeOutcome {
  const entries = Object.entries(infos);
  const named = isNamedTensors(inputs) ? inputs : undefined;
  if (named === undefined && entries.length > 1) {
    return invalid(
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    );
  }
  const decoded = new Map<string, TensorValue>();
  for (const [name, info] of entries) {
    if (named !== undefined && !Object.hasOwn(named, name)) {
      return invalid(`Missing named input: ${name} in 'inputs' object.`);
    }
    const tensor = decodeTensor(named === undefined ? inputs : named[name], info, elementLimit);
    if (typeof tensor === 'string') return invalid(`input ${name}: ${tensor}`);
    decoded.set(name, tensor);
  }
  return { kind: 'decoded', inputs: decoded };
}

/** The tensor, or why there is none. */
function decodeTensor(value: unknown, info: TensorInfo, elementLimit: number): TensorValue | string {
  const shape = leadingShape(value);
  if (shape !== undefined) {
    const cells = allocateCells(info.dtype, Math.min(elementCount(shape), elementLimit));
    if (fillCells(cells, 0, value, shape)) return tensorOf(cells, shape);
  }
  return listFault(value, info.dtype) ?? 'The list is no tensor';
}
