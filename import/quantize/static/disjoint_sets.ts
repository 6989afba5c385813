/** Sets of names that share no member. A name that was never joined is a set of its own. */
export class DisjointSets {
  readonly #parents = new Map<string, string>();

  join(one: string, other: string): void {
    const [left, right] = [this.rootOf(one), this.rootOf(other)];
    if (left !== right) this.#parents.set(right, left);
  }

  /** Returns the member that stands for a set. */
  rootOf(name: string): string {
    let root = name;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root))
      root = parent;
    return root;
  }
}
