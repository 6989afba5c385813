import type { Card } from '../../worker/registry/version/card.ts';
import { formatTable } from '../cli/format.ts';

/** Describes a card for people: each line of its description, then what else it has. */
export function cardLines({ description, tags = [], metrics = {}, commit }: Card): string[] {
  const rows = [
    ...(tags.length === 0 ? [] : [['tags', tags.join(', ')]]),
    ...(commit === undefined ? [] : [['commit', commit]]),
    ...Object.entries(metrics).map(([name, value]) => ['metric', `${name} = ${value}`]),
  ];
  return [...(description?.trimEnd().split('\n') ?? []), ...formatTable(rows)];
}
