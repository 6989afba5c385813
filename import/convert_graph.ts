import type { Graph } from './graph/graph.ts';
import { readTfjsGraph } from './graph/read_tfjs_graph.ts';
import { type Imported, malformed, read, unsupported } from './import_result.ts';
import { leavingOut, withSignatures } from './left_out_signatures.ts';
import { findMalformedNode } from './operations/malformed_nodes.ts';
import {
  describeUnsupportedOperations,
  findUnsupportedOperations,
} from './operations/unsupported_operations.ts';
import {
  type FindExamples,
  type QuantizedGraph,
  quantizeGraph,
  withFloatWeights,
} from './quantize/quantize_graph.ts';
import { type Simplified, simplify } from './simplify/simplify.ts';
import type { QuantizationMode } from './tfjs/writer/quantize.ts';
import { type WriteModelOptions, writeGraphModel } from './tfjs/writer/write_graph_model.ts';
import { occasionally } from './throttle_progress.ts';

/** What a graph is calibrated with, to be computed in bytes. */
interface IntegerOptions {
  readonly examples: FindExamples;
  readonly onQuantized: (quantized: QuantizedGraph) => void;
}

export interface ConvertGraphOptions {
  readonly quantize?: QuantizationMode;
  readonly integers?: IntegerOptions;
  readonly onProgress?: (text: string) => void;
}

/** Simplifies a graph and writes it to a directory as a tfjs GraphModel, if the server can execute all of it. */
export async function convertGraph(
  graph: Graph,
  directory: string,
  options: ConvertGraphOptions & Pick<WriteModelOptions, 'metadata'>,
): Promise<Imported<undefined>> {
  const simplified = await simplifyGraph(graph, options);
  if (simplified.kind !== 'read') return simplified;
  const finished = await inIntegers(simplified.value.graph, options);
  if (finished.kind !== 'read') return finished;
  await writeSimplified(finished.value, directory, { ...options, generatedBy: 'TensorFlow' });
  return read(undefined);
}

/**
 * Writes a simplified tfjs GraphModel to a directory, if anything can be simplified.
 *
 * @param path the model's JSON file
 * @returns true if the directory contains the model now. Invalid files are not rewritten, since their next reader
 *   reports the error
 */
export async function simplifyGraphModel(
  path: string,
  directory: string,
  options: ConvertGraphOptions,
): Promise<Imported<boolean>> {
  const model = await readTfjsGraph(path);
  if (model.kind !== 'read') return options.integers === undefined ? read(false) : model;
  const { graph, metadata, generatedBy } = model.value;
  const simplified = await simplifyGraph(graph, options);
  if (simplified.kind !== 'read') return simplified;
  if (!simplified.value.changed && options.integers === undefined) return read(false);
  const finished = await inIntegers(simplified.value.graph, options);
  if (finished.kind !== 'read') return finished;
  await writeSimplified(finished.value, directory, {
    ...options,
    metadata,
    ...(generatedBy === undefined ? {} : { generatedBy }),
  });
  return read(true);
}

/** Simplifies a graph, or only the signatures that can be executed if others cannot. */
async function simplifyGraph(
  given: Graph,
  { onProgress, integers }: ConvertGraphOptions,
): Promise<Imported<Simplified>> {
  const graph = integers === undefined ? given : withFloatWeights(given);
  const malformedNode = findMalformedNode(graph);
  if (malformedNode !== undefined) return malformed(malformedNode);
  const names = Object.keys(graph.signatures);
  const served = await leavingOut(names, (chosen) =>
    simplifyWhole(chosen.length === names.length ? graph : withSignatures(graph, chosen)),
  );
  if (served.kind !== 'read') {
    const others = Object.entries(graph.leftOut ?? {}).map(([name, why]) => `; signature "${name}": ${why}`);
    return { ...served, message: served.message + others.join('') };
  }
  const { value, leftOut } = served.value;
  const { nodesBefore, nodesAfter } = value;
  if (nodesAfter < nodesBefore) onProgress?.(`Simplified ${nodesBefore} operations to ${nodesAfter}`);
  if (Object.keys(leftOut).length === 0) return read(value);
  return read({
    ...value,
    changed: true,
    graph: { ...value.graph, leftOut: { ...value.graph.leftOut, ...leftOut } },
  });
}

/** Computes a simplified graph in bytes, if that is wanted. */
async function inIntegers(
  graph: Graph,
  { integers, onProgress }: ConvertGraphOptions,
): Promise<Imported<Graph>> {
  if (integers === undefined) return read(graph);
  const quantized = await quantizeGraph(graph, integers.examples, onProgress);
  if (quantized.kind !== 'read') return quantized;
  integers.onQuantized(quantized.value);
  return read(quantized.value.graph);
}

async function simplifyWhole(graph: Graph): Promise<Imported<Simplified>> {
  const simplified = await simplify(graph);
  const missing = findUnsupportedOperations(simplified.graph);
  return missing.length === 0
    ? read(simplified)
    : unsupported(
        `the server cannot execute all of its operations: ${describeUnsupportedOperations(missing)}`,
      );
}

async function writeSimplified(
  graph: Graph,
  directory: string,
  { onProgress, ...options }: ConvertGraphOptions & Pick<WriteModelOptions, 'generatedBy' | 'metadata'>,
): Promise<void> {
  const count = graph.weights.size;
  const progress = occasionally(onProgress);
  await writeGraphModel(graph, directory, {
    ...options,
    onProgress: ({ weights }) => progress(`Converting weights: ${weights} of ${count}`),
  });
}
