import type { AttributeShape, GraphNode, Weight } from '../../graph/graph.ts';
import type { Imported } from '../../import_result.ts';
import type { OperationOutputs } from './operation_outputs.ts';

/** A node of the file, with its value if it is a constant. Inputs are `node`, `node:index` or `^node`. */
export interface SourceNode extends GraphNode {
  /**
   * The value of a `Const`, or a problem if tfjs has no such values. The problem matters only if the node is needed.
   */
  readonly value?: Imported<Weight>;
}

export interface SourceFunction {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly nodes: readonly SourceNode[];
  /** The tensor of each output, in the order of `outputs`. */
  readonly results: readonly string[];
  /** Nodes that run whenever the function is called, whichever outputs are used. */
  readonly controlResults: readonly string[];
}

export interface SourceGraph {
  readonly nodes: readonly SourceNode[];
  readonly functions: ReadonlyMap<string, SourceFunction>;
  readonly producer: number;
  readonly outputs: OperationOutputs;
}

export interface TensorName {
  readonly node: string;
  readonly index: number;
}

/** Parses `node`, `node:index` and `^node`. A control dependency has the index -1. */
export function parseTensorName(tensor: string): TensorName {
  if (tensor.startsWith('^')) return { node: tensor.slice(1), index: -1 };
  const colon = tensor.lastIndexOf(':');
  if (colon < 0) return { node: tensor, index: 0 };
  return { node: tensor.slice(0, colon), index: Number(tensor.slice(colon + 1)) };
}

export function formatTensorName({ node, index }: TensorName): string {
  if (index < 0) return `^${node}`;
  return index === 0 ? node : `${node}:${index}`;
}

export const isControl = (input: string): boolean => input.startsWith('^');

export function dataInputs({ input }: GraphNode): readonly string[] {
  return input.filter((name) => !isControl(name));
}

/** Returns the text of a string attribute, or undefined. */
export function stringAttribute({ attr }: GraphNode, name: string): string | undefined {
  const text = attr[name]?.s;
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8');
}

export function numberAttribute({ attr }: GraphNode, name: string): number | undefined {
  const text = attr[name]?.i;
  return text === undefined ? undefined : Number(text);
}

/** Returns the sizes of a shape, or null for an unknown rank. */
export function shapeSizes(shape: AttributeShape | undefined): number[] | null {
  if (shape === undefined || shape.unknownRank === true) return null;
  return (shape.dim ?? []).map(({ size }) => Number(size));
}
