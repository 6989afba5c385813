import type { AnsweredBy } from '../../serving/serving.ts';
import { joined } from '../joined.ts';
import { headersOf, jsonResponse, versionHeaders } from '../response.ts';
import type { EncodedOutputs } from './encode_outputs.ts';

/** An inference response: JSON, or JSON with binary data behind it where an output is binary. */
export function inferenceResponse(
  model: string,
  id: string | undefined,
  { json, binary }: EncodedOutputs,
  by: AnsweredBy,
): Response {
  const head = JSON.stringify({
    model_name: model,
    model_version: by.version,
    ...(id !== undefined && { id }),
  });
  const text = `${head.slice(0, -1)},"outputs":${json}}`;
  if (binary.length === 0) return jsonResponse(text, 200, by);
  const header = new TextEncoder().encode(text);
  const lines = `content-type: application/octet-stream\ninference-header-content-length: ${header.length}`;
  return new Response(joined([header, ...binary]), { headers: headersOf(lines + versionHeaders(by)) });
}
