import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { WeightSpec } from '../../worker/model/model_json.ts';

/**
 * Returns a sentence about the first weight that no layer has, that has another shape than its layer's, or that a layer
 * lacks, or undefined. The weights of an optimizer do not count, and names of Keras 3 (`layers/…/vars/0`) are not compared.
 */
export function findMisfitWeight(model: LayersModel, weights: readonly WeightSpec[]): string | undefined {
  if (weights.some(({ name }) => /\/\d+$/.test(name))) return undefined;
  const missing = new Map(
    model.layers.flatMap((layer) => layer.weights.map(({ originalName, shape }) => [originalName, shape])),
  );
  const needed = new Map(missing);
  for (const { name, shape, group } of weights) {
    if (group === 'optimizer') continue;
    const own = needed.has(name) ? name : withoutScope(name);
    const wanted = needed.get(own);
    if (wanted === undefined) return `weight "${name}" belongs to no layer`;
    if (wanted.length !== shape.length || wanted.some((size, axis) => size !== shape[axis])) {
      return `weight "${name}" has shape [${shape}], and its layer needs [${wanted}]`;
    }
    missing.delete(own);
  }
  const [lacking] = missing.keys();
  return lacking === undefined
    ? undefined
    : `a layer has the weight "${lacking}", which is not among the weights`;
}

/** tfjs also finds a weight by its name without the last scope but one, as a distributed training adds it. */
function withoutScope(name: string): string {
  const parts = name.split('/');
  return [...parts.slice(0, -2), ...parts.slice(-1)].join('/');
}
