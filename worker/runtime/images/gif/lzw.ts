import { refuseImage } from '../pixels.ts';

const MOST_BITS = 12;

/**
 * Decompresses the color indices of a GIF frame.
 *
 * @param data the blocks of the frame, joined
 * @param firstBits bits of a color index: codes begin one bit longer
 * @throws ExecutionError for fewer indices than pixels, or a code that is not defined yet
 */
export function decompressIndices(data: Uint8Array, firstBits: number, count: number): Uint8Array {
  const indices = new Uint8Array(count);
  const clear = 1 << firstBits;
  const end = clear + 1;
  // A code stands for what another one stands for, and one index more.
  const prefix = new Uint16Array(1 << MOST_BITS);
  const suffix = new Uint8Array(1 << MOST_BITS);
  const lengths = new Uint16Array(1 << MOST_BITS);
  for (let code = 0; code < clear; code++) {
    suffix[code] = code;
    lengths[code] = 1;
  }
  let [bits, next] = [firstBits + 1, end + 1];
  let previous: number | undefined;
  let [buffered, bufferedBits, at, written] = [0, 0, 0, 0];
  while (written < count) {
    while (bufferedBits < bits) {
      if (at === data.length)
        refuseImage('GIF', `is cut off: it has ${written} of the ${count} pixels of a frame`);
      buffered |= (data[at++] ?? 0) << bufferedBits;
      bufferedBits += 8;
    }
    const code = buffered & ((1 << bits) - 1);
    buffered >>>= bits;
    bufferedBits -= bits;
    if (code === clear) {
      [bits, next, previous] = [firstBits + 1, end + 1, undefined];
      continue;
    }
    if (code === end) refuseImage('GIF', `ends after ${written} of the ${count} pixels of a frame`);
    if (code > next || (code === next && previous === undefined))
      refuseImage('GIF', 'is damaged: a code is used before it is defined');
    if (previous !== undefined && next < 1 << MOST_BITS) {
      prefix[next] = previous;
      lengths[next] = (lengths[previous] ?? 0) + 1;
      // The code that is being defined begins as the one before it does.
      suffix[next] = firstIndex(code === next ? previous : code, clear, prefix);
      next += 1;
      if (next === 1 << bits && bits < MOST_BITS) bits += 1;
    }
    written = write(code, indices, written, { prefix, suffix, lengths });
    previous = code;
  }
  return indices;
}

function firstIndex(code: number, clear: number, prefix: Uint16Array): number {
  let first = code;
  while (first >= clear) first = prefix[first] ?? 0;
  return first;
}

/** Writes from the last index to the first, as the table is linked. Returns where the next ones go. */
function write(
  code: number,
  indices: Uint8Array,
  start: number,
  table: { prefix: Uint16Array; suffix: Uint8Array; lengths: Uint16Array },
): number {
  const length = table.lengths[code] ?? 0;
  let part = code;
  // What is beyond the frame is dropped by the typed array.
  for (let place = start + length - 1; place >= start; place--) {
    indices[place] = table.suffix[part] ?? 0;
    part = table.prefix[part] ?? 0;
  }
  return start + length;
}
