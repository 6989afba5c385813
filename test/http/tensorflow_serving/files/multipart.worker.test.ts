import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseForm } from '../../../../worker/http/tensorflow_serving/files/multipart.ts';

const TYPE = 'multipart/form-data; boundary=x-1';
const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const part = (headers: string, content: string): string =>
  `--x-1\r\ncontent-disposition: form-data; ${headers}\r\n\r\n${content}\r\n`;
const parts = (text: string, type = TYPE) => {
  const form = parseForm(latin(text), type);
  return form.kind === 'invalid'
    ? form.message
    : form.parts.map(({ name, isFile, content }) => [name, isFile, String.fromCharCode(...content)]);
};

describe('a form', () => {
  test('of fields and files, whose bytes may be any', () => {
    const file = part(
      'name="image"; filename="cat.jpg"\r\ncontent-type: image/jpeg',
      '\xff\xd8\r\n--x-\r\n\x00',
    );
    expect(parts(`${part('name=signature_name', 'serve')}${file}--x-1--\r\n`)).toEqual([
      ['signature_name', false, 'serve'],
      ['image', true, '\xff\xd8\r\n--x-\r\n\x00'],
    ]);
  });

  test('whose boundary is quoted, and whose file is empty', () => {
    expect(
      parts(`${part('name="f"; filename=""', '')}--x-1--`, 'multipart/form-data; boundary="x-1"'),
    ).toEqual([['f', true, '']]);
  });

  test('as the platform writes it', async () => {
    const form = new FormData();
    form.append('image', new File([latin('\x89PNG\r\n')], 'a.png', { type: 'image/png' }));
    const request = new Request('http://test/', { method: 'POST', body: form });
    const body = new Uint8Array(await request.arrayBuffer());
    const read = parseForm(body, request.headers.get('content-type') ?? '');
    expect(read).toMatchObject({ kind: 'form', parts: [{ name: 'image', isFile: true }] });
    expect(read.kind === 'form' && [...(read.parts[0]?.content ?? [])]).toEqual([...latin('\x89PNG\r\n')]);
  });

  test('of any parts is read as it was written', () => {
    const names = fc.stringMatching(/^[a-z]{1,8}$/);
    const content = fc
      .array(fc.constantFrom(...'\r\n-x1a\x00\xff'), { maxLength: 30 })
      .map((all) => all.join(''));
    const isSplit = (text: string): boolean => text.includes('\r\n--x-1');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.boolean(), content), { maxLength: 5 }), (all) => {
        const written = all.filter(([, , text]) => !isSplit(text));
        const body = written.map(([name, isFile, text]) =>
          part(`name="${name}"${isFile ? '; filename="f"' : ''}`, text),
        );
        expect(parts(`${body.join('')}--x-1--`)).toEqual(written);
      }),
    );
  });

  test('of any bytes is read or refused', () => {
    const pieces = fc.constantFrom(
      '--x-1',
      '\r\n',
      '--',
      'content-disposition: form-data; name=a',
      ':',
      '"',
      '\x00',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (all) => {
        const read = parseForm(latin(all.join('')), TYPE);
        expect(read.kind === 'invalid' || read.parts.length <= 20).toBe(true);
      }),
    );
  });

  test.each([
    ['without a boundary in its type', '', 'multipart/form-data', 'no valid boundary'],
    ['that begins with something else', 'x', TYPE, 'does not begin with its boundary'],
    ['that is cut off', part('name="a"', 'b').slice(0, -2), TYPE, 'ends before its last boundary'],
    ['with a part without a name', '--x-1\r\na: b\r\n\r\nc\r\n--x-1--', TYPE, 'its part 1 has no header'],
    ['with a part without headers', '--x-1\r\nc\r\n--x-1--', TYPE, 'its part 1 has no header'],
    ['with ever more parts', part('name="a"', '').repeat(300), TYPE, 'more than 256 parts'],
  ])('%s is refused', (_, text, type, message) => {
    expect(parts(text, type)).toContain(message);
  });
});
