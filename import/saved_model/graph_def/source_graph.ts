import type { AttributeShape, GraphNode, Weight } from '../../graph/graph.ts';
import type { Imported } from '../../import_result.ts';
import type { OperationOutputs } from './operation_outputs.ts';

/** A node as the file has it, a constant with its value. Inputs are `node`, `node:index` or `^node` everywhere. */
export interface SourceNode extends GraphNode {
  /** Of a `Const`; a problem if tfjs has no such values, which matters only where the node is needed. */
  readonly value?: Imported<Weight>;
}

export interface SourceFunction {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly nodes: readonly SourceNode[];
  /** The tensor that each output is, in the order of `outputs`. */
  readonly results: readonly string[];
  /** Nodes that run whenever the function is called, whatever of its outputs is used. */
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

/** Takes `node`, `node:index` and `^node` apart; a control dependency has the index -1. */
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

/** The text of an attribute that is a string, or undefined. */
export function stringAttribute({ attr }: GraphNode, name: string): string | undefined {
  const text = attr[name]?.s;
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8');
}

export function numberAttribute({ attr }: GraphNode, name: string): number | undefined {
  const text = attr[name]?.i;
  return text === undefined ? undefined : Number(text);
}

/** The sizes of a shape; null where even the rank is unknown. */
export function shapeSizes(shape: AttributeShape | undefined): number[] | null {
  if (shape === undefined || shape.unknownRank === true) return null;
  return (shape.dim ?? []).map(({ size }) => Number(size));
}
