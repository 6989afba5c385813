import { inputOf, type Operation, refuse } from '../operation.ts';
import { type Bytes, decode, mapStrings } from './string_values.ts';

/** The alphabet for addresses, with padding or without. */
const WEB_SAFE = /^[A-Za-z0-9_-]*={0,2}$/;

/** Base64 in the alphabet for addresses, which is what TensorFlow means by it. */
export const decodeBase64: Operation = (node) =>
  mapStrings('DecodeBase64', inputOf(node, 0), (value) => {
    const text = decode(value);
    const digits = text.replace(/=+$/, '');
    const isPadded = digits.length < text.length;
    if (!WEB_SAFE.test(text) || digits.length % 4 === 1 || (isPadded && text.length % 4 !== 0))
      refuse(node, `"${text.slice(0, 40)}" is not base64 in the alphabet for addresses (with - and _)`);
    const bytes = atob(digits.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
  });

/** The same alphabet; padded where the node says so. */
export const encodeBase64: Operation = (node) =>
  mapStrings('EncodeBase64', inputOf(node, 0), (value) => {
    const text = btoa(binaryText(value)).replaceAll('+', '-').replaceAll('/', '_');
    return Uint8Array.from(node.attrs.pad === true ? text : text.replace(/=+$/, ''), (character) =>
      character.charCodeAt(0),
    );
  });

/** A text of one character for each byte. */
function binaryText(value: Bytes): string {
  let text = '';
  for (const byte of value) text += String.fromCharCode(byte);
  return text;
}
