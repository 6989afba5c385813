import type { PointerChange } from '../../worker/registry/pointer/change/definition.ts';
import { POINTER_CHANGES } from '../../worker/registry/pointer/change/table.ts';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import type { PublishRequest } from './publish_request.ts';

/** Returns the change at the end of a publish, over the current version, or undefined if it changes no pointer. */
export function pointerChange(
  { label, flip, stage }: Pick<PublishRequest, 'label' | 'flip' | 'stage'>,
  version: string,
  isPublished: boolean,
): ((over: string | undefined) => PointerChange) | undefined {
  if (stage) return () => POINTER_CHANGES.stage.of({ version });
  if (!flip) return label === undefined ? undefined : () => POINTER_CHANGES.label.of({ label, version });
  return (over) =>
    POINTER_CHANGES.flip.of({
      version,
      ...(label === undefined ? {} : { label }),
      over: over ?? null,
      ...(isPublished ? { republish: true } : {}),
    });
}

/** True if a change would modify the existing pointer. */
export function wouldChange(
  change: PointerChange,
  { model, record }: Pick<PublishRequest, 'model' | 'record'>,
  pointer: Pointer | undefined,
  published: Manifest | undefined,
): boolean {
  const prepared = change.prepare({ model, pointer, record });
  return prepared.kind === 'ready' && prepared.transition(published)(pointer).kind === 'changed';
}
