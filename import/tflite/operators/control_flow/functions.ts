import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type OperatorCall } from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import { numbersOf, type TfliteTensor } from '../../tensors/tflite_tensor.ts';

export const typeOf = ({ dtype }: SymbolicTensor): string => typeValue(dtype).type ?? 'DT_FLOAT';

/** What a graph of the file is called with. Handles of resources mean nothing in a function. */
export function argumentsOf(call: OperatorCall, first: number): TfliteTensor[] {
  return call.inputs.slice(first).map((_, index) => {
    const tensor = input(call, first + index);
    return tensor.resource === undefined ? tensor : refuse('hands a variable or a table to another graph');
  });
}

/** An argument of a function. What is known of the elements stays, but for scalars of the graph around it. */
export function argument(tensor: TfliteTensor, index: number): TfliteTensor {
  const { elements: _, ...rest } = tensor;
  const numbers = numbersOf(tensor);
  return { ...rest, ref: argumentName(index), ...(numbers === undefined ? {} : { elements: numbers }) };
}

const argumentName = (index: number): string => `argument${index}`;

/**
 * Adds a graph of the file as a function.
 *
 * @param given its arguments
 * @param convert gives the results, which become outputs of the function
 * @returns its name, and the results
 */
export function addFunction(
  { g, resources }: OperatorCall,
  name: string,
  given: readonly TfliteTensor[],
  convert: (builder: NodeBuilder) => readonly TfliteTensor[],
): { readonly name: string; readonly results: readonly TfliteTensor[] } {
  const inner = g.function(name);
  const results = withoutComputed(resources, () => convert(inner.builder));
  const outputs = results.map((result) => ({
    ...result,
    ref: inner.builder.node('Identity', [result], { shape: result.shape }).ref,
  }));
  g.addFunction({
    name: inner.name,
    inputs: given.map((tensor, index) => ({ name: argumentName(index), type: typeOf(tensor) })),
    outputs: outputs.map((output, index) => ({ name: `result${index}`, type: typeOf(output) })),
    nodes: inner.builder.nodes,
    results: Object.fromEntries(outputs.map(({ ref }, index) => [`result${index}`, ref])),
  });
  return { name: inner.name, results };
}

/** A function sees constants, but nothing that the graph around it computes; and what it assigns is seen nowhere else. */
function withoutComputed<T>(resources: OperatorCall['resources'], action: () => T): T {
  const all = new Map(resources);
  for (const [name, values] of all)
    if (values.some(({ stored, texts }) => stored === undefined && texts === undefined))
      resources.delete(name);
  const before = new Map(resources);
  const result = action();
  const isChanged = [...resources].some(([name, values]) => before.get(name) !== values);
  if (isChanged) refuse('assigns a variable or fills a table in a branch or a loop');
  for (const [name, values] of all) resources.set(name, values);
  return result;
}
