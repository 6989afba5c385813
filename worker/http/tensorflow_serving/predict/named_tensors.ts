import type { JsonCursor } from '../../json/scan/json_cursor.ts';
import { stringEquals } from '../../json/scan/json_string.ts';
import { base64Text } from '../../json/tensors/tensor_cells.ts';

/** True if the value at the cursor is an object of named tensors, and not a base64 string. */
export function isNamedTensors(cursor: JsonCursor): boolean {
  return cursor.kind() === 'object' && base64Text(cursor.bytes, cursor.at) === undefined;
}

const ENCODER = new TextEncoder();

/** Finds names of a JSON object in a list of names. Consecutive objects mostly have them in the same order. */
export class NameTable {
  readonly #names: readonly Uint8Array[];
  #next = 0;

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => ENCODER.encode(name));
  }

  /** Returns the position of the name at the cursor, or undefined if the list does not contain it. */
  find({ bytes, at }: JsonCursor): number | undefined {
    const count = this.#names.length;
    for (let tried = 0; tried < count; tried++) {
      const index = (this.#next + tried) % count;
      const name = this.#names[index];
      if (name !== undefined && stringEquals(bytes, at, name)) {
        this.#next = index + 1;
        return index;
      }
    }
    return undefined;
  }
}
