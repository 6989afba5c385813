import type { DataType, Signature } from '../../registry/signature.ts';
import { elementCount, type TensorValue } from '../../runtime/tensor.ts';
import { allocateCells, type Cells, fillCells, tensorOf } from './cells.ts';
import { type DecodeOutcome, invalid } from './decode_outcome.ts';
import { excerpt, isNamedTensors } from './json_value.ts';
import { leadingShape, listFault, MAX_RANK, shapeText } from './nested_list.ts';

/**
 * Decodes `instances`, whose elements are all objects with a value for every input, or all values of the only
 * input; the first says which. The elements of an input must be of one shape, to which the batch is prepended.
 */
export function decodeRow(
  instances: readonly unknown[],
  infos: Signature['inputs'],
  elementLimit: number,
): DecodeOutcome {
  if (isNamedTensors(instances[0])) return decodeNamed(instances, infos, elementLimit);
  const [only, ...others] = Object.entries(infos);
  if (only === undefined || others.length > 0) {
    return invalid(
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    );
  }
  const [name, info] = only;
  return decodePlain(instances, name, info.dtype, elementLimit);
}

function decodePlain(
  instances: readonly unknown[],
  name: string,
  dtype: DataType,
  elementLimit: number,
): DecodeOutcome {
  const shape = leadingShape(instances);
  if (shape !== undefined) {
    const cells = allocateCells(dtype, Math.min(elementCount(shape), elementLimit));
    if (fillCells(cells, 0, instances, shape)) {
      return { kind: 'decoded', inputs: new Map([[name, tensorOf(cells, shape)]]) };
    }
  }
  return invalid(plainFault(instances, dtype));
}

/** Finds the first element that kept the list from being a tensor. */
function plainFault(instances: readonly unknown[], dtype: DataType): string {
  const expected = leadingShape(instances[0]);
  for (const [index, element] of instances.entries()) {
    if (isNamedTensors(element)) {
      return `Expecting value/list but got object at item ${index} of input list`;
    }
    const fault = elementFault(element, dtype, expected);
    if (fault !== undefined)
      return `Failed to process element: ${index} of 'instances' list. Error: ${fault}`;
  }
  return `'instances' is nested deeper than ${MAX_RANK} lists`;
}

interface Column {
  readonly shape: readonly number[];
  readonly size: number;
  readonly cells: Cells;
}

function decodeNamed(
  instances: readonly unknown[],
  infos: Signature['inputs'],
  elementLimit: number,
): DecodeOutcome {
  const columns = new Map<string, Column>();
  const inputCount = Object.keys(infos).length;
  for (const [index, element] of instances.entries()) {
    if (!isNamedTensors(element)) {
      return invalid(`Expecting object but got list at item ${index} of input list`);
    }
    const names = Object.keys(element);
    for (const name of names) {
      const info = Object.hasOwn(infos, name) ? infos[name] : undefined;
      if (info === undefined) return elementInvalid(index, name, noInput(name));
      const value = element[name];
      let column = columns.get(name);
      if (column === undefined) {
        column = newColumn(value, info.dtype, instances.length, elementLimit);
        if (column !== undefined) columns.set(name, column);
      }
      if (column === undefined || !fillCells(column.cells, index * column.size, value, column.shape)) {
        const fault = elementFault(value, info.dtype, column?.shape) ?? `${INVALID}The list is no tensor`;
        return elementInvalid(index, name, fault);
      }
    }
    // Every name is an input's and none comes twice, so that the same number is the same set.
    if (names.length !== inputCount) {
      const rule = `keys must be equal to: ${Object.keys(infos).sort().join(',')}`;
      const object = `JSON object: ${excerpt(element)}`;
      return invalid(`Failed to process element: ${index} of 'instances' list. ${object} ${rule}`);
    }
  }
  return { kind: 'decoded', inputs: batched(columns, instances.length) };
}

/** Room for one input's values in all instances; undefined where the first is nested too deeply. */
function newColumn(
  value: unknown,
  dtype: DataType,
  instanceCount: number,
  elementLimit: number,
): Column | undefined {
  const shape = leadingShape(value);
  if (shape === undefined) return undefined;
  const size = elementCount(shape);
  const cells = allocateCells(dtype, Math.min(size * instanceCount, elementLimit));
  return { shape, size, cells };
}

function batched(columns: ReadonlyMap<string, Column>, instanceCount: number): Map<string, TensorValue> {
  const inputs = new Map<string, TensorValue>();
  for (const [name, { cells, shape }] of columns)
    inputs.set(name, tensorOf(cells, [instanceCount, ...shape]));
  return inputs;
}

/** Nested errors carry their code, as TensorFlow's Status::ToString prints it. */
const INVALID = 'INVALID_ARGUMENT: ';

function noInput(name: string): string {
  return `${INVALID}JSON object: does not have named input: ${name}`;
}

/** Why an element is no tensor, or not of the first element's shape. */
function elementFault(
  value: unknown,
  dtype: DataType,
  expected: readonly number[] | undefined,
): string | undefined {
  const fault = listFault(value, dtype);
  if (fault !== undefined) return INVALID + fault;
  const shape = leadingShape(value);
  if (shape === undefined || expected === undefined) return undefined;
  const size = elementCount(shape);
  const expectedSize = elementCount(expected);
  if (size !== expectedSize) return `${INVALID}Expecting tensor size: ${expectedSize} but got: ${size}`;
  if (shapeText(shape) === shapeText(expected)) return undefined;
  return `${INVALID}Expecting shape ${shapeText(expected)} but got: ${shapeText(shape)}`;
}

function elementInvalid(index: number, name: string, fault: string): DecodeOutcome {
  return invalid(`Failed to process element: ${index} key: ${name} of 'instances' list. Error: ${fault}`);
}
