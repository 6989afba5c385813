import { refuse } from '../conversion/refusal.ts';
import { ELEMENT_TYPE_NAMES, type ElementTypeName } from '../tensors/element_types.ts';
import type { Table } from './flatbuffer.ts';

/** Reads one field of a table. @param slot its number in the schema, from 0 on */
export type Field<Value> = (table: Table | undefined, slot: number, name: string) => Value;

/** A number of 32 bits. */
export const int =
  (absent = 0): Field<number> =>
  (table, slot) =>
    table?.number(slot, 'int32', absent) ?? absent;

export const float =
  (absent = 0): Field<number> =>
  (table, slot) =>
    table?.number(slot, 'float32', absent) ?? absent;

export const flag =
  (absent = false): Field<boolean> =>
  (table, slot) =>
    table === undefined ? absent : table.number(slot, 'uint8', absent ? 1 : 0) !== 0;

/** Undefined where the list is left out, which is not the same as an empty one. */
export const ints = (): Field<readonly number[] | undefined> => (table, slot) =>
  table?.numbers(slot, 'int32');

export const floats = (): Field<readonly number[] | undefined> => (table, slot) =>
  table?.numbers(slot, 'float32');

export const text = (): Field<string> => (table, slot) => table?.text(slot) ?? '';

export const bytes = (): Field<Uint8Array | undefined> => (table, slot) => table?.bytes(slot);

/** One of the values of an enumeration, which are numbered from 0 on. */
export const choice =
  <const Choice extends string>(choices: readonly Choice[], absent: Choice): Field<Choice> =>
  (table, slot, name) => {
    const number = table?.number(slot, 'int8', choices.indexOf(absent)) ?? choices.indexOf(absent);
    return choices[number] ?? refuse(`has ${name} ${number}, which is not known`);
  };

export const elementType = (absent: ElementTypeName = 'FLOAT32'): Field<ElementTypeName> =>
  choice(ELEMENT_TYPE_NAMES, absent);
