import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_FLOAT, writeFloat32 } from '../../../worker/http/json/numbers/float_digits.ts';
import { numberLists } from '../../../worker/http/json/numbers/number_lists_module.ts';
import { JsonCursor } from '../../../worker/http/json/scan/json_cursor.ts';
import { createCells } from '../../../worker/http/json/tensors/tensor_cells.ts';
import { ListReader } from '../../../worker/http/json/tensors/tensor_list.ts';
import { anyFloat32, anyNumberText } from './any_number.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const bitsOf = (values: Float32Array) => [...new Int32Array(values.slice().buffer)];

/** The result of the reader in JavaScript. */
function readSlowly(bytes: Uint8Array) {
  const reader = new ListReader(createCells('float32', bytes.length));
  const cursor = new JsonCursor(bytes, 0);
  if (!reader.read(cursor)) return undefined;
  const tensor = reader.cells.tensor(reader.shape);
  if (tensor.dtype !== 'float32') throw new Error(`read ${tensor.dtype}`);
  return { bits: bitsOf(tensor.values), shape: tensor.shape, end: cursor.at };
}

function readFast(bytes: Uint8Array) {
  const read = numberLists().read(bytes, 0, false);
  return read && { bits: bitsOf(read.values), shape: read.shape, end: read.end };
}

/** A number as text, or text that resembles a number. */
const token = fc.oneof(
  { weight: 8, arbitrary: anyNumberText },
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '1e-320',
    '1e999',
    '01',
    '1.',
    '.5',
    '-',
    'NaN',
    '-Infinity',
    'Inf',
    'null',
    '',
  ),
);

/** Lists of one length in each dimension, as text. */
function nested(shape: readonly number[], tokens: readonly string[], space: string): string {
  let next = 0;
  const level = (dimension: number): string => {
    const size = shape[dimension];
    if (size === undefined) return tokens[next++ % tokens.length] ?? '0';
    return `[${space}${Array.from({ length: size }, () => level(dimension + 1)).join(`,${space}`)}${space}]`;
  };
  return level(0);
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
const spaces = fc.constantFrom('', ' ', '\n\t ');

test('reads what the reader in JavaScript reads, to the last bit', () => {
  fc.assert(
    fc.property(shapes, fc.array(token, { minLength: 1, maxLength: 9 }), spaces, (shape, tokens, space) => {
      const bytes = encode(`${nested(shape, tokens, space)}, "more": [1]}`);
      const slow = readSlowly(bytes);
      expect(readFast(bytes)).toEqual(slow?.shape.includes(0) ? undefined : slow);
    }),
    { numRuns: 20_000 },
  );
});

test('a refused or truncated number is never read as another number', () => {
  const edit = fc.tuple(
    fc.nat(),
    fc.constantFrom('', '[', ']', ',', ',,', ' ', '1', '.', 'e', '-', '"', '\0'),
  );
  fc.assert(
    fc.property(shapes, spaces, fc.array(edit, { maxLength: 3 }), fc.nat(), (shape, space, edits, cut) => {
      let text = nested(shape, ['1', '-2.5', '3e2'], space);
      for (const [place, inserted] of edits) {
        const at = place % (text.length + 1);
        // An empty insertion removes a character.
        text = text.slice(0, at) + inserted + text.slice(inserted === '' ? at + 1 : at);
      }
      const bytes = encode(text.slice(0, text.length - (cut % 4)));
      fc.pre(bytes[0] === 0x5b);
      const fast = readFast(bytes);
      if (fast !== undefined) expect(fast).toEqual(readSlowly(bytes));
    }),
    { numRuns: 20_000 },
  );
});

test('reads across its blocks, wherever they end', () => {
  const piece = fc.tuple(anyNumberText, fc.integer({ min: 0, max: 70 }));
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 64 }),
      (pieces, row) => {
        const padded = pieces.map(([text, spaces]) => ' '.repeat(spaces) + text);
        const rows = Math.ceil(150_000 / (padded.join().length * (row / padded.length)));
        const bytes = encode(nested([rows, row], padded, ''));
        expect(readFast(bytes)).toEqual(readSlowly(bytes));
      },
    ),
    { numRuns: 40 },
  );
});

test('a text of which every block ends in white space or in a bracket', () => {
  const row = `[${Array.from({ length: 63 }, () => '0.12345678901234567').join(',')}]${' '.repeat(500)}`;
  for (let shift = 0; shift < 70; shift++) {
    const bytes = encode(`${'['.padEnd(1 + shift)}${Array.from({ length: 90 }, () => row).join(',')}]`);
    expect(readFast(bytes)).toEqual(readSlowly(bytes));
  }
});

test('a number at the end of a block is read whole, or its list is left to the other reader', () => {
  for (const length of [20, 47, 48, 49, 60, 100]) {
    const token = `0.${'3'.repeat(length - 2)}`;
    for (let spaces = 65_536 - length - 4; spaces < 65_536 + 2; spaces++) {
      const bytes = encode(`[${' '.repeat(spaces)}${token}, 7]`);
      const fast = readFast(bytes);
      if (fast !== undefined) expect(fast).toEqual(readSlowly(bytes));
    }
  }
});

function writtenFast(values: Float32Array, offset: number, shape: readonly number[], isNullWritten: boolean) {
  const blocks: Uint8Array[] = [];
  numberLists().write(values, offset, shape, isNullWritten, (block) => blocks.push(block.slice()));
  return new TextDecoder().decode(Uint8Array.from(blocks.flatMap((block) => [...block])));
}

function writtenSlowly(
  values: Float32Array,
  offset: number,
  shape: readonly number[],
  isNullWritten: boolean,
) {
  const target = new Uint8Array(LONGEST_FLOAT);
  const tokens = Array.from({ length: shape.reduce((count, size) => count * size, 1) }, (_, index) => {
    const value = values[offset + index] ?? 0;
    if (isNullWritten && !Number.isFinite(value)) return 'null';
    return new TextDecoder().decode(target.subarray(0, writeFloat32(target, 0, value)));
  });
  return nested(shape, tokens, '');
}

test('writes what the writer in JavaScript writes', () => {
  fc.assert(
    fc.property(
      shapes,
      fc.array(anyFloat32, { minLength: 1 }),
      fc.nat(3),
      fc.boolean(),
      (shape, some, offset, isNull) => {
        const count = offset + shape.reduce((product, size) => product * size, 1);
        const values = Float32Array.from({ length: count }, (_, index) => some[index % some.length] ?? 0);
        const written = writtenFast(values, offset, shape, isNull);
        expect(written).toBe(writtenSlowly(values, offset, shape, isNull));
      },
    ),
    { numRuns: 10_000 },
  );
});

test('writes across its blocks', () => {
  const values = Float32Array.from({ length: 30_000 }, (_, index) => Math.fround(Math.sin(index) * 1e-30));
  for (const shape of [[30_000], [10, 3_000], [3_000, 10], [5, 10, 600], [30_000, 1]]) {
    expect(writtenFast(values, 0, shape, false)).toBe(writtenSlowly(values, 0, shape, false));
  }
});

test('the result is no larger than the text that was read, whatever follows it', () => {
  const tail = ' '.repeat(1_000_000);
  const short = numberLists().read(encode(`[1,2]${tail}`), 0, false);
  expect(short?.values.buffer.byteLength).toBe(8);
  const long = numberLists().read(
    encode(`[${Array.from({ length: 70_000 }, () => '1').join()}]${tail}`),
    0,
    false,
  );
  expect(long?.values.buffer.byteLength).toBeLessThan(1.4 * 4 * 70_000);
});

test('an integer zero keeps its sign if the caller wants it', () => {
  const bytes = encode('[-0,0,-0.0]');
  expect(numberLists().read(bytes, 0, true)?.values).toEqual(Float32Array.of(-0, 0, -0));
  expect(numberLists().read(bytes, 0, false)?.values).toEqual(Float32Array.of(0, 0, -0));
});

test.each([{ shape: [] }, { shape: [2, 0] }, { shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] }])(
  'leaves a shape of $shape to the other reader',
  ({ shape }) => {
    expect(numberLists().canWrite(shape)).toBe(false);
  },
);
