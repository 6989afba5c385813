import * as v from 'valibot';
import { isName, NAME_RULE } from '../../registry/names.ts';
import { readPointer } from '../../registry/pointer_store.ts';
import { BODY_STATUS, readBody } from '../request_body.ts';
import { errorResponse, jsonResponse } from '../response.ts';
import {
  CHANGE_NAMES,
  CHANGE_SCHEMAS,
  type Change,
  type ChangeName,
  type ChangeOutcome,
  makeChange,
} from './changes.ts';
import { expectedGeneration } from './conditions.ts';
import { missingScope } from './guard.ts';
import type { ManagementRequest } from './management.ts';

const BODY_LIMIT_BYTES = 64 * 1024;

/**
 * Answers `POST /api/v1/models/MODEL/CHANGE`. `If-Match` says on which generation the caller decided; without
 * it a request that is sent twice would be made twice.
 */
export async function changeModel(
  management: ManagementRequest,
  model: string,
  name: string,
): Promise<Response> {
  if (!isChangeName(name)) {
    return errorResponse(
      `There is no change "${name.slice(0, 50)}"; there are ${CHANGE_NAMES.join(', ')}`,
      404,
    );
  }
  if (!isName(model)) return errorResponse(`A model's name is made of ${NAME_RULE}`, 400);
  const { request, caller, store } = management;
  const refusal = name === 'prune' ? missingScope(caller, 'publish', 'flip') : missingScope(caller, 'flip');
  if (refusal !== undefined) return refusal;
  const expected = expectedGeneration(request.headers);
  if (expected === undefined) {
    return errorResponse(
      'A change needs If-Match with the generation that you have seen, or * for whatever it is',
      428,
    );
  }
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (body.kind !== 'read') return errorResponse(body.message, BODY_STATUS[body.kind]);
  const change = parseChange(name, new TextDecoder().decode(body.bytes));
  if (change.kind === 'malformed') return errorResponse(`The body: ${change.reason}`, 400);
  const read = await readPointer(store, model);
  if (read.kind === 'malformed')
    return errorResponse(`The pointer of ${model} is malformed: ${read.reason}`, 409);
  const { reason, by } = change.change.body;
  const outcome = await makeChange(
    management,
    {
      model,
      expected,
      pointer: read.kind === 'found' ? read.pointer : undefined,
      record: {
        id: crypto.randomUUID(),
        at: new Date().toISOString(),
        by: by === undefined ? caller.name : `${by} via ${caller.name}`,
        ...(reason === undefined ? {} : { reason }),
      },
    },
    change.change,
  );
  return answer(model, outcome);
}

function isChangeName(name: string): name is ChangeName {
  return Object.hasOwn(CHANGE_SCHEMAS, name);
}

type ParsedChange =
  | { readonly kind: 'parsed'; readonly change: Change }
  | { readonly kind: 'malformed'; readonly reason: string };

function parseChange(name: ChangeName, text: string): ParsedChange {
  let json: unknown;
  try {
    json = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { kind: 'malformed', reason: 'is not JSON' };
  }
  const parsed = v.safeParse(ChangeSchema, { name, body: json });
  if (parsed.success) return { kind: 'parsed', change: parsed.output };
  const [issue] = parsed.issues;
  const place = (v.getDotPath(issue) ?? '').replace(/^body\.?/, '');
  return { kind: 'malformed', reason: place === '' ? issue.message : `${place}: ${issue.message}` };
}

const named = <const Name extends ChangeName>(name: Name) =>
  v.object({ name: v.literal(name), body: CHANGE_SCHEMAS[name] });

const ChangeSchema = v.variant('name', [
  named('flip'),
  named('promote'),
  named('rollback'),
  named('label'),
  named('unlabel'),
  named('stage'),
  named('unstage'),
  named('canary'),
  named('shadow'),
  named('prune'),
]);

function answer(model: string, outcome: ChangeOutcome): Response {
  switch (outcome.kind) {
    case 'done': {
      const response = jsonResponse(JSON.stringify({ model, ...outcome.json }));
      if (outcome.generation !== null) response.headers.set('etag', `"${outcome.generation}"`);
      return response;
    }
    case 'moved': {
      const { generation } = outcome;
      const now = generation === null ? 'has no pointer' : `is at generation ${generation}`;
      const error = `${model} ${now}: look at it again, and decide again`;
      const response = jsonResponse(JSON.stringify({ error, generation }), 412);
      if (generation !== null) response.headers.set('etag', `"${generation}"`);
      return response;
    }
    case 'refused':
      return errorResponse(`${model}: ${outcome.reason}`, 409);
  }
}
