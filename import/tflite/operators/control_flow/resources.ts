import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { asCodes } from '../../conversion/entries.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
  type Output,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { weightOf } from '../../tensors/stored_tensor.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from '../shapes/only_element.ts';

/** What stands for a variable or a table; the graph does not have it. */
const handle = (resource: string): Output => ({ ref: resource, dtype: 'int32', shape: [], resource });

function nameOf(call: OperatorCall): string {
  return input(call, 0).resource ?? refuse('takes a handle that no operation before it gives');
}

/** What is in a variable or a table. */
function contentsOf(call: OperatorCall): readonly TfliteTensor[] {
  const values =
    call.resources.get(nameOf(call)) ??
    refuse(
      'reads a variable or a table that has no contents here; every request begins with those of the file',
    );
  return values.map((value) => ({ ...value, ref: constantRef(call.g, value) }));
}

/** A constant is made anew: in a function, that of the graph around it cannot be seen. */
function constantRef(g: NodeBuilder, { ref, shape, stored, texts }: TfliteTensor): string {
  if (stored !== undefined) return g.constant(ref, weightOf(stored)).ref;
  return texts === undefined
    ? ref
    : g.strings(
        texts,
        shape.map((size) => size ?? 1),
      ).ref;
}

/** Runs a graph that prepares variables and tables. */
const callOnce: Operator = ({ g, options, subgraph }) => {
  subgraph(options.read('CallOnceOptions').init_subgraph_index).convert(g, []);
  return [];
};

const tableHandle: Operator = ({ options }) => handle(`table ${options.read('HashtableOptions').table_id}`);

const fillTable: Operator = (call) => {
  // A table that is filled keeps its contents.
  const name = nameOf(call);
  if (!call.resources.has(name)) call.resources.set(name, [input(call, 1), input(call, 2)]);
  return [];
};

const findInTable: Operator = (call) => {
  const { g } = call;
  const [keys, values] = contentsOf(call);
  const [x, absent] = [input(call, 1), input(call, 2)];
  if (keys === undefined || values === undefined)
    return refuseMalformed('reads a table without keys and values');
  return g.node(
    '_ConstantTableFind',
    [keys, values, x, onlyElement(g, absent)],
    { shape: x.shape, dtype: values.dtype },
    { Tin: typeValue(keys.dtype), Tout: typeValue(values.dtype) },
  );
};

const sizeOfTable: Operator = (call) => {
  const [keys] = contentsOf(call);
  const size = keys?.shape[0] ?? refuse('has a table of a size that the request decides');
  return { ...call.g.integers([size]), elements: [size] };
};

const variableHandle: Operator = ({ options }) => {
  const { container, shared_name } = options.read('VarHandleOptions');
  return handle(`variable ${container}/${shared_name}`);
};

const assign: Operator = (call) => {
  call.resources.set(nameOf(call), [input(call, 1)]);
  return [];
};

const readVariable: Operator = (call) => {
  const [value] = contentsOf(call);
  return value ?? refuseMalformed('reads a variable without a value');
};

export const RESOURCES: OperatorTable = {
  ASSIGN_VARIABLE: { convert: assign, quantized: 'itself' },
  CALL_ONCE: asCodes(callOnce),
  HASHTABLE: asCodes(tableHandle),
  HASHTABLE_FIND: asCodes(findInTable),
  HASHTABLE_IMPORT: asCodes(fillTable),
  HASHTABLE_SIZE: asCodes(sizeOfTable),
  READ_VARIABLE: { convert: readVariable, quantized: 'itself' },
  VAR_HANDLE: asCodes(variableHandle),
};
