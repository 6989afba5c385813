import type { VersionStatus } from '../api.ts';
import { reasonOf } from './load_outcome.ts';
import type { Servable } from './servable.ts';
import type { ServableEntry } from './servable_entry.ts';

/** The entries of an isolate's versions. */
export class ServableTable {
  /** By model, then by version: a combined key would have to be built for every request. */
  readonly #models = new Map<string, Map<string, ServableEntry>>();

  get(model: string, version: string): ServableEntry | undefined {
    return this.#models.get(model)?.get(version);
  }

  set(model: string, version: string, entry: ServableEntry): void {
    const versions = this.#models.get(model);
    if (versions === undefined) this.#models.set(model, new Map([[version, entry]]));
    else versions.set(version, entry);
  }

  delete(model: string, version: string): void {
    const versions = this.#models.get(model);
    versions?.delete(version);
    if (versions?.size === 0) this.#models.delete(model);
  }

  all(): { readonly model: string; readonly version: string; readonly entry: ServableEntry }[] {
    return [...this.#models].flatMap(([model, versions]) =>
      [...versions].map(([version, entry]) => ({ model, version, entry })),
    );
  }

  /** Returns the servables in memory. */
  servables(): Servable[] {
    return this.all().flatMap(({ entry }) => (entry.kind === 'ready' ? [entry.servable] : []));
  }

  /** Returns the states of a model's versions. */
  states(model: string): VersionStatus[] {
    return [...(this.#models.get(model) ?? [])].map(([version, entry]) => statusOf(version, entry));
  }
}

function statusOf(version: string, entry: ServableEntry): VersionStatus {
  switch (entry.kind) {
    case 'loading':
      return { version, state: 'LOADING' };
    case 'ready':
      return { version, state: 'AVAILABLE' };
    case 'failed':
      return { version, state: 'END', error: reasonOf(entry.outcome) };
  }
}
