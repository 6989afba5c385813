import module from '../dist/number_lists.wasm';
import { NumberLists } from './number_lists.ts';

let created: NumberLists | undefined;

/** Returns the isolate's instance. It keeps no state between calls. */
export function numberLists(): NumberLists {
  created ??= new NumberLists(module);
  return created;
}
