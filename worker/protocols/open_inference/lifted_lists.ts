import { afterSpace, BACKSLASH, COLON, OPEN_LIST, QUOTE } from '../codec/ascii.ts';
import type { ReadLists } from '../codec/number_lists.ts';
import { numberLists } from '../codec/number_lists_module.ts';
import { joined } from '../joined.ts';

/** Lists of numbers that were read by themselves, and the JSON without them. */
export interface LiftedLists {
  /** Has in the place of each list a string that stands for it. */
  readonly json: Uint8Array;
  /**
   * Gives the inputs of the parsed JSON something for these strings that is a list to everybody, and of which
   * floatListOf knows more. False where one of them is the data of no input.
   */
  putBack(request: unknown): boolean;
}

/** Finite numbers, in nested lists of a shape. */
export type FloatList = Pick<ReadLists, 'values' | 'shape'>;

const standIns = new WeakMap<readonly unknown[], FloatList>();

/** The list that a parsed one stands for; undefined for one that was never lifted. */
export function floatListOf(list: readonly unknown[]): FloatList | undefined {
  return standIns.get(list);
}

/** A shorter request is parsed sooner. Bytes. */
const WORTH_LIFTING = 1024;
/** Each begins with a copy of a block of text, however short it is. */
const MOST_LISTS = 64;

const DATA = new TextEncoder().encode('"data"');

/**
 * Lifts the lists of finite numbers that are values of `data` out of a request, wherever in it they are: parsed, each
 * number would be a value of JavaScript's. What is left is JSON if and only if the request is.
 *
 * @returns undefined where there is none, there are too many, or one of them is not of numbers alone
 */
export function liftLists(bytes: Uint8Array): LiftedLists | undefined {
  if (bytes.length < WORTH_LIFTING) return undefined;
  const lists: FloatList[] = [];
  const pieces: Uint8Array[] = [];
  let copied = 0;
  for (let list = nextDataList(bytes, 0); list !== undefined; list = nextDataList(bytes, copied)) {
    if (lists.length === MOST_LISTS) return undefined;
    const read = numberLists().read(bytes, list, true);
    // What overflows is not for every datatype a fault; the whole request says of which it is.
    if (read === undefined || !read.values.every(Number.isFinite)) return undefined;
    pieces.push(bytes.subarray(copied, list), ENCODER.encode(JSON.stringify(placeholder(lists.length))));
    lists.push(read);
    copied = read.end;
  }
  if (lists.length === 0) return undefined;
  pieces.push(bytes.subarray(copied));
  return { json: joined(pieces), putBack: (request) => putBack(request, lists) };
}

function putBack(request: unknown, lists: readonly FloatList[]): boolean {
  const places = new Map<unknown, FloatList>(lists.map((list, index) => [placeholder(index), list]));
  const inputs: unknown = Reflect.get(Object(request), 'inputs');
  for (const input of Array.isArray(inputs) ? inputs : []) {
    if (typeof input !== 'object' || input === null) continue;
    const place: unknown = Reflect.get(input, 'data');
    const list = places.get(place);
    if (list === undefined) continue;
    const standIn: unknown[] = [];
    standIns.set(standIn, list);
    Reflect.set(input, 'data', standIn);
    places.delete(place);
  }
  return places.size === 0;
}

/**
 * Where the next list begins that is a value of `data`. In JSON a quote without a backslash before it begins or ends
 * a string: what reads `"data":` is a name, and no part of a longer string.
 */
function nextDataList(bytes: Uint8Array, start: number): number | undefined {
  for (let at = bytes.indexOf(QUOTE, start); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    if (bytes[at - 1] === BACKSLASH || !DATA.every((byte, index) => bytes[at + index] === byte)) continue;
    const colon = afterSpace(bytes, at + DATA.length);
    const value = bytes[colon] === COLON ? afterSpace(bytes, colon + 1) : -1;
    if (bytes[value] === OPEN_LIST) return value;
  }
  return undefined;
}

const ENCODER = new TextEncoder();
let nonce: string | undefined;

/** A string that no client can know. */
function placeholder(index: number): string {
  nonce ??= crypto.randomUUID();
  return `${nonce} ${index}`;
}
