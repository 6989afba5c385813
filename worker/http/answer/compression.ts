import type { Compression } from '../body/decompress.ts';

/** What Cloudflare puts in the place of the client's header, in both orders. The platform's properties have the original. */
const REPLACED: ReadonlySet<string> = new Set(['gzip, br', 'br, gzip']);

/**
 * Returns the format in which a client asks for an answer, if it names one format alone, as Triton's clients do. Other
 * clients list all formats that they can read: for them Cloudflare compresses JSON, and nothing else is worth the time.
 */
export function askedCompression(request: Request): Compression | undefined {
  const text = request.headers.get('accept-encoding');
  if (text === null) return undefined;
  const asked = REPLACED.has(text) ? originalOf(request) : text;
  return asked === 'gzip' || asked === 'deflate' ? asked : undefined;
}

function originalOf(request: Request): unknown {
  return Reflect.get(Object(Reflect.get(request, 'cf')), 'clientAcceptEncoding');
}

/** Compresses the body of a response while it is sent. */
export function compressed(response: Response, compression: Compression): Response {
  const { body, status, headers: own } = response;
  if (body === null) return response;
  const headers = new Headers(own);
  headers.set('content-encoding', compression);
  // Otherwise the platform would compress the body once more.
  const init = { status, headers, encodeBody: 'manual' } as const;
  return new Response(body.pipeThrough(new CompressionStream(compression)), init);
}
