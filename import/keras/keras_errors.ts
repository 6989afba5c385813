/** Collects all problems that prevent the conversion of a model, to report them together. */
export class Problems {
  readonly #found: { readonly kind: string; readonly places: string[] }[] = [];

  /**
   * Adds a problem.
   *
   * @param what the problem, reported once for all of its places
   * @param place the names of the layer and of the layers around it
   */
  add(what: string, place: readonly string[]): void {
    const name = place.map((part) => `"${part}"`).join(' in ');
    const same = this.#found.find(({ kind }) => kind === what);
    if (same === undefined) this.#found.push({ kind: what, places: [name] });
    else same.places.push(name);
  }

  /** Describes the problems in a sentence, or returns undefined without any. */
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
