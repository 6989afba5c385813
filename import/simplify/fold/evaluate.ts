import type { Tensor } from '@tensorflow/tfjs-core';
import type { DataType } from '../../../worker/model/dtype.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import type { GraphNode, Weight } from '../../graph/graph.ts';
import { nodeName } from '../../graph/graph_topology.ts';
import { loadTensorFlow } from '../../graph/tensorflow.ts';
import { tensorInputs } from '../attributes.ts';

export interface Evaluated {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * Computes the first output of a node with constant inputs in tfjs. Returns undefined if tfjs does not compute it or if
 * the result cannot be a weight.
 *
 * @param inputs the inputs in the node's order
 */
export async function evaluateNode(
  node: GraphNode,
  inputs: readonly Weight[],
): Promise<Evaluated | undefined> {
  const { core, createGraphModel } = await loadTensorFlow();
  const names = tensorInputs(node).map(nodeName);
  const constants = new Map(names.map((name, index) => [name, inputs[index]]));
  const weightSpecs = [];
  const pieces: Uint8Array[] = [];
  for (const [name, weight] of constants) {
    if (weight === undefined) throw new Error(`there is no value for "${name}"`);
    weightSpecs.push({ name, dtype: weight.dtype, shape: [...weight.shape] });
    pieces.push(await weight.read());
  }
  const weightData = new Uint8Array(Buffer.concat(pieces)).buffer;
  const constantNodes = [...constants.keys()].map((name) => ({ name, op: 'Const', attr: {} }));
  await core.setBackend('cpu');
  const model = createGraphModel({
    modelTopology: { node: [...constantNodes, node], versions: {} },
    weightSpecs,
    weightData,
  });
  let result: Tensor | Tensor[] | undefined;
  try {
    result = model.execute({}, node.name);
    return Array.isArray(result) ? undefined : readTensor(result);
  } catch {
    // Operations that tfjs cannot compute are reported later, all together.
    return undefined;
  } finally {
    if (result !== undefined) core.dispose(result);
    model.dispose();
  }
}

function readTensor(tensor: Tensor): Evaluated | undefined {
  const { dtype, shape } = tensor;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return undefined;
  const values = tensor.dataSync();
  // tfjs returns arbitrary results for an invalid axis.
  if (!isTensorShape(shape) || elementCount(shape) !== values.length) return undefined;
  const numbers =
    dtype === 'float32'
      ? Float32Array.from(values)
      : dtype === 'int32'
        ? Int32Array.from(values)
        : Uint8Array.from(values);
  return { dtype, shape, bytes: new Uint8Array(numbers.buffer) };
}

function isTensorShape(shape: readonly unknown[]): boolean {
  return shape.every((size) => typeof size === 'number' && Number.isInteger(size) && size >= 0);
}
