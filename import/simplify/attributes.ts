import type { GraphNode, NodeAttribute } from '../graph/graph.ts';

/** Returns the texts of a list attribute, which are base64 in JSON. Empty if it is absent. */
export function textsAttribute({ attr }: GraphNode, name: string): string[] {
  return (attr[name]?.list?.s ?? []).map((text) => Buffer.from(text, 'base64').toString('latin1'));
}

export function textAttribute({ attr }: GraphNode, name: string): string | undefined {
  const text = attr[name]?.s;
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('latin1');
}

export function textsValue(texts: readonly string[]): NodeAttribute {
  return { list: { s: texts.map((text) => Buffer.from(text, 'latin1').toString('base64')) } };
}

export function integersAttribute({ attr }: GraphNode, name: string): number[] | undefined {
  const list = attr[name]?.list;
  return list === undefined ? undefined : (list.i ?? []).map(Number);
}

const FLOATS: ReadonlySet<unknown> = new Set(['DT_FLOAT', 'DT_HALF', 'DT_DOUBLE', 'DT_BFLOAT16', undefined]);

/** True if a node computes floats by its attribute `T`. */
export function computesFloats({ attr }: GraphNode): boolean {
  return FLOATS.has(attr.T?.type);
}

/** True if the node's channels are last, as tfjs computes them. */
export function hasChannelsLast(node: GraphNode): boolean {
  const format = textAttribute(node, 'data_format');
  return format === undefined || format.toUpperCase() === 'NHWC';
}

/** Returns the inputs without control dependencies. */
export function tensorInputs({ input }: GraphNode): string[] {
  return input.filter((tensor) => !tensor.startsWith('^'));
}

export function hasControlInputs({ input }: GraphNode): boolean {
  return input.some((tensor) => tensor.startsWith('^'));
}

export function isDilated(node: GraphNode): boolean {
  return (integersAttribute(node, 'dilations') ?? []).some((dilation) => dilation > 1);
}

export function isStrided(node: GraphNode): boolean {
  return (integersAttribute(node, 'strides') ?? []).some((stride) => stride > 1);
}
