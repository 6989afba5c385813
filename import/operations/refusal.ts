/** A way in which a node asks for something that the server does not do, though it has the operation. */
export interface Refusal {
  readonly reason: string;
  readonly wayRound?: string;
}
