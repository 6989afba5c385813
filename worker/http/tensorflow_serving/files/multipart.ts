/** A part of a form. */
interface FormPart {
  readonly name: string;
  /** True for a file, false for a field. */
  readonly isFile: boolean;
  readonly content: Uint8Array;
}

export type FormOutcome =
  | { readonly kind: 'form'; readonly parts: readonly FormPart[] }
  | { readonly kind: 'invalid'; readonly message: string };

const MOST_PARTS = 256;
/** Of the headers of a part. Bytes. */
const LONGEST_HEADERS = 4096;
/** The limit of RFC 2046. */
const LONGEST_BOUNDARY = 70;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const DASH = 0x2d;

/** Takes apart the body of a `multipart/form-data` request. The parts are views of the body. */
export function parseForm(body: Uint8Array, contentType: string): FormOutcome {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const text = boundary?.[1] ?? boundary?.[2] ?? '';
  if (text === '' || text.length > LONGEST_BOUNDARY)
    return invalid('the content-type multipart/form-data has no valid boundary');
  const delimiter = new TextEncoder().encode(`\r\n--${text}`);
  const parts: FormPart[] = [];
  // The first boundary begins the body, the others a line.
  let at = delimiter.length - 2;
  if (!beginsWith(body, delimiter.subarray(2), 0)) return invalid('it does not begin with its boundary');
  for (;;) {
    if (body[at] === DASH && body[at + 1] === DASH) return { kind: 'form', parts };
    if (!isLineEnd(body, at)) return invalid('a boundary is not followed by a line end');
    if (parts.length === MOST_PARTS) return invalid(`it has more than ${MOST_PARTS} parts`);
    const start = at + 2;
    const end = indexOf(body, delimiter, start);
    if (end === -1) return invalid('it ends before its last boundary');
    const part = readPart(body.subarray(start, end));
    if (part === undefined)
      return invalid(`its part ${parts.length + 1} has no header Content-Disposition with a name`);
    parts.push(part);
    at = end + delimiter.length;
  }
}

function readPart(bytes: Uint8Array): FormPart | undefined {
  const end = headersEnd(bytes);
  if (end === -1) return undefined;
  const headers = new TextDecoder().decode(bytes.subarray(0, end));
  const disposition = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(headers)?.[1];
  const name = disposition === undefined ? undefined : parameter(disposition, 'name');
  if (disposition === undefined || name === undefined) return undefined;
  const isFile =
    parameter(disposition, 'filename') !== undefined || /^content-type:\s*image\//im.test(headers);
  return { name, isFile, content: bytes.subarray(end + 4) };
}

function parameter(disposition: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(disposition);
  return found?.[1] ?? found?.[2];
}

/** The end of the headers, which an empty line follows; -1 where there is none. */
function headersEnd(bytes: Uint8Array): number {
  const last = Math.min(bytes.length - 3, LONGEST_HEADERS);
  for (let at = 0; at < last; at++) if (isLineEnd(bytes, at) && isLineEnd(bytes, at + 2)) return at;
  return -1;
}

function isLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED;
}

/** A line end begins what is looked for and is nowhere else in it, so that every byte is compared a few times at most. */
function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CARRIAGE_RETURN, from); at !== -1; at = bytes.indexOf(CARRIAGE_RETURN, at + 1))
    if (beginsWith(bytes, wanted, at)) return at;
  return -1;
}

function beginsWith(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}

function invalid(what: string): FormOutcome {
  return { kind: 'invalid', message: `The form cannot be read: ${what}` };
}
