import { refuse, refuseMalformed } from '../conversion/refusal.ts';
import type { Table } from './flatbuffer.ts';
import type { Field } from './option_fields.ts';
import { OPTION_TABLES } from './option_tables.ts';

type Tables = typeof OPTION_TABLES;
type ValueOf<Read> = Read extends Field<infer Value> ? Value : never;

/** The values of a table of options by the names of its fields. */
export type OptionValues<Name extends keyof Tables> = {
  readonly [Key in keyof Tables[Name]]: ValueOf<Tables[Name][Key]>;
};

/** The options of an operation. */
export class Options {
  readonly #name: string | undefined;
  readonly #table: Table | undefined;
  readonly #custom: () => Uint8Array;

  /** @param name of the table that the operation has; undefined where it has none */
  constructor(name: string | undefined, table: Table | undefined, custom: () => Uint8Array) {
    this.#name = name;
    this.#table = table;
    this.#custom = custom;
  }

  /** The options of a custom operation, in a form of its own. */
  get custom(): Uint8Array {
    return this.#custom();
  }

  /**
   * The values of all fields; those left out, also of an operation without options, have the defaults of the schema.
   *
   * @throws TfliteRefusal if the operation has another table, or fields that are not known
   */
  read<Name extends keyof Tables>(name: Name): OptionValues<Name> {
    if (this.#name !== undefined && this.#name !== name)
      refuseMalformed(`has ${this.#name} in place of ${name}`);
    const fields: Readonly<Record<string, Field<unknown>>> = OPTION_TABLES[name];
    const entries = Object.entries(fields);
    const more = this.#table?.fieldFrom(entries.length);
    if (more !== undefined) refuse(`has an option ${more} in ${name}, which is not known`);
    return valuesOf<Name>(entries, this.#table);
  }
}

function valuesOf<Name extends keyof Tables>(
  fields: readonly (readonly [string, Field<unknown>])[],
  table: Table | undefined,
): OptionValues<Name> {
  return Object.fromEntries(
    fields.map(([key, field], slot) => [key, field(table, slot, key)]),
  ) as OptionValues<Name>;
}
