import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { REPOSITORY } from './built_worker.ts';

/** Binary data by datatype; `hex` and `zeros` (a number of bytes) for what has none. */
const PartSchema = v.union([
  v.object({ FP32: v.array(v.number()) }),
  v.object({ INT32: v.array(v.number()) }),
  v.object({ UINT16: v.array(v.number()) }),
  v.object({ BYTES: v.array(v.string()) }),
  v.object({ hex: v.string() }),
  v.object({ zeros: v.number() }),
]);

const VectorSchema = v.object({
  name: v.string(),
  method: v.string(),
  path: v.string(),
  request: v.optional(
    v.object({
      /** The JSON part, or `text` as it is. */
      json: v.optional(v.unknown()),
      text: v.optional(v.string()),
      binary: v.optional(v.array(PartSchema)),
      /** Inference-Header-Content-Length; that of the JSON where there is binary data and nothing is said. */
      headerLength: v.optional(v.union([v.number(), v.string()])),
    }),
  ),
  expect: v.object({
    status: v.number(),
    /** The whole JSON, or some of its members. */
    json: v.optional(v.unknown()),
    contains: v.optional(v.record(v.string(), v.unknown())),
    text: v.optional(v.string()),
    error: v.optional(v.string()),
    binary: v.optional(v.array(PartSchema)),
    contentType: v.optional(v.string()),
    version: v.optional(v.string()),
  }),
});
export type Vector = v.InferOutput<typeof VectorSchema>;

/** Cases as data: what is asked over HTTP and what is answered. */
export function readVectors(file: string): Vector[] {
  const text = readFileSync(path.join(REPOSITORY, 'test/vectors', file), 'utf8');
  return v.parse(v.object({ about: v.string(), cases: v.array(VectorSchema) }), JSON.parse(text)).cases;
}

type Part = v.InferOutput<typeof PartSchema>;

export function bytesOfParts(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map(bytesOfPart));
}

function bytesOfPart(part: Part): Uint8Array {
  if ('FP32' in part) return new Uint8Array(Float32Array.from(part.FP32).buffer);
  if ('INT32' in part) return new Uint8Array(Int32Array.from(part.INT32).buffer);
  if ('UINT16' in part) return new Uint8Array(Uint16Array.from(part.UINT16).buffer);
  if ('hex' in part) return Buffer.from(part.hex, 'hex');
  if ('zeros' in part) return new Uint8Array(part.zeros);
  return Buffer.concat(
    part.BYTES.flatMap((text) => {
      const bytes = Buffer.from(text);
      return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes];
    }),
  );
}

/** The body and headers of a vector's request. */
export function requestOf({ method, request }: Vector): {
  method: string;
  body?: Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
} {
  if (request === undefined) return { method };
  const json = Buffer.from(request.text ?? (request.json === undefined ? '' : JSON.stringify(request.json)));
  const binary = request.binary === undefined ? undefined : bytesOfParts(request.binary);
  const length = request.headerLength ?? (binary === undefined ? undefined : json.length);
  return {
    method,
    body: new Uint8Array(Buffer.concat([json, binary ?? Buffer.alloc(0)])),
    headers: {
      'content-type': binary === undefined ? 'application/json' : 'application/octet-stream',
      ...(length !== undefined && { 'inference-header-content-length': String(length) }),
    },
  };
}
