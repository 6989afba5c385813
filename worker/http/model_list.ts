import type { RequestScope, Serving } from '../serving/api.ts';
import { type Answer, documentAnswer, errorAnswer } from './answer/answer.ts';

/** The models cannot be listed. */
export const NOT_LISTED = 'The models cannot be listed now: storage did not respond';

/** Keeps the models that a request may use. */
export function usableModels(models: readonly string[], scope: RequestScope): readonly string[] {
  if (scope.modelRefusal === undefined) return models;
  return models.filter((model) => scope.modelRefusal?.(model) === undefined);
}

/**
 * Lists the published models that the request may use.
 *
 * @param documentOf the answer of their names; that of both protocols by default
 */
export async function answerModelList(
  serving: Serving,
  scope: RequestScope,
  documentOf: (models: readonly string[]) => object = (models) => ({ models }),
): Promise<Answer> {
  const models = await serving.models();
  return models === undefined
    ? errorAnswer(NOT_LISTED, 503)
    : documentAnswer(documentOf(usableModels(models, scope)));
}
