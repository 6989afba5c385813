import { type Imported, read, unsupported } from '../import_result.ts';
import { constantNode } from './graph_def/constants/constant_node.ts';
import type { SourceNode } from './graph_def/source_graph.ts';
import { SAVED_MODEL_FILE } from './meta_graph.ts';
import type { TableValue, VariableValue } from './restored_variables.ts';
import type { Bundle } from './tensor_bundle/bundle.ts';
import { bundleWeight } from './tensor_bundle/bundle_weight.ts';
import { isVariable, VALUE_OPERATIONS, variableKey } from './variable_operations.ts';

/** The sources of the values of variables. */
export interface Variables {
  readonly values: ReadonlyMap<string, VariableValue>;
  /** The entries of tables that are restored, by their keys. */
  readonly tables: ReadonlyMap<string, TableValue>;
  readonly bundle: Bundle | undefined;
}

/**
 * Replaces every variable by a constant of its name. Operations that read a variable then only pass its value on, so
 * that handles can still go through calls and loops.
 */
export async function resolveVariables(
  nodes: readonly SourceNode[],
  variables: Variables,
): Promise<Imported<SourceNode[]>> {
  const resolved: SourceNode[] = [];
  for (const node of nodes) {
    if (isVariable(node)) {
      const constant = await variableConstant(node, variables);
      if (constant.kind !== 'read') return constant;
      resolved.push(constant.value);
    } else if (node.op === 'ResourceGather') {
      resolved.push(...gatherOfValue(node));
    } else {
      resolved.push(valueOperation(node));
    }
  }
  return read(resolved);
}

async function variableConstant(node: SourceNode, variables: Variables): Promise<Imported<SourceNode>> {
  const value = variables.values.get(variableKey(node)) ?? sameName(node, variables.bundle);
  return value === undefined
    ? unsupported(
        `${SAVED_MODEL_FILE}: variable "${node.name}" has no value: nothing restores or initializes it`,
      )
    : valueConstant(`variable "${node.name}"`, node.name, value, variables.bundle);
}

/**
 * Makes a constant of what a variable or a side of a table holds before the first request.
 *
 * @param what names it in messages
 */
export async function valueConstant(
  what: string,
  name: string,
  value: VariableValue,
  bundle: Bundle | undefined,
): Promise<Imported<SourceNode>> {
  switch (value.kind) {
    case 'constant':
      return read({ ...value.node, name, input: [] });
    case 'computed':
      return unsupported(
        `${SAVED_MODEL_FILE}: ${what} is computed by "${value.by}" when the model is loaded; only what the checkpoint or a constant fills can be served`,
      );
    default: {
      if (bundle === undefined) {
        return unsupported(
          `${SAVED_MODEL_FILE}: ${what} is in variables/variables.index, which is not there`,
        );
      }
      const weight = await bundleWeight(bundle, value.tensor, value.shapeAndSlice);
      return weight.kind === 'read' ? read(constantNode(name, weight.value)) : weight;
    }
  }
}

function sameName(node: SourceNode, bundle: Bundle | undefined): VariableValue | undefined {
  const tensor = variableKey(node);
  return bundle?.has(Buffer.from(tensor).toString('latin1'))
    ? { kind: 'restored', tensor, shapeAndSlice: '' }
    : undefined;
}

function valueOperation(node: SourceNode): SourceNode {
  const op = VALUE_OPERATIONS.get(node.op);
  if (op === undefined) return node;
  if (node.op !== 'ReadVariableOp') return { ...node, op };
  return { ...node, op, attr: { T: node.attr.dtype ?? {} } };
}

/** Converts ResourceGather, whose axis follows the batch's dimensions, to GatherV2, whose axis is an input. */
function gatherOfValue(node: SourceNode): SourceNode[] {
  const axis = `${node.name}/axis`;
  const batchDimensions = node.attr.batch_dims?.i ?? '0';
  const bytes = new Uint8Array(Int32Array.of(Number(batchDimensions)).buffer);
  const [variable = '', indices = '', ...order] = node.input;
  return [
    constantNode(axis, {
      dtype: 'int32',
      shape: [],
      storedType: 'DT_INT32',
      byteLength: 4,
      read: async () => bytes,
    }),
    {
      name: node.name,
      op: 'GatherV2',
      input: [variable, indices, axis, ...order],
      attr: {
        Tparams: node.attr.dtype ?? {},
        Tindices: node.attr.Tindices ?? {},
        Taxis: { type: 'DT_INT32' },
        batch_dims: { i: batchDimensions },
      },
    },
  ];
}
