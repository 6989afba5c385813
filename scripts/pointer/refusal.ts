import { describePlace, type PlaceDescription, type Registry } from '../registry/open_registry.ts';
import { modelExists } from '../status/model_status.ts';

export function missingModel(model: string, place: PlaceDescription): string {
  return `there is no model ${model} in ${describePlace(place)}`;
}

/** Why a model was left as it is. That it is missing is said by every command in the same words. */
export async function describeRefusal(
  { store, place }: Pick<Registry, 'store' | 'place'>,
  model: string,
  reason: string,
): Promise<string> {
  return (await modelExists(store, model))
    ? `${reason} (in ${describePlace(place)})`
    : missingModel(model, place);
}
