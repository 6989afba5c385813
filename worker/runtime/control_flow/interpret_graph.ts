import type { NamedTensorsMap } from '@tensorflow/tfjs-converter/dist/data/types.js';
import type { ExecutionContext } from '@tensorflow/tfjs-converter/dist/executor/execution_context.js';
import type { GraphExecutor } from '@tensorflow/tfjs-converter/dist/executor/graph_executor.js';
import { ResourceManager } from '@tensorflow/tfjs-converter/dist/executor/resource_manager.js';
import type { Graph } from '@tensorflow/tfjs-converter/dist/operations/types.js';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { isJsonObject, type JsonObject } from '../../model/json_object.ts';
import { limitFrames } from './frame_rounds.ts';
import { Interpreter } from './interpreter.ts';
import { type Source, sourceOf } from './routine.ts';

/** TensorFlow 1's control flow, in which a tensor can be missing. tfjs computes graphs with these operations. */
const OPERATIONS_OF_FRAMES: ReadonlySet<string> = new Set([
  'Enter',
  'Exit',
  'LoopCond',
  'Merge',
  'NextIteration',
  'Switch',
]);

const LibrarySchema = v.object({
  library: v.nullish(
    v.object({
      function: v.nullish(
        v.array(
          v.object({
            signature: v.object({
              name: v.string(),
              outputArg: v.nullish(v.array(v.object({ name: v.string() })), []),
            }),
            ret: v.nullish(v.record(v.string(), v.string()), {}),
          }),
        ),
        [],
      ),
    }),
  ),
});

/**
 * Makes the interpreter compute a graph that must be executed asynchronously, instead of tfjs's executor. tfjs still
 * checks the inputs and creates the hash tables. Graphs with TensorFlow 1's control flow stay with tfjs's executor.
 *
 * @param topology the GraphDef's JSON from which the executor was made
 */
export function interpretGraph(executor: GraphExecutor, topology: JsonObject): void {
  const graph: unknown = Reflect.get(executor, 'graph');
  if (!isGraph(graph) || !('executeWithControlFlow' in executor))
    throw new Error("tfjs's GraphExecutor is another than expected");
  if (usesFrames(graph) || Object.values(graph.functions ?? {}).some(usesFrames)) {
    limitFrames(executor);
    return;
  }
  const interpreter = new Interpreter(graph, functionResults(topology, graph));
  Object.assign(executor, {
    executeWithControlFlow: async (
      inputs: NamedTensorMap,
      context: ExecutionContext,
      outputs: readonly string[],
    ): Promise<NamedTensorsMap> => {
      const given = new Map<string, Tensor>();
      for (const [name, tensor] of Object.entries(inputs)) given.set(sourceOf(name).node, tensor);
      const asked = outputs.map(sourceOf);
      const resources: unknown = Reflect.get(executor, '_resourceManager');
      const tensors = await interpreter.execute(given, asked, {
        context,
        resources: resources instanceof ResourceManager ? resources : undefined,
      });
      const results: NamedTensorsMap = {};
      for (const [position, { node, index }] of asked.entries()) {
        const tensor = tensors[position];
        if (tensor === undefined) continue;
        results[node] ??= [];
        results[node][index] = tensor;
      }
      return results;
    },
  });
}

function isGraph(value: unknown): value is Graph {
  return isJsonObject(value) && isJsonObject(value.nodes) && Array.isArray(value.inputs);
}

function usesFrames({ nodes }: Graph): boolean {
  return Object.values(nodes).some(({ op }) => OPERATIONS_OF_FRAMES.has(op));
}

/** Returns the results of each function by its name. */
function functionResults(topology: JsonObject, { functions }: Graph): Map<string, Source[]> {
  const { library } = v.parse(LibrarySchema, topology);
  const results = new Map<string, Source[]>();
  for (const { signature, ret } of library?.function ?? []) {
    const nodes = functions?.[signature.name]?.nodes ?? {};
    results.set(
      signature.name,
      signature.outputArg.map(({ name }) => resultSource(ret[name] ?? name, nodes)),
    );
  }
  return results;
}

/** Parses `node:output:index`, using the names of outputs that tfjs knows. */
function resultSource(result: string, nodes: Graph['nodes']): Source {
  const source = sourceOf(result);
  const [, output, index] = result.split(':');
  if (index === undefined) return source;
  const position = nodes[source.node]?.outputs?.indexOf(output ?? '') ?? -1;
  return position < 0 ? source : { node: source.node, index: position + Number(index) };
}
