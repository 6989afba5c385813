/** The way out where a model is not all of layers that are known. */
export const SAVED_MODEL_ADVICE = 'export the model as a SavedModel and publish that';

/** A reason that a layer gives, with the way out that nearly all have; one after a semicolon is the layer's own. */
export function withWayOut(reason: string): string {
  return reason.includes('; ') ? reason : `${reason}; ${SAVED_MODEL_ADVICE}`;
}

/** Collects all that keeps a model from being converted, so that it is told at once. */
export class Problems {
  readonly #found: { readonly kind: string; readonly places: string[] }[] = [];

  /** @param what said of all places that have it @param place the names of the layer and of those around it */
  add(what: string, place: readonly string[]): void {
    const name = place.map((part) => `"${part}"`).join(' in ');
    const same = this.#found.find(({ kind }) => kind === what);
    if (same === undefined) this.#found.push({ kind: what, places: [name] });
    else same.places.push(name);
  }

  /** A sentence; undefined where nothing was found. */
  describe(): string | undefined {
    if (this.#found.length === 0) return undefined;
    return this.#found.map(({ kind, places }) => `${kind}: ${listPlaces(places)}`).join('; ');
  }
}

const MOST_PLACES = 8;

function listPlaces(places: readonly string[]): string {
  const shown = places.slice(0, MOST_PLACES).join(', ');
  const left = places.length - MOST_PLACES;
  return left > 0 ? `${shown} and ${left} more` : shown;
}
