import type { NodeBuilder } from '../../builder/node_builder.ts';
import type { OnnxTensor } from '../values/onnx_tensor.ts';
import type { OnnxValue } from '../values/onnx_value.ts';

/** What the names of a graph stand for, also those of the graphs around it. */
export type Values = Map<string, OnnxValue>;

/** A graph within a node, such as a branch or the body of a loop. */
export interface Subgraph {
  readonly inputs: readonly string[];
  readonly outputCount: number;
  /** Tensors of the graphs around it that it reads, in a fixed order. */
  readonly captured: readonly OnnxTensor[];
  /**
   * Converts its nodes with a builder, that of the graph around it or of a function.
   *
   * @param captured in the place of `captured`
   */
  convert(g: NodeBuilder, inputs: readonly OnnxValue[], captured: readonly OnnxTensor[]): OnnxValue[];
}
