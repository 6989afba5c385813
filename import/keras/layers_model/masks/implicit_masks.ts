import type { JsonObject } from '../../../../worker/model/json_object.ts';
import { readInboundNodes, type TensorSource } from '../../inbound_nodes.ts';
import { type KerasObject, layerName } from '../../keras_object.ts';

/** The operations by which Keras 3 computes masks, and which it stores among the layers. */
const MASK_OPERATIONS: ReadonlySet<string> = new Set(['Any', 'NotEqual']);

/**
 * Returns the operations of a Functional model of Keras 3 that compute the mask that an Embedding or a Masking layer
 * makes from the same tensor. They are not needed, since tfjs's layers make these masks themselves.
 */
export function implicitMasks(layers: readonly KerasObject[]): ReadonlySet<string> {
  const masked = new Set(
    layers.filter(makesMask).flatMap(({ json }) => inputsOf(json).map((source) => source.join())),
  );
  const found = new Map<string, KerasObject>();
  for (const layer of layers) {
    const name = layerName(layer);
    const isOperation = layer.module?.startsWith('keras.src.ops') && MASK_OPERATIONS.has(layer.className);
    if (name !== undefined && isOperation) found.set(name, layer);
  }
  const implicit = new Set<string>();
  // An operation may depend on another one, which precedes it.
  for (const [name, { json }] of found) {
    const inputs = inputsOf(json);
    if (inputs.length > 0 && inputs.every((source) => masked.has(source.join()) || implicit.has(source[0]))) {
      implicit.add(name);
    }
  }
  return implicit;
}

function makesMask({ className, config }: KerasObject): boolean {
  return className === 'Masking' || (className === 'Embedding' && config.mask_zero === true);
}

/** Returns the tensors of an operation. Its plain values do not matter here. */
function inputsOf({ inbound_nodes: nodes }: JsonObject): readonly TensorSource[] {
  const calls = readInboundNodes(nodes, 'values beside tensors');
  return typeof calls === 'string' ? [] : calls.flatMap(({ inputs }) => inputs);
}
