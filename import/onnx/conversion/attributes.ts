import type { AttributeMessage } from '../file/messages.ts';
import { refuse, refuseMalformed } from '../values/refusal.ts';

/**
 * The attributes of one node. It remembers which were read: one that nobody asked for could change what is computed.
 */
export class Attributes {
  readonly #messages: ReadonlyMap<string, AttributeMessage>;
  readonly #read = new Set<string>();

  constructor(messages: readonly AttributeMessage[]) {
    this.#messages = new Map(messages.map((message) => [message.name, message]));
  }

  has(name: string): boolean {
    return this.#messages.has(name);
  }

  #get(name: string): AttributeMessage | undefined {
    this.#read.add(name);
    return this.#messages.get(name);
  }

  integer(name: string): number | undefined;
  integer(name: string, absent: number): number;
  integer(name: string, absent?: number): number | undefined {
    const message = this.#get(name);
    return message === undefined ? absent : safe(message.i, name);
  }

  flag(name: string, absent = false): boolean {
    return this.integer(name, absent ? 1 : 0) !== 0;
  }

  integers(name: string): readonly number[] | undefined {
    return this.#get(name)?.ints.map((value) => safe(value, name));
  }

  /** Places in a dimension, of which exporters write the largest integer for its end. */
  places(name: string): readonly number[] | undefined {
    return this.#get(name)?.ints.map((value) =>
      Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value))),
    );
  }

  float(name: string): number | undefined;
  float(name: string, absent: number): number;
  float(name: string, absent?: number): number | undefined {
    return this.#get(name)?.f ?? absent;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get(name)?.floats;
  }

  text(name: string): string | undefined;
  text(name: string, absent: string): string;
  text(name: string, absent?: string): string | undefined {
    const message = this.#get(name);
    return message === undefined ? absent : new TextDecoder().decode(message.s);
  }

  texts(name: string): readonly string[] | undefined {
    return this.#get(name)?.strings.map((bytes) => new TextDecoder().decode(bytes));
  }

  /** @returns one of the choices */
  choice<const Choice extends string>(name: string, choices: readonly Choice[], absent: Choice): Choice {
    const text = this.text(name, absent);
    return choices.find((each) => each === text) ?? refuse(`has ${name} "${text}", which is not known`);
  }

  /** The bytes of a TensorProto. */
  tensor(name: string): Uint8Array | undefined {
    return this.#get(name)?.t;
  }

  /** The bytes of a GraphProto. */
  graph(name: string): Uint8Array {
    return this.#get(name)?.g ?? refuseMalformed(`has no ${name}`);
  }

  /** Declares attributes that say nothing about the values, or only about training. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#read.add(name);
  }

  /** The attributes that nothing has asked for. */
  unread(): string[] {
    return [...this.#messages.keys()].filter((name) => !this.#read.has(name));
  }
}

function safe(value: bigint, name: string): number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : refuse(`has ${name} ${value}, which is too large`);
}
