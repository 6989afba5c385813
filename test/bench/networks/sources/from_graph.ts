import type { WeightSource } from '../graph/graph_builder.ts';
import { GraphBuilder } from '../graph/graph_builder.ts';
import { writeGraphModel } from '../graph/graph_model.ts';
import { writeOnnx } from '../graph/onnx_model.ts';
import type { Value } from '../graph/operation.ts';
import { randomInput, randomWeights } from '../graph/random_weights.ts';
import type { Network, NetworkSource } from '../network.ts';
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
  readonly waitsForWeights?: boolean;
  /** A network whose compute is measured in the same rounds. */
  readonly beside?: NetworkSource;
}

/** A network with random weights. The same seed gives the same network on every machine. */
export function randomNetwork({
  name,
  description,
  seed,
  inputShape,
  layers,
  weights = randomWeights,
  waitsForWeights = false,
  beside,
}: Description): NetworkSource {
  return {
    name,
    build: async (): Promise<Network> => {
      const builder = new GraphBuilder({ name: 'input', shape: inputShape }, weights(seed));
      const graph = builder.build(layers(builder, builder.input));
      const other = await beside?.build();
      return {
        name,
        description,
        format: 'tfjs-graph-model',
        ...writeGraphModel(graph),
        onnx: await onnxFile(writeOnnx(graph)),
        waitsForWeights,
        ...(other && { beside: other }),
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
