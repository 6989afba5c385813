/** The reason why the server does not compute a node although it has the operation. */
export interface Refusal {
  readonly reason: string;
  readonly wayRound?: string;
}
