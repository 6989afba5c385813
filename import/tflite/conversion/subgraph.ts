import type { NodeBuilder } from '../../builder/node_builder.ts';
import type { TensorDescription, TfliteTensor } from '../tensors/tflite_tensor.ts';

/** A graph of the file, such as the body of a loop. It reads nothing of the graph that calls it but its inputs. */
export interface Subgraph {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** Converts its operations with a builder, that of the graph that calls it or of a function. */
  convert(g: NodeBuilder, inputs: readonly TfliteTensor[]): TfliteTensor[];
}
