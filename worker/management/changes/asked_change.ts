import * as v from 'valibot';
import { errorResponse } from '../../http/answer/answer_headers.ts';
import { BODY_STATUS, readBody } from '../../http/body/request_body.ts';
import { isName, NAME_RULE } from '../../model/names.ts';
import type { ChangeRecord } from '../../registry/pointer/transition.ts';
import { type ParsedDocument, parseDocument } from '../../registry/storage/json_document.ts';
import { expectedGeneration } from '../access/conditions.ts';
import { missingScope } from '../access/guard.ts';
import type { Scope } from '../access/scopes.ts';
import type { ManagementRequest } from '../management_request.ts';
import { actionId, idempotencyKey } from './idempotency.ts';

const BODY_LIMIT_BYTES = 64 * 1024;

/** A requested change with its record for the history. */
export interface AskedChange<Asked> {
  readonly kind: 'asked';
  readonly asked: Asked;
  /** The generation that the caller has seen; 0 if there was no pointer yet. */
  readonly expected: number | 'any';
  readonly record: ChangeRecord;
  /** The key that identifies a repeated request. */
  readonly key: string;
}

interface Why {
  readonly why: { readonly by?: string | undefined; readonly reason?: string | undefined };
}

/**
 * Reads a request for a change: its scopes, `If-Match`, `Idempotency-Key` and body. The Worker makes the record with
 * its own clock and the name of the token, to which it adds the caller's own name for itself.
 */
export async function readAskedChange<Asked extends Why>(
  management: ManagementRequest,
  {
    model,
    name,
    scopes,
  }: { readonly model: string; readonly name: string; readonly scopes: readonly Scope[] },
  read: (body: unknown) => ParsedDocument<Asked>,
): Promise<AskedChange<Asked> | { readonly kind: 'refused'; readonly response: Response }> {
  const { request, caller } = management;
  if (!isName(model)) return refused(errorResponse(`A model's name is made of ${NAME_RULE}`, 400));
  const refusal = missingScope(caller, ...scopes);
  if (refusal !== undefined) return refused(refusal);
  const expected = expectedGeneration(request.headers);
  if (expected === undefined) {
    const message = 'A change needs If-Match with the generation that you have seen, or * for any';
    return refused(errorResponse(message, 428));
  }
  const key = idempotencyKey(request.headers);
  if (key.kind === 'malformed') return refused(errorResponse(key.message, 400));
  const bytes = await readBody(request, BODY_LIMIT_BYTES);
  if (bytes.kind !== 'read') return refused(errorResponse(bytes.message, BODY_STATUS[bytes.kind]));
  const text = new TextDecoder().decode(bytes.bytes).trim();
  const body = parseDocument(v.unknown(), text === '' ? '{}' : text);
  const parsed = body.kind === 'valid' ? read(body.value) : body;
  if (body.kind === 'malformed' || parsed.kind === 'malformed') {
    const reason = parsed.kind === 'malformed' ? parsed.reason : '';
    return refused(errorResponse(`The body: ${reason}`, 400));
  }
  const { by, reason } = parsed.value.why;
  return {
    kind: 'asked',
    asked: parsed.value,
    expected,
    key: key.key,
    record: {
      id: await actionId(management, key.key, { model, name, body: body.value }),
      at: new Date().toISOString(),
      by: by === undefined ? caller.name : `${by} via ${caller.name}`,
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

function refused(response: Response): { readonly kind: 'refused'; readonly response: Response } {
  return { kind: 'refused', response };
}
