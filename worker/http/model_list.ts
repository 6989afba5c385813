import type { Serving } from '../serving/api.ts';
import { type Answer, documentAnswer, errorAnswer } from './answer/answer.ts';

/** The models cannot be listed. */
export const NOT_LISTED = 'The models cannot be listed now: storage did not respond';

/** Lists the published models, in both protocols. */
export async function answerModelList(serving: Serving): Promise<Answer> {
  const models = await serving.models();
  return models === undefined ? errorAnswer(NOT_LISTED, 503) : documentAnswer({ models });
}
