import { DEFAULT_SIGNATURE } from '../../../worker/model/default_signature.ts';
import type { DataType } from '../../../worker/model/dtype.ts';
import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
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
 * Returns the signature that tfjs uses: the default one, or else the first. Hash tables are additional inputs, which
 * tfjs feeds itself.
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

/** Returns all signatures by name in this project's format, since tfjs's format has only one, without a method. */
export function signatureTable(signatures: Readonly<Record<string, Signature>>): JsonObject {
  return Object.fromEntries(
    Object.entries(signatures).map(([name, { method, inputs, outputs }]) => [
      name,
      { method, inputs, outputs },
    ]),
  );
}

/**
 * Returns tfjs's `initializerSignature`. tfjs runs only the nodes of these outputs, so that each output is the node
 * that fills a table. Its result in tfjs is the table.
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
