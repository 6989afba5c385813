import type { JsonObject } from '../../../worker/model/json_object.ts';
import { readInboundNodes, type TensorSource } from '../inbound_nodes.ts';
import { type KerasObject, layerName } from '../keras_object.ts';

/** The operations with which Keras 3 makes masks, and writes them down among the layers. */
const MASK_OPERATIONS: ReadonlySet<string> = new Set(['Any', 'NotEqual']);

/**
 * The operations in a Functional model of Keras 3 that make what an Embedding or a Masking layer of it makes of the
 * same tensor by itself. tfjs's layers do that too, so that these need not be there.
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
  // An operation may stand on another, which then stands before it.
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

/** What an operation takes; the plain values beside it do not matter here. */
function inputsOf({ inbound_nodes: nodes }: JsonObject): readonly TensorSource[] {
  const calls = readInboundNodes(nodes, 'values beside tensors');
  return typeof calls === 'string' ? [] : calls.flatMap(({ inputs }) => inputs);
}
