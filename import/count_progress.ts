import { occasionally } from './throttle_progress.ts';

/** Yields the items, and reports about once a second which one is next. */
export function* counted<Item>(
  items: readonly Item[],
  what: string,
  onProgress: ((text: string) => void) | undefined,
): Generator<Item> {
  const tell = occasionally(onProgress);
  for (const [index, item] of items.entries()) {
    tell(`${what}: ${index + 1} of ${items.length}`);
    yield item;
  }
}
