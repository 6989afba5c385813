import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { Graph, GraphFunction, GraphInitializer, GraphNode } from '../../graph/graph.ts';

/** Returns the graph as GraphDef's JSON, tfjs's `modelTopology`, without the values of its constants. */
export function graphDefinition({ nodes, functions, producer }: Graph): JsonObject {
  return {
    node: nodes.map(nodeDefinition),
    library: functions.length === 0 ? {} : { function: functions.map(functionDefinition) },
    versions: { producer },
  };
}

/** Returns tfjs's `modelInitializer`, a separate graph. */
export function initializerDefinition({ nodes }: GraphInitializer, producer: number): JsonObject {
  return { node: nodes.map(nodeDefinition), versions: { producer } };
}

function nodeDefinition({ name, op, input, attr }: GraphNode): JsonObject {
  return { name, op, ...(input.length === 0 ? {} : { input }), attr };
}

function functionDefinition({ name, inputs, outputs, nodes, results }: GraphFunction): JsonObject {
  return {
    signature: { name, inputArg: inputs, outputArg: outputs },
    nodeDef: nodes.map(nodeDefinition),
    ret: results,
  };
}
