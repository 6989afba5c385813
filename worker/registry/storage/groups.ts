/** A Worker can have six connections at once. Further ones wait. */
const GROUP = 6;

/** Calls `act` for every item, several at a time, and returns the results in the order of the items. */
export async function inGroups<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
  between?: () => Promise<void>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += GROUP) {
    await between?.();
    results.push(...(await Promise.all(items.slice(start, start + GROUP).map(act))));
  }
  return results;
}

/** Yields the items in lists of at most `size`. */
export async function* batches<Item>(
  items: AsyncIterable<Item>,
  size: number = GROUP,
): AsyncGenerator<readonly Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
