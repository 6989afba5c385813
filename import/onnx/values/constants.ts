import type { NodeBuilder } from '../../builder/node_builder.ts';
import { type OnnxTensor, typed } from './onnx_tensor.ts';
import { inlineElements, inlineTensor, type StoredElements, type StoredTensor } from './read_tensor.ts';
import { OnnxRefusal } from './refusal.ts';

/** Makes a stored tensor a constant of the graph. */
export function constantOf(g: NodeBuilder, { name, type, weight, numbers, texts }: StoredTensor): OnnxTensor {
  const tensor = typed(g.constant(name === '' ? 'constant' : name, weight), type, numbers);
  return texts === undefined ? tensor : { ...tensor, texts };
}

/** Makes a TensorProto within a node a constant of the graph. @throws OnnxRefusal */
export function inlineConstant(g: NodeBuilder, bytes: Uint8Array): OnnxTensor {
  const stored = inlineTensor(bytes, 'constant');
  if (stored.kind !== 'read') throw new OnnxRefusal(stored);
  return constantOf(g, stored.value);
}

/** All elements of a TensorProto within a node. @throws OnnxRefusal */
export function elementsOf(bytes: Uint8Array): StoredElements {
  const stored = inlineElements(bytes, 'constant');
  if (stored.kind !== 'read') throw new OnnxRefusal(stored);
  return stored.value;
}
