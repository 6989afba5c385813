import { modelExists } from './model_status.ts';
import { describePlace, type PlaceDescription, type Registry } from './open_registry.ts';

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
