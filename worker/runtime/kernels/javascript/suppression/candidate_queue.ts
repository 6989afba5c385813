/** A box that may be chosen. */
export interface Candidate {
  readonly box: number;
  score: number;
  /** How many of the chosen boxes it has been compared with. */
  compared: number;
}

/** The best candidate first. */
export class CandidateQueue {
  readonly #heap: Candidate[] = [];

  add(candidate: Candidate): void {
    let place = this.#heap.push(candidate) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(place, parent)) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  take(): Candidate | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const best = right < this.#heap.length && this.#isBefore(right, left) ? right : left;
      if (best >= this.#heap.length || !this.#isBefore(best, place)) return first;
      this.#swap(place, best);
      place = best;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.score === b.score ? a.box < b.box : a.score > b.score;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
