import type { RequestScope, Serving } from '../../serving/api.ts';
import { jsonResponse } from '../answer/answer_headers.ts';
import { modelIndex } from '../index_page/model_index.ts';
import { openApiDocument } from './document.ts';

let documentText: string | undefined;

/** Returns the document with examples of sample models. It is generated on the first request. */
export function answerDocument(): Response {
  documentText ??= JSON.stringify(openApiDocument());
  return jsonResponse(documentText);
}

/** Returns the document with examples of the published models, if there are any. */
export async function answerModelDocument(serving: Serving, scope: RequestScope): Promise<Response> {
  const index = await modelIndex(serving, scope);
  const models = index?.models.filter((model) => 'signatures' in model) ?? [];
  const response =
    models.length === 0 ? answerDocument() : jsonResponse(JSON.stringify(openApiDocument(models)));
  response.headers.set('cache-control', 'no-store');
  return response;
}
