import { describePlace, type PlaceDescription } from '../registry/place.ts';
import type { Registry } from '../registry/registry.ts';
import { modelExists } from '../status/model_status.ts';

export function missingModel(model: string, place: PlaceDescription): string {
  return `the model ${model} does not exist in ${describePlace(place)}`;
}

/** Describes why a model was not changed. Every command reports a missing model in the same words. */
export async function describeRefusal(
  { store, place }: Pick<Registry, 'store' | 'place'>,
  model: string,
  reason: string,
): Promise<string> {
  return (await modelExists(store, model))
    ? `${reason} (in ${describePlace(place)})`
    : missingModel(model, place);
}
