import { pointerKey } from '../storage/storage_keys.ts';
import type { PointerReplica } from './pointer_replica.ts';

export const POINTERS_BINDING = 'POINTERS';

/** The used part of Workers' KVNamespace. */
export interface KvNamespaceBinding {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
}

/** The replica in a KV namespace, under the bucket's keys. */
export class KvPointerReplica implements PointerReplica {
  readonly #namespace: KvNamespaceBinding;

  constructor(namespace: KvNamespaceBinding) {
    this.#namespace = namespace;
  }

  async read(model: string): Promise<string | undefined> {
    return (await this.#namespace.get(pointerKey(model))) ?? undefined;
  }

  write(model: string, document: string): Promise<void> {
    return this.#namespace.put(pointerKey(model), document);
  }
}

/** Returns the replica in the namespace bound as POINTERS, or undefined if none is bound. */
export function pointerReplicaOf(bindings: object): PointerReplica | undefined {
  const binding: unknown = Reflect.get(bindings, POINTERS_BINDING);
  return isKvNamespace(binding) ? new KvPointerReplica(binding) : undefined;
}

function isKvNamespace(binding: unknown): binding is KvNamespaceBinding {
  return typeof binding === 'object' && binding !== null && 'get' in binding && 'put' in binding;
}
