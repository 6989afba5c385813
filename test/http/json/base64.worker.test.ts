import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64Length, decodeBase64, writeBase64 } from '../../../worker/http/json/base64.ts';

const encode = (text: string) => new TextEncoder().encode(text);

test('is what btoa writes, and reads back with padding and without', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const target = new Uint8Array(base64Length(bytes.length));
      writeBase64(target, 0, bytes);
      const text = new TextDecoder().decode(target);
      expect(text).toBe(btoa(String.fromCharCode(...bytes)));
      expect(decodeBase64(target)).toEqual(Uint8Array.from(bytes));
      expect(decodeBase64(encode(text.replace(/=+$/, '')))).toEqual(Uint8Array.from(bytes));
      expect(decodeBase64(encode(text.replace(/(.{4})/g, '$1\n')))).toEqual(Uint8Array.from(bytes));
    }),
  );
});

describe('is not', () => {
  test.each(['=', 'a', 'aa=', 'a===', 'aaaaa', 'aa=a', 'a-_a', 'é'])('%s', (text) => {
    expect(decodeBase64(encode(text))).toBeUndefined();
  });
});
