import { afterSpace, OPEN_OBJECT } from '../../json/ascii.ts';
import { parseForm } from './multipart.ts';

/** A body that is no JSON: files or a text, each of which is an element of the batch. */
export interface Upload {
  readonly media: 'image' | 'text';
  readonly files: readonly Uint8Array[];
  /** The default signature where none is named. */
  readonly signatureName: string | undefined;
}

export type UploadOutcome =
  | { readonly kind: 'upload'; readonly upload: Upload }
  | { readonly kind: 'invalid'; readonly message: string };

const SIGNATURE_FIELD = 'signature_name';

/** What fetch says of a string by itself: nothing says that it is no JSON, which clients of TensorFlow Serving send. */
const FETCHED = 'text/plain;charset=UTF-8';

/**
 * Reads a body by its content type: an image, a text, or a form with images. TensorFlow Serving takes JSON under any
 * content type, and so a body that begins with a brace is JSON here: no file and no form begins so. Most bodies are JSON,
 * and reading a header takes longer than that look.
 *
 * @returns undefined for JSON
 */
export function readUpload(body: Uint8Array, headers: Headers): UploadOutcome | undefined {
  if (body[afterSpace(body, 0)] === OPEN_OBJECT) return undefined;
  const contentType = headers.get('content-type');
  if (contentType === null || contentType === FETCHED) return undefined;
  const type = mediaType(contentType);
  if (type.startsWith('image/')) return upload('image', [body]);
  if (type === 'text/plain') return body.length === 0 ? undefined : upload('text', [body]);
  return type === 'multipart/form-data' ? readForm(body, contentType) : undefined;
}

function mediaType(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function readForm(body: Uint8Array, contentType: string): UploadOutcome {
  const form = parseForm(body, contentType);
  if (form.kind === 'invalid') return form;
  const files = form.parts.filter(({ isFile }) => isFile).map(({ content }) => content);
  let signatureName: string | undefined;
  for (const { isFile, name, content } of form.parts) {
    if (isFile) continue;
    if (name !== SIGNATURE_FIELD)
      return invalid(
        `The form has a field ${JSON.stringify(name.slice(0, 100))}; it may have files and ${SIGNATURE_FIELD}`,
      );
    signatureName = new TextDecoder().decode(content);
  }
  if (files.length === 0) return invalid('The form has no file');
  return upload('image', files, signatureName);
}

function upload(media: Upload['media'], files: readonly Uint8Array[], signatureName?: string): UploadOutcome {
  return { kind: 'upload', upload: { media, files, signatureName } };
}

function invalid(message: string): UploadOutcome {
  return { kind: 'invalid', message };
}
