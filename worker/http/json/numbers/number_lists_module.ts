import module from '../dist/number_lists.wasm';
import { NumberLists } from './number_lists.ts';

let created: NumberLists | undefined;

/** The isolate's one. Nothing in it outlives a call. */
export function numberLists(): NumberLists {
  created ??= new NumberLists(module);
  return created;
}
