/** A request and the answer of a server that is compatible with TensorFlow Serving. */
export interface Vector {
  /** The behavior that the case shows. */
  readonly shows: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'OPTIONS';
  readonly path: string;
  readonly body?: string;
  readonly status: number;
  /** The answer's text, to the byte. */
  readonly text?: string;
  /** The answer as JSON. */
  readonly json?: unknown;
  /** Words that the error must contain. */
  readonly words?: string;
}

const MODEL = '/v1/models/echo';

/** A predict request with a signature's name and further members as JSON. */
export function predict(
  signature: string,
  members: string,
): { readonly path: string; readonly body: string } {
  return { path: `${MODEL}:predict`, body: `{"signature_name": "${signature}", ${members}}` };
}
