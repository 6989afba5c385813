import type { NotServed, RequestScope, Serving, ServingTarget } from '../serving/api.ts';
import { namesClause } from './listed_names.ts';
import { usableModels } from './model_list.ts';

/**
 * Returns the names that exist in place of one that does not, as a clause for the refusal; '' if none can be shown. A
 * client sees only the models that its key may use.
 */
export async function alternatives(
  serving: Serving,
  target: ServingTarget,
  outcome: NotServed,
  scope: RequestScope,
): Promise<string> {
  const { what, names } = await serving.alternatives(target.model, outcome);
  return namesClause(what, what === 'model' ? usableModels(names, scope) : names);
}

/** Adds a clause to a sentence with or without a period. */
export function withClause(sentence: string, clause: string): string {
  if (clause === '') return sentence;
  if (!sentence.endsWith('.')) return `${sentence}; ${clause}`;
  return `${sentence} ${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
