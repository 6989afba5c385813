import type { DataType } from '../../../worker/model/dtype.ts';
import type { JsonObject } from '../../../worker/model/json_object.ts';
import { DEFAULT_SIGNATURE, type Signature, type TensorInfo } from '../../../worker/model/signature.ts';
import type { Graph, GraphInitializer } from '../../graph/graph.ts';
import { nodeName } from '../../graph/graph_topology.ts';
import { TABLE_FILLERS } from '../../graph/tables/table_operations.ts';

const TYPES: Readonly<Record<DataType, string>> = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
};

/**
 * The signature that tfjs works by, which is the default one, or the first where no one is called so. Hash tables
 * are inputs of it that tfjs feeds itself.
 */
export function signatureDefinition({ signatures, initializer }: Graph): JsonObject {
  const signature = Object.hasOwn(signatures, DEFAULT_SIGNATURE)
    ? signatures[DEFAULT_SIGNATURE]
    : Object.values(signatures)[0];
  if (signature === undefined) throw new Error('a graph without signatures cannot be asked');
  const tables = Object.entries(initializer?.outputs ?? {}).map(([input, { resourceId }]) => [
    input,
    { name: input, dtype: 'DT_RESOURCE', tensorShape: {}, resourceId },
  ]);
  return {
    inputs: { ...tensorDefinitions(signature.inputs), ...Object.fromEntries(tables) },
    outputs: tensorDefinitions(signature.outputs),
    methodName: signature.method,
  };
}

/** All signatures by name, in our own words: tfjs's format has room for one, without a method. */
export function signatureTable(signatures: Readonly<Record<string, Signature>>): JsonObject {
  return Object.fromEntries(
    Object.entries(signatures).map(([name, { method, inputs, outputs }]) => [
      name,
      { method, inputs, outputs },
    ]),
  );
}

/**
 * tfjs's `initializerSignature`. tfjs runs what leads to these outputs and nothing else, so that a table is named
 * by what fills it, whose result in tfjs is the table.
 */
export function initializerSignature({ nodes, outputs }: GraphInitializer): JsonObject {
  const fillers = new Map(
    nodes
      .filter(({ op }) => TABLE_FILLERS.has(op))
      .map(({ name, input: [table = ''] }) => [nodeName(table), name]),
  );
  return {
    outputs: Object.fromEntries(
      Object.values(outputs)
        .map(({ name, resourceId }) => ({ name: fillers.get(nodeName(name)) ?? name, resourceId }))
        .map(({ name, resourceId }) => [name, { name, dtype: 'DT_RESOURCE', tensorShape: {}, resourceId }]),
    ),
  };
}

function tensorDefinitions(tensors: Readonly<Record<string, TensorInfo>>): JsonObject {
  return Object.fromEntries(
    Object.entries(tensors).map(([publicName, { name, dtype, shape }]) => [
      publicName,
      {
        name,
        dtype: TYPES[dtype],
        tensorShape:
          shape === null ? { unknownRank: true } : { dim: shape.map((size) => ({ size: String(size) })) },
      },
    ]),
  );
}
