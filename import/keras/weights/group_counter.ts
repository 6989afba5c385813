import { snakeCase } from '../snake_case.ts';

/** Names of groups as Keras 3 counts them in its files, by the classes of layers in their order. */
export function groupCounter(): (className: string) => string {
  const counts = new Map<string, number>();
  return (className) => {
    const kind = snakeCase(className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  };
}
