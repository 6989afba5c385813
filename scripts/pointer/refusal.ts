import { listModels, listVersions } from '../../worker/registry/version/version_store.ts';
import { existing } from '../cli/nearest.ts';
import { describePlace } from '../registry/place.ts';
import type { Registry } from '../registry/registry.ts';
import { modelExists } from '../status/model_status.ts';

type Where = Pick<Registry, 'store' | 'place'>;

/** Says that a model does not exist, and which ones do. */
export async function missingModel({ store, place }: Where, model: string): Promise<string> {
  const models = await listModels(store);
  return `the model ${model} does not exist in ${describePlace(place)}; ${existing(model, models)}`;
}

/**
 * Describes why a model was not changed. Every command reports a missing model in the same words.
 *
 * @param version the version that was asked for. If it is not published, those that are follow
 */
export async function describeRefusal(
  where: Where,
  model: string,
  reason: string,
  version?: string,
): Promise<string> {
  if (!(await modelExists(where.store, model))) return missingModel(where, model);
  const text = `${reason} (in ${describePlace(where.place)})`;
  if (version === undefined) return text;
  const published = await listVersions(where.store, model);
  return published.includes(version) ? text : `${text}; ${existing(version, published.toReversed())}`;
}
