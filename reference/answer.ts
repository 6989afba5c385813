import { element } from './elements.ts';

/** More of an answer is not shown. Characters. */
const MOST_SHOWN = 100_000;

/** Reads an answer and shows its status, its headers and its body. */
export async function renderAnswer(response: Response): Promise<HTMLElement> {
  const { status, statusText, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const outcome = element(
    'p',
    { className: status < 400 ? 'ok' : 'refused' },
    `${status} ${statusText}`.trim(),
  );
  outcome.setAttribute('role', 'status');
  return element(
    'div',
    { className: 'answer' },
    outcome,
    element('details', {}, element('summary', {}, 'Headers'), element('pre', {}, lines)),
    element('pre', {}, bodyText(bytes, headers)),
  );
}

/** Shows binary data behind JSON, or alone, by its length and its first bytes. */
function bodyText(bytes: Uint8Array, headers: Headers): string {
  const type = headers.get('content-type') ?? '';
  const isBinary = type.includes('octet-stream');
  const length = Number(headers.get('inference-header-content-length') ?? (isBinary ? 0 : bytes.length));
  const text = new TextDecoder().decode(bytes.subarray(0, length));
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}\n… ${text.length} characters` : text;
  return length === bytes.length ? shown : `${shown}\n${binaryText(bytes.subarray(length))}`;
}

const MOST_BYTES = 64;

function binaryText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, MOST_BYTES), (byte) => byte.toString(16).padStart(2, '0'));
  const rest = bytes.length > MOST_BYTES ? ' …' : '';
  return `${bytes.length} bytes: ${shown.join(' ')}${rest}`;
}
