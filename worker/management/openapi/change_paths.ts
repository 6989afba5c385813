import { changeDefinitions } from '../../registry/pointer/change/table.ts';
import { PRUNE_NAME, PRUNE_SUMMARY, PruneBodySchema } from '../prune/prune_request.ts';
import { ANSWERS } from './openapi_answers.ts';
import { errors, json, MODEL, schemaOf } from './parts.ts';

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The generation that you have seen, or * for any',
  schema: { type: 'string' },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A repeated request with the same key takes effect once',
  schema: { type: 'string', pattern: '^"?[A-Za-z0-9_.:-]{1,200}"?$' },
};

/** A path for each change of a pointer, and for the prune. */
export function changePaths() {
  const changes = changeDefinitions().map(({ name, summary, schema }) =>
    changePath(name, summary, schemaOf(schema), {
      200: json('The change; `change` is null if nothing changed', ANSWERS.changed),
    }),
  );
  const prune = changePath(PRUNE_NAME, PRUNE_SUMMARY, schemaOf(PruneBodySchema), {
    200: json('The deleted objects, or with dryRun the objects to delete', ANSWERS.pruned),
    202: json('Part of the work is done: send the request again with this idempotencyKey', ANSWERS.pruned),
  });
  return Object.fromEntries([...changes, prune]);
}

function changePath(name: string, summary: string, body: object, answers: object): [string, object] {
  return [
    `/api/v1/models/{model}/${name}`,
    {
      post: {
        operationId: name,
        summary,
        parameters: [MODEL, IF_MATCH, IDEMPOTENCY_KEY],
        requestBody: { content: { 'application/json': { schema: body } } },
        responses: { ...answers, ...errors(404, 409, 412, 413, 415, 428) },
      },
    },
  ];
}
