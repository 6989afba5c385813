import type { Serving } from '../serving/api.ts';
import { type Answer, documentAnswer, errorAnswer } from './answer/answer.ts';

/** The models cannot be listed. */
export const NOT_LISTED = 'The models cannot be listed now: storage did not respond';

/**
 * Lists the published models.
 *
 * @param documentOf the answer of their names; that of both protocols by default
 */
export async function answerModelList(
  serving: Serving,
  documentOf: (models: readonly string[]) => object = (models) => ({ models }),
): Promise<Answer> {
  const models = await serving.models();
  return models === undefined ? errorAnswer(NOT_LISTED, 503) : documentAnswer(documentOf(models));
}
