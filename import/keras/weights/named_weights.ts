import { type Imported, malformed, read } from '../../import_result.ts';
import type { ExpectedLayer } from './expected_weights.ts';
import { type FoundWeight, pairWeights, type StoredWeight } from './found_weight.ts';
import type { WeightSource } from './weight_source.ts';

/** Finds the weights in a list of all weights, whose names begin with those of models and layers. */
export function findNamedWeights(
  stored: readonly StoredWeight[],
  sources: readonly WeightSource[],
  layers: readonly ExpectedLayer[],
): Imported<FoundWeight[]> {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const found: FoundWeight[] = [];
  for (const { name, kerasName } of sources) {
    const expected = byName.get(name)?.weights ?? [];
    if (expected.length === 0) continue;
    const own = stored.filter((weight) => weight.name.split('/').includes(kerasName));
    if (own.length === 0) return malformed(`there are no weights for layer "${kerasName}"`);
    const paired = pairWeights(expected, own, `layer "${kerasName}"`, new Map([[name, kerasName]]));
    if (paired.kind !== 'read') return paired;
    found.push(...paired.value);
  }
  return read(found);
}
