import { GraphBuilder } from './graph/graph_builder.ts';
import { writeGraphModel } from './graph/graph_model.ts';
import { writeOnnx } from './graph/onnx_model.ts';
import { type Value, weightsOf } from './graph/operation.ts';
import { randomInput, randomWeights } from './graph/random_weights.ts';
import type { Network, NetworkSource } from './network.ts';

interface Description {
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  /** For a batch of one. */
  readonly inputShape: readonly number[];
  readonly layers: (builder: GraphBuilder, input: Value) => Value;
}

/** A network with random weights: the same seed gives the same network, everywhere. */
export function randomNetwork({ name, description, seed, inputShape, layers }: Description): NetworkSource {
  return {
    name,
    build: async (): Promise<Network> => {
      const builder = new GraphBuilder({ name: 'input', shape: inputShape }, randomWeights(seed));
      const graph = builder.build(layers(builder, builder.input));
      const weights = graph.steps.flatMap(({ operation }) => weightsOf(operation));
      return {
        name,
        description,
        format: 'tfjs-graph-model',
        files: writeGraphModel(graph),
        weightBytes: weights.reduce((bytes, { values }) => bytes + values.byteLength, 0),
        onnx: writeOnnx(graph),
        input: {
          name: graph.input.name,
          onnxName: graph.input.name,
          shape: graph.input.shape,
          values: randomInput(seed + 1, graph.input.shape),
        },
        outputs: [{ name: graph.output.name, onnxName: graph.output.name, shape: graph.output.shape }],
      };
    },
  };
}
