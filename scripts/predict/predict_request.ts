import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CodedError, type ErrorCode } from '../../worker/model/coded_error.ts';
import { type ImageFormat, imageFormat } from '../../worker/runtime/images/image_format.ts';
import { UsageError } from '../cli/usage_error.ts';
import { resolveFromCaller } from '../files/package_root.ts';
import { parseTensorFlowJson } from '../rehearsal/tensorflow_json.ts';

/** The body of a request to predict. */
export interface RequestBody {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** The signature that it names; undefined for the default one. */
  readonly signature?: string;
}

/** Where the body comes from. At most one is given; without any, it is read from standard input. */
export interface RequestSource {
  readonly input?: string | undefined;
  readonly image?: string | undefined;
  readonly text?: string | undefined;
}

/** An input cannot be used. The message is a sentence that begins with what failed. */
export class RequestError extends CodedError {
  override readonly code: ErrorCode = 'ERR_PREDICT_INPUT_INVALID';
}

/** @throws RequestError, and UsageError if there is no input at all */
export async function readRequestBody({ input, image, text: given }: RequestSource): Promise<RequestBody> {
  if (image !== undefined) {
    const body = await fileBytes(image);
    const contentType = imageType(body);
    if (contentType === undefined) {
      throw new RequestError(`${image} is not a JPEG, PNG, GIF, BMP or WebP image`);
    }
    return { body, contentType };
  }
  if (given !== undefined) return jsonBody(JSON.stringify({ instances: [given] }), '--text');
  if (input !== undefined) return jsonBody(new TextDecoder().decode(await fileBytes(input)), input);
  if (process.stdin.isTTY) {
    throw new UsageError('the input is missing: --input, --image, --text, or JSON on standard input');
  }
  return jsonBody(await text(process.stdin), 'standard input');
}

async function fileBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(resolveFromCaller(path)));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new RequestError(`${path} cannot be read: ${code === 'ENOENT' ? 'it does not exist' : code}`);
  }
}

/** A list stands for its `instances`. Everything else is sent as it is, and the server judges it. */
function jsonBody(json: string, place: string): RequestBody {
  const contentType = 'application/json';
  let value: unknown;
  try {
    // As TensorFlow Serving, the server also takes numbers that JSON does not have.
    value = parseTensorFlowJson(json);
  } catch (error) {
    throw new RequestError(`${place} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (Array.isArray(value)) return { body: `{"instances":${json}}`, contentType };
  const signature =
    typeof value === 'object' && value !== null && 'signature_name' in value
      ? value.signature_name
      : undefined;
  return { body: json, contentType, ...(typeof signature === 'string' ? { signature } : {}) };
}

const MEDIA_TYPES: Readonly<Record<ImageFormat, string>> = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  GIF: 'image/gif',
  BMP: 'image/bmp',
  WebP: 'image/webp',
};

function imageType(bytes: Uint8Array): string | undefined {
  const format = imageFormat(bytes);
  return format && MEDIA_TYPES[format];
}
