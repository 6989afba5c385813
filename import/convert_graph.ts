import type { Graph } from './graph/graph.ts';
import { describeUnsupported, unsupportedOperations } from './graph_operations.ts';
import { type Imported, read, unsupported } from './imported.ts';
import { occasionally } from './occasional_progress.ts';
import { simplify } from './simplify/simplify.ts';
import type { QuantizationMode } from './tfjs_writer/quantize.ts';
import { writeGraphModel } from './tfjs_writer/write_graph_model.ts';

export interface ConvertGraphOptions {
  readonly quantize?: QuantizationMode;
  readonly onProgress?: (text: string) => void;
}

/** Simplifies a graph and writes it into a directory as a tfjs GraphModel, if tfjs has all of its operations. */
export async function convertGraph(
  graph: Graph,
  directory: string,
  { quantize, onProgress }: ConvertGraphOptions,
): Promise<Imported<undefined>> {
  const { graph: simplified, nodesBefore, nodesAfter } = await simplify(graph);
  if (nodesAfter < nodesBefore) onProgress?.(`Simplified ${nodesBefore} operations to ${nodesAfter}`);
  const missing = await unsupportedOperations(simplified);
  if (missing.length > 0) return unsupported(describeUnsupported(missing));
  const count = simplified.weights.size;
  const progress = occasionally(onProgress);
  await writeGraphModel(simplified, directory, {
    generatedBy: 'TensorFlow',
    ...(quantize === undefined ? {} : { quantize }),
    onProgress: ({ weights }) => progress(`Converting weights: ${weights} of ${count}`),
  });
  return read(undefined);
}
