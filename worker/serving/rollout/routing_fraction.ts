/**
 * Returns the position of a routing key in a model's split, from 0 to 1. A canary of P percent receives the keys below
 * P / 100, so that a key stays with the canary while its share grows.
 * The hash includes the model's name: the first keys of one model's canaries are not the first of every model's. It
 * does not include the version: a canary that begins again, or its fixed successor, meets the same clients first.
 */
export function routingFraction(model: string, key: string): number {
  return mix(addText(addText(FNV_OFFSET, `${model}\n`), key)) / 2 ** 32;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 units. */
function addText(hash: number, text: string): number {
  let state = hash;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), FNV_PRIME);
  }
  return state;
}

/** FNV alone maps keys that differ in their last digit close together. MurmurHash3's final step separates them. */
function mix(hash: number): number {
  let state = hash;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
