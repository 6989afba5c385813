import type { WeightSource } from './graph/graph_builder.ts';
import { GraphBuilder } from './graph/graph_builder.ts';
import { constantsOf, writeGraphModel } from './graph/graph_model.ts';
import { writeOnnx } from './graph/onnx_model.ts';
import type { Value } from './graph/operation.ts';
import { randomInput, randomWeights } from './graph/random_weights.ts';
import type { Network, NetworkSource } from './network.ts';
import { onnxFile } from './onnx_file.ts';

interface Description {
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  /** For a batch of one. */
  readonly inputShape: readonly number[];
  readonly layers: (builder: GraphBuilder, input: Value) => Value;
  /** By default, random weights in float32. */
  readonly weights?: (seed: number) => WeightSource;
  /** False for a network that only tfjs's format has. */
  readonly hasOnnx?: boolean;
  /** Whether kernels are integers, which take a byte each. */
  readonly asBytes?: boolean;
}

/** A network with random weights. The same seed gives the same network on every machine. */
export function randomNetwork({
  name,
  description,
  seed,
  inputShape,
  layers,
  weights = randomWeights,
  hasOnnx = true,
  asBytes = false,
}: Description): NetworkSource {
  return {
    name,
    build: async (): Promise<Network> => {
      const builder = new GraphBuilder({ name: 'input', shape: inputShape }, weights(seed));
      const graph = builder.build(layers(builder, builder.input));
      const files = writeGraphModel(graph, { asBytes });
      return {
        name,
        description,
        format: 'tfjs-graph-model',
        files,
        // Includes constants that are not weights of a layer, such as the axes of a mean, because the server checks the
        // sum.
        weightBytes: constantsOf(graph).reduce((bytes, { values }) => bytes + values.byteLength, 0),
        ...(hasOnnx ? { onnx: await onnxFile(writeOnnx(graph)) } : {}),
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
